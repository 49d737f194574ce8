export * from './client-frame.js';
export * from './commands.js';
export * from './event-kinds.js';
export * from './json.js';
export * from './live-frame.js';
export * from './server-frame.js';
export * from './varint.js';
