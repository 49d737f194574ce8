export * from './live.nats.js';
export * from './peers.nats.js';
