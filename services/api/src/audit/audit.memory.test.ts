import { expect, test } from '@jest/globals';
import { auditContract } from './audit.contract.js';
import { first } from './audit.fixture.js';
import { AuditAway } from './audit.js';
import { MemoryAudit, MemoryAuditStorage } from './audit.memory.js';

auditContract('memory', async () => {
  const storage = new MemoryAuditStorage();
  return { audit: new MemoryAudit(storage), other: new MemoryAudit(storage), close: async () => undefined };
});

test('a memory audit log rejects while it is away', async () => {
  const storage = new MemoryAuditStorage();
  storage.available = false;
  await expect(new MemoryAudit(storage).append(0, first, [], first)).rejects.toBeInstanceOf(AuditAway);
});
