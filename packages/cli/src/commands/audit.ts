import { wholeNumber, type Command } from '../command.js';
import type { Progress } from '../progress.js';
import type { ServerApi } from '../server-api.js';

interface Link {
  readonly number: number;
  readonly hash: string;
}

interface Verdict {
  readonly ok: boolean;
  readonly count: number;
  readonly to?: Link;
  readonly more?: boolean;
  /** Not ok. */
  readonly number?: number;
  readonly why?: string;
}

interface ChainView {
  readonly chain: number;
  readonly head: Link;
  readonly anchor: Link;
}

interface Checked {
  readonly chain: number;
  readonly ok: boolean;
  readonly count: number;
  readonly head?: Link;
  readonly number?: number | undefined;
  readonly why?: string | undefined;
}

export const verifyAudit: Command = {
  line: 'audit verify [chain]',
  summary: 'walks the chains of the audit log, or one: OK with its head, or the first entry that is wrong',
  scopes: 'audit:read',
  options: {},
  async run({ targets: [wanted] }, { api, progress }) {
    const number = wanted === undefined ? undefined : wholeNumber(wanted, 'chain');
    const { chains: all } = await api.get<{ chains: readonly ChainView[] }>('/v1/audit/chains');
    const known = all.filter(({ chain }) => number === undefined || chain === number);
    // A chain that nothing was written into yet is in no list, and can be asked for.
    const chains = known.length === 0 && number !== undefined ? [number] : known.map(({ chain }) => chain);
    const bar = progress(
      'verifying',
      known.reduce((sum, { head, anchor }) => sum + head.number - anchor.number, 0),
    );
    const checked: Checked[] = [];
    try {
      for (const chain of chains) checked.push(await verified(api, chain, bar, sumOf(checked)));
    } finally {
      bar.end();
    }
    const ok = checked.every((one) => one.ok);
    return { text: checked.map(lineOf).join(''), json: { ok, chains: checked }, ok };
  },
};

const sumOf = (checked: readonly Checked[]): number => checked.reduce((sum, { count }) => sum + count, 0);

/** Piece by piece, each behind the one before. */
async function verified(api: ServerApi, chain: number, bar: Progress, before: number): Promise<Checked> {
  let count = 0;
  for (let after: Link | undefined; ;) {
    const query: string = after === undefined ? '' : `?number=${after.number}&hash=${after.hash}`;
    const { ok, to, more, ...verdict } = await api.get<Verdict>(`/v1/audit/chains/${chain}/verify${query}`);
    count += verdict.count;
    bar.at(before + count);
    if (!ok) return { chain, ok, count, number: verdict.number, why: verdict.why };
    if (more !== true || to === undefined) return { chain, ok, count, ...(to === undefined ? {} : { head: to }) };
    after = to;
  }
}

const lineOf = ({ chain, ok, count, head, number, why }: Checked): string =>
  ok
    ? `chain ${chain}: OK, ${count} entries, head ${head?.number ?? 0} ${head?.hash ?? ''}\n`
    : `chain ${chain}: broken at number ${number}: ${why} (${count} right before)\n`;
