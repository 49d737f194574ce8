import { roomIndexContract } from './room-index.contract.js';
import { MemoryRoomIndex } from './room-index.memory.js';

roomIndexContract('memory', async () => ({ index: new MemoryRoomIndex(), close: async () => undefined }));
