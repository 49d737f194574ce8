import { FakeClock } from '@plaza/testkit';
import { keepingContract } from './keeping.contract.js';
import { MemoryKeeping } from './keeping.memory.js';
import { MemoryLog, MemoryLogStorage } from './log.memory.js';

keepingContract('memory', async () => {
  const clock = new FakeClock();
  const storage = new MemoryLogStorage({ shards: 8, streams: 2, clock });
  const log = new MemoryLog(storage);
  return {
    log,
    keeping: new MemoryKeeping(storage),
    usualMs: 3_600_000,
    keepsNewest: false,
    pass: (ms) => clock.advance(ms),
    close: () => log.close(),
  };
});
