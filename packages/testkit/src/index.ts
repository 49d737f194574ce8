export * from './eventually.js';
export * from './fake-clock.js';
export * from './free-port.js';
export * from './quiet-logger.js';
export * from './temporary-folder.js';
