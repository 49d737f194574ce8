export * from './log.lmdb.js';
