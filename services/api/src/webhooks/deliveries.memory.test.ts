import { deliveriesContract } from './deliveries.contract.js';
import { MemoryDeliveries } from './deliveries.memory.js';

deliveriesContract('memory', async () => ({ deliveries: new MemoryDeliveries(), close: async () => undefined }));
