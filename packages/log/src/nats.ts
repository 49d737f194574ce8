export * from './log.nats.js';
export { LogUnsuitable } from './streams.nats.js';
export * from './keeping.nats.js';
export * from './copies.nats.js';
