export * from './appender.js';
export * from './chain.js';
export * from './log.js';
export * from './record.js';
export * from './reader.js';
export * from './stream-readers.js';
export * from './keeping.js';
export * from './log-age.js';
