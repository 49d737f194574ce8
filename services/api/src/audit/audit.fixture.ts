import type { ChainHead } from './audit.js';
import { chained, genesis, type AuditedAct, type AuditEntry } from './entry.js';

export const startMs = Date.UTC(2026, 0, 1);
export const first: ChainHead = { sequence: 0, ...genesis };

/** An act of second `second`, in the record of this sequence. */
export const act = (sequence: number, more: Partial<AuditedAct> = {}): AuditedAct => ({
  ...{ sequence, room: 'lobby', position: String(sequence * 1024), timeMs: startMs + sequence * 1000, act: 'kicked', operator: 'host' },
  ...{ apiKey: '', targets: ['ann'], reason: '', notifyExt: '', details: {}, previous: {} },
  ...more,
});

/** The acts behind a head, and the head behind them. */
export function following(chain: number, from: ChainHead, acts: readonly AuditedAct[], sequence = acts.at(-1)?.sequence ?? from.sequence) {
  const entries: AuditEntry[] = chained(chain, from, acts);
  const { number, hash } = entries.at(-1) ?? from;
  return { entries, to: { sequence, number, hash } };
}
