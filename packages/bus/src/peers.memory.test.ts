import { MemoryBus } from './memory-bus.js';
import { peersContract } from './peers.contract.js';
import { MemoryPeers } from './peers.memory.js';

peersContract('memory', () => {
  const bus = new MemoryBus();
  return Promise.resolve({ first: new MemoryPeers(bus), second: new MemoryPeers(bus), close: () => Promise.resolve() });
});
