import { createHash } from 'node:crypto';

/** Each item of a batch is a command of its own: a repeat of the batch repeats each. */
export const itemId = (commandId: string, item: number | string): string =>
  createHash('sha256').update(`${commandId}/${item}`).digest('base64url').slice(0, 32);
