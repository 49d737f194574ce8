export * from './log.lmdb.js';
export * from './keeping.lmdb.js';
