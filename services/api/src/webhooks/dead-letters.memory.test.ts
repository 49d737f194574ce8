import { deadLettersContract } from './dead-letters.contract.js';
import { MemoryDeadLetters } from './dead-letters.memory.js';

deadLettersContract('memory', async () => ({ letters: new MemoryDeadLetters(), close: async () => undefined }));
