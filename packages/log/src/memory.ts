export * from './log.memory.js';
