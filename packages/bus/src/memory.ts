export * from './live.memory.js';
export * from './memory-bus.js';
export * from './peers.memory.js';
export { LocalRoomGateway } from './room-gateway.local.js';
