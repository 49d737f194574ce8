export * from './clock.js';
export * from './common-config.js';
export * from './config.js';
export * from './deadline.js';
export * from './development-secrets.js';
export * from './logger.js';
export * from './probes.js';
export * from './service.js';
