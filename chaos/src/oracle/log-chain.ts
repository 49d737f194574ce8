import { Findings, type Rule } from './rule.js';

/** Every shard's records follow each other, every room's batches and events too: nothing was lost, and nobody else wrote. */
export const logChain: Rule = {
  name: 'log-chain',
  needs: ['log'],
  judge({ readers: { log = [] } }) {
    const findings = new Findings();
    const shards = new Map<number, number>();
    const rooms = new Map<string, number>();
    for (const { shard, sequence, expected, record } of log) {
      const before = shards.get(shard);
      findings.check(
        { position: sequence },
        before === undefined || before === expected ? undefined : `shard ${shard}: record ${sequence} follows ${expected}, not ${before}`,
      );
      shards.set(shard, sequence);
      for (const { room, prev, last, events } of record.batches) {
        const end = rooms.get(room);
        findings.check(
          { room, position: last },
          end === undefined || end === prev ? undefined : `the batch up to ${last} follows ${prev}, not ${end}`,
        );
        let at = prev;
        for (const { position } of events) {
          if (position <= at) findings.charge({ room, position }, `position ${position} behind ${at}`);
          at = position;
        }
        if (at !== last) findings.charge({ room, position: last }, `a batch with events up to ${at} ends at ${last}`);
        rooms.set(room, last);
      }
    }
    return findings;
  },
};
