export * from './live.js';
export * from './peers.js';
export * from './readers.js';
export * from './room-gateway.js';
export * from './shard-table.js';
export * from './command-router.js';
export * from './stream-share.js';
