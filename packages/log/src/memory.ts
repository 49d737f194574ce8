export * from './log.memory.js';
export * from './misbehaving-log.js';
export * from './keeping.memory.js';
