import { parseArgs } from 'node:util';
import { causeOf } from '@plaza/kit';
import { answerOf, defaultUrl, isWebUrl, Misused, type Said } from '../command-line.js';
import type { Link } from './entry.js';
import type { Verdict } from './verify.js';

export const usage = `audit-cli verify            walks every chain of the audit log
audit-cli verify <chain>    walks this one
  --url <address of the server API>, default ${defaultUrl}
  PLAZA_API_KEY: a key with the scope audit:read
It ends with 0 where all is right, and with 1 at the first entry that is not.
`;

/** Verifies the audit log by way of a running server API. */
export async function auditCommand(args: readonly string[], apiKey: string): Promise<Said> {
  try {
    const { url, chain } = understood(args);
    if (apiKey === '') throw new Misused('PLAZA_API_KEY is not set');
    const get = (path: string): Promise<unknown> => answerOf(url, { method: 'GET', path }, apiKey);
    const chains = chain === undefined ? await chainsOf(get) : [chain];
    let out = '';
    for (const one of chains) {
      const { ok, line } = await verified(get, one);
      out += line;
      if (!ok) return { code: 1, out, err: '' };
    }
    return { code: 0, out, err: '' };
  } catch (error) {
    const misused = error instanceof Misused;
    return { code: misused ? 2 : 1, out: '', err: `audit-cli: ${causeOf(error)}\n${misused ? `\n${usage}` : ''}` };
  }
}

type Get = (path: string) => Promise<unknown>;

const chainsOf = async (get: Get): Promise<number[]> =>
  ((await get('/v1/audit/chains')) as { chains: { chain: number }[] }).chains.map(({ chain }) => chain);

/** Piece by piece, each behind the one before. */
async function verified(get: Get, chain: number): Promise<{ ok: boolean; line: string }> {
  let count = 0;
  for (let after: Link | undefined; ;) {
    const query: string = after === undefined ? '' : `?number=${after.number}&hash=${after.hash}`;
    const verdict = (await get(`/v1/audit/chains/${chain}/verify${query}`)) as Verdict;
    count += verdict.count;
    if (!verdict.ok)
      return { ok: false, line: `chain ${chain}: broken at number ${verdict.number}: ${verdict.why} (${count} right before)\n` };
    after = verdict.to;
    if (!verdict.more) return { ok: true, line: `chain ${chain}: OK, ${count} entries, head ${after.number} ${after.hash}\n` };
  }
}

function understood(args: readonly string[]): { url: string; chain: number | undefined } {
  const { values, positionals } = parsed(args);
  if (!isWebUrl(values.url)) throw new Misused(`--url ${values.url} is no http address`);
  const [command, chain, ...more] = positionals;
  if (command !== 'verify') throw new Misused(command === undefined ? 'what is to be done?' : `there is no ${command}`);
  if (more.length > 0) throw new Misused(`too many arguments: ${positionals.join(' ')}`);
  if (chain !== undefined && !/^\d{1,2}$/.test(chain)) throw new Misused(`${chain} is no chain`);
  return { url: values.url, chain: chain === undefined ? undefined : Number(chain) };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: { url: { type: 'string', default: defaultUrl } }, allowPositionals: true });
  } catch (error) {
    throw new Misused(causeOf(error));
  }
}
