export * from './ids.js';
export * from './position.js';
export * from './refusal.js';
export * from './shard.js';
export * from './types.js';
