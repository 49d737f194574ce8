export type { Walk } from '@plaza/log';
export type { StreamCopy } from '@plaza/log/nats';

/** A piece of a stream on its way to a server: any size that fits into a message would do. */
export const copyChunkBytes = 128 * 1024;
