import { archiveContract } from './archive.contract.js';
import { MemoryArchive } from './archive.memory.js';

archiveContract('memory', async () => {
  const archive = new MemoryArchive();
  return { archive, close: () => archive.close() };
});
