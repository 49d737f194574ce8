export * from './engines/cassandra.js';
export * from './engines/cassandra-keyspace.js';
export { chromiumPath } from './engines/chromium.js';
export * from './engines/engine-missing.js';
export { directly, type Link } from './engines/link.js';
export * from './engines/nats.js';
export * from './engines/prepare.js';
export * from './engines/redis.js';
export { schemathesisPath } from './engines/schemathesis.js';
