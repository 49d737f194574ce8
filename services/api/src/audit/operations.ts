import { accountsRoom, parseRoomKey } from '@plaza/domain';
import { z } from 'zod';
import { operation, type Outcome } from '../operation.js';
import { problem, unavailable } from '../problems.js';
import { account, next, page } from '../schemas.js';
import { actNames } from './acts.js';
import { AuditAway } from './audit.js';
import { placeOfToken, tokenOf } from './audit-log.js';
import type { AuditEntry } from './entry.js';

const common = { method: 'GET', tag: 'audit', scope: 'audit:read', status: 200 } as const;
const moment = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const times = {
  fromMs: moment.optional().describe('Not before this moment, Unix ms.'),
  toMs: moment.optional().describe('Before this moment, Unix ms.'),
};
const chainNumber = z.coerce.number().int().min(0).max(63);
const hash = z.string().regex(/^[0-9a-f]{64}$/, 'expected a SHA-256 in hex');
const json = z.record(z.string(), z.unknown());

const entry = z
  .object({
    chain: z.number().int().describe('The log stream whose chain it is in.'),
    number: z.number().int().describe('Its place in the chain: 1, 2, 3, without a gap.'),
    sequence: z.number().int().describe('Of the log’s record that holds the act.'),
    timeMs: z.number().int(),
    room: z.string().describe('`accounts:` for what holds in all rooms.'),
    position: z.string().describe('In the room.'),
    act: z.string(),
    operator: z.string().describe('The account that acted; empty: the server API, or the room itself.'),
    apiKey: z
      .string()
      .describe('The name of the API key by which the server API was asked: the id of a key, or `root-<n>` for the n-th of the settings.'),
    targets: z.array(z.string()),
    reason: z.string(),
    notifyExt: z.string(),
    details: json.describe('What was done. Texts above 256 characters are kept as their SHA-256.'),
    previous: json.describe('What it was before, where that matters.'),
    previousHash: z.string(),
    hash: z.string().describe('SHA-256 of the canonical form (RFC 8785) of everything else here.'),
  })
  .meta({
    id: 'AuditEntry',
    examples: [
      {
        ...{ chain: 1, number: 7, sequence: 4711, timeMs: 1_790_000_000_000, room: 'lobby', position: '213674621952000', act: 'kicked' },
        ...{ operator: 'host', apiKey: '', targets: ['ann'], reason: 'spam', notifyExt: '', details: {}, previous: {} },
        ...{ previousHash: '0'.repeat(64), hash: '5a'.repeat(32) },
      },
    ],
  });

export const queryAudit = operation({
  ...common,
  id: 'queryAudit',
  path: '/v1/audit',
  summary: 'Query the audit log',
  description:
    'Every management act, newest first. A page may have fewer entries than `limit`, even none, while `next` says that there is more.',
  query: z.strictObject({
    room: z
      .string()
      .refine((value) => parseRoomKey(value) !== undefined, { error: `expected a room, or ${accountsRoom}` })
      .optional()
      .meta({ examples: ['lobby'], pattern: '^([A-Za-z0-9_-]{1,64}|accounts:)$' }),
    account: account.optional().describe('As operator or as target.'),
    act: z.enum(actNames as [string, ...string[]]).optional(),
    ...times,
    pageToken: z
      .string()
      .refine((token) => token === '' || placeOfToken(token) !== undefined, { error: 'expected the `next` of a page' })
      .default('')
      .describe('`next` of the page before; without: from the newest.')
      .meta({ pattern: '^(\\d{1,15}\\.\\d{1,4}\\.\\d{1,15})?$' }),
    limit: page(200, 50),
  }),
  answer: z.object({ entries: z.array(entry), next }).meta({ id: 'AuditPage' }),
  handle: ({ query: { pageToken, limit, ...wanted } }, { audit }) =>
    guarded(async () => {
      const found = await audit.query(wanted, placeOfToken(pageToken), limit);
      return { answer: { entries: found.entries.map(viewEntry), next: found.next === undefined ? '' : tokenOf(found.next) } };
    }),
});

export const exportAudit = operation({
  ...common,
  id: 'exportAudit',
  path: '/v1/audit/export',
  summary: 'Export the audit log',
  description:
    'One entry a line, chain after chain, each in the order of its numbers: whole stretches from the first to the last entry of the time, so that they can be verified. An export that broke off ends without its last chunk.',
  media: 'application/x-ndjson',
  query: z.strictObject({ ...times, chain: chainNumber.optional().describe('Only this one.') }),
  answer: entry,
  handle: ({ query: { chain, ...wanted } }, { audit }) =>
    guarded(async () => {
      const lines = audit.lines(wanted, chain);
      const first = await lines.next();
      return { lines: behind(first, lines) };
    }),
});

/** What was asked for to see whether it can be had comes along. */
async function* behind(first: IteratorResult<string>, rest: AsyncIterable<string>): AsyncGenerator<string> {
  if (first.done === true) return;
  yield first.value;
  yield* rest;
}

const link = z.object({ number: z.number().int(), hash: z.string() });

export const listAuditChains = operation({
  ...common,
  id: 'listAuditChains',
  path: '/v1/audit/chains',
  summary: 'List the chains of the audit log',
  description: 'Keep the heads somewhere else from time to time: with them nobody can write a chain anew unnoticed.',
  answer: z
    .object({
      chains: z.array(
        z.object({
          chain: z.number().int(),
          head: link.extend({ sequence: z.number().int().describe('How far the log stream is considered.') }).describe('The newest entry.'),
          anchor: link.describe('The newest entry that is not kept any more; number 0: all are.'),
        }),
      ),
    })
    .meta({ id: 'AuditChains' }),
  handle: (_ask, { audit }) => guarded(async () => ({ answer: { chains: await audit.chainViews() } })),
});

const mostVerified = 100_000;

export const verifyAuditChain = operation({
  ...common,
  id: 'verifyAuditChain',
  path: '/v1/audit/chains/:chain/verify',
  summary: 'Verify a chain of the audit log',
  description:
    'Walks it from its anchor, or from behind the entry with `number` and `hash`, over `limit` entries; `more`: go on behind `to`.',
  params: z.strictObject({ chain: chainNumber }),
  query: z
    .strictObject({
      number: moment.optional().describe('Of the entry to go on behind.'),
      hash: hash.optional().describe('Of the same.'),
      limit: page(mostVerified, 10_000),
    })
    .refine((query) => (query.number === undefined) === (query.hash === undefined), { error: 'expected number and hash together' }),
  answer: z
    .object({
      ok: z.boolean(),
      chain: z.number().int(),
      from: link.describe('Behind which entry the walk began.'),
      count: z.number().int().describe('How many entries were found right.'),
      to: link.optional().describe('The last of them.'),
      more: z.boolean().optional().describe('The chain goes on behind `to`.'),
      number: z.number().int().optional().describe('Not ok: the first entry that is wrong or missing.'),
      why: z.string().optional().describe('Not ok: what is wrong.'),
    })
    .meta({ id: 'AuditVerdict' }),
  handle: ({ params: { chain }, query }, { audit }) =>
    guarded(async () => {
      if (chain >= audit.chains) return { problem: problem('not-found', `the chains are 0 to ${audit.chains - 1}`) };
      const after = query.number === undefined || query.hash === undefined ? undefined : { number: query.number, hash: query.hash };
      return { answer: await audit.verify(chain, after, query.limit) };
    }),
});

const viewEntry = (kept: AuditEntry): z.output<typeof entry> => ({ ...kept, targets: [...kept.targets] });

async function guarded<A>(work: () => Promise<Outcome<A>>): Promise<Outcome<A>> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AuditAway) return { problem: unavailable('the audit log cannot be read now') };
    throw error;
  }
}
