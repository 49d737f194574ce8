import type { AuditEntry, AuditReading } from '../readings.js';
import type { Backend } from '../swarm/backend.js';
import { steadily } from './steadily.js';

interface Chain {
  readonly chain: number;
  readonly head: { readonly number: number };
}

interface Verdict {
  readonly ok: boolean;
  readonly count: number;
  readonly to?: { readonly number: number; readonly hash: string };
  readonly more?: boolean;
  readonly number?: number;
  readonly why?: string;
}

/** The audit log of these rooms, and whether all chains are whole, once nothing more comes into them for so long. */
export async function readAudit(backend: Backend, rooms: Iterable<string>, steadyMs: number): Promise<AuditReading> {
  const { chains } = await steadily(() => backend.get('/v1/audit/chains'), steadyMs);
  const verdicts = [];
  for (const chain of chains as Chain[]) verdicts.push(await verify(backend, chain));
  const entries: AuditEntry[] = [];
  for (const room of rooms) entries.push(...(await entriesOf(backend, room)));
  return {
    entries,
    flaws: verdicts.flatMap(({ flaw }) => flaw ?? []),
    verified: verdicts.reduce((sum, { count }) => sum + count, 0),
  };
}

async function verify(backend: Backend, { chain, head }: Chain): Promise<{ count: number; flaw?: string }> {
  let count = 0;
  let behind = '';
  for (;;) {
    const verdict = (await backend.get(`/v1/audit/chains/${chain}/verify${behind}`)) as unknown as Verdict;
    count += verdict.count;
    if (!verdict.ok) return { count, flaw: `chain ${chain}: number ${verdict.number}: ${verdict.why}` };
    if (verdict.more === true && verdict.to !== undefined) behind = `?number=${verdict.to.number}&hash=${verdict.to.hash}`;
    else return (verdict.to?.number ?? 0) < head.number ? { count, flaw: `chain ${chain} ends before ${head.number}` } : { count };
  }
}

async function entriesOf(backend: Backend, room: string): Promise<AuditEntry[]> {
  const entries: AuditEntry[] = [];
  let next = '';
  do {
    const page = await backend.get(`/v1/audit?room=${room}&limit=200&pageToken=${next}`);
    for (const { position, act, operator, apiKey, targets } of page['entries'] as (AuditEntry & { position: string })[])
      entries.push({ room, position: Number(position), act, operator, apiKey, targets });
    next = (page['next'] as string | undefined) ?? '';
  } while (next !== '');
  return entries;
}
