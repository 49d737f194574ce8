import { z } from 'zod';
import { noteAct } from '../audit/note-act.js';
import { operation, type Ask, type Outcome, type Ports } from '../operation.js';
import { problem, unavailable } from '../problems.js';
import { textOf } from '../schemas.js';

const common = { tag: 'cluster', status: 200 } as const;
const count = z.number().int();

export const getCluster = operation({
  ...common,
  id: 'getCluster',
  method: 'GET',
  path: '/v1/cluster',
  scope: 'cluster:read',
  summary: 'See the state of the cluster',
  description:
    'As its processes tell each other once a second: who lives, who holds which shard, where the log ends and how far its readers are, sockets.',
  answer: z
    .object({
      processes: z.array(
        z.object({
          id: z.string(),
          kind: z.string(),
          address: z.string().describe('Where it is asked; of an edge: where clients connect.'),
          draining: z.boolean(),
          starting: z.boolean().describe('It takes no shards now.'),
          silentMs: count.describe('Since its newest beat. After 5 s it does not count as alive, after a minute it is not shown.'),
          shards: count.optional().describe('room-state: how many it holds.'),
          sockets: count.optional().describe('edge: how many are open.'),
        }),
      ),
      shards: z.array(
        z.object({
          shard: count,
          stream: count.describe('Of the log.'),
          holder: z.string().describe('Empty: nobody is known to hold it.'),
          epoch: count.describe('The log sequence of the holder’s claim.'),
          head: count.describe('The log sequence of its newest record; 0: not known.'),
          recentEvents: count.describe('Of the last ten seconds or less.'),
        }),
      ),
      readers: z.array(
        z.object({
          kind: z.string(),
          id: z.string(),
          stream: count,
          through: count.describe('Everything of the stream up to this log sequence is in its store.'),
          behind: count.describe('Records of the stream that are not yet.'),
        }),
      ),
    })
    .meta({ id: 'Cluster' }),
  handle: (_ask, { cluster }) =>
    Promise.resolve({ answer: { processes: cluster.processes(), shards: cluster.shards(), readers: cluster.readers() } }),
});

const process = textOf(128, 1);

export const handOverShard = operation({
  ...common,
  id: 'handOverShard',
  method: 'POST',
  path: '/v1/cluster/shards/:shard/hand-over',
  scope: 'cluster:write',
  summary: 'Hand a shard over',
  description:
    'To a room-state process that keeps it as long as it takes shards; when that one drains or dies, the cluster places the shard itself again. Rooms stand still for a fraction of a second.',
  changes: true,
  params: z.strictObject({ shard: z.coerce.number().int().min(0).max(65_535) }),
  body: z.strictObject({ to: process.describe('The id of a room-state process.') }).meta({ examples: [{ to: 'room-state-2' }] }),
  answer: z
    .object({
      result: z
        .enum(['done', 'unchanged', 'under-way'])
        .describe('`unchanged`: it holds it already. `under-way`: it was asked, and does not hold it yet.'),
      from: z.string().describe('Who held it; empty: nobody did.'),
      to: z.string(),
    })
    .meta({ id: 'HandOver' }),
  async handle({ params: { shard }, body: { to }, commandId }, { cluster, rooms }) {
    const shards = cluster.shards();
    if (shard >= shards.length) return { problem: problem('not-found', `the shards are 0 to ${shards.length - 1}`) };
    const taker = cluster.living('room-state').find(({ id }) => id === to);
    if (taker === undefined) return { problem: problem('not-found', `there is no room-state process ${to} that lives`) };
    const from = cluster.holderOf(shard) ?? '';
    if (from === to) return { answer: { result: 'unchanged' as const, from, to } };
    if (taker.draining || taker.starting) return { problem: problem('not-ready', `${to} takes no shards now`) };
    const no = await noteAct(rooms, commandId, 'shard-handed-over', { shard: String(shard), from, to });
    if (no !== undefined) return { problem: no };
    if (!(await cluster.take(taker, shard))) return { problem: unavailable(`${to} cannot be asked now`) };
    return { answer: { result: (await cluster.holds(to, shard)) ? ('done' as const) : ('under-way' as const), from, to } };
  },
});

const ofEdge = z.strictObject({ edge: process });
const drained = z
  .object({
    result: z.enum(['done', 'unchanged']),
    sockets: count.describe(
      'That are still open: a drain sends them away, so many a second; the state of the cluster tells how far it is.',
    ),
  })
  .meta({ id: 'EdgeDrain' });

export const drainEdge = operation({
  ...common,
  id: 'drainEdge',
  method: 'POST',
  path: '/v1/cluster/edges/:edge/drain',
  scope: 'cluster:write',
  summary: 'Drain an edge',
  description:
    'It takes no more clients and sends those that it has away, paced, each with its own delay to come back to another edge. Its process goes on, not ready, until it is ended or the drain is called off.',
  changes: true,
  params: ofEdge,
  body: z.strictObject({ last: z.boolean().default(false).describe('Also where no other edge takes clients.') }),
  answer: drained,
  handle: (ask, ports) => ordered(ask, ports, true, ask.body.last),
});

export const undrainEdge = operation({
  ...common,
  id: 'undrainEdge',
  method: 'DELETE',
  path: '/v1/cluster/edges/:edge/drain',
  scope: 'cluster:write',
  summary: 'Let a drained edge take clients again',
  description: 'Not one whose process is ending.',
  changes: true,
  params: ofEdge,
  answer: drained,
  handle: (ask, ports) => ordered(ask, ports, false, true),
});

async function ordered(
  { params: { edge: id }, commandId }: Pick<Ask<{ edge: string }, unknown, unknown>, 'params' | 'commandId'>,
  { cluster, rooms }: Ports,
  drain: boolean,
  last: boolean,
): Promise<Outcome<z.output<typeof drained>>> {
  const edges = cluster.living('edge');
  const edge = edges.find((one) => one.id === id);
  if (edge === undefined) return { problem: problem('not-found', `there is no edge ${id} that lives`) };
  const { sockets = 0, draining } = edge;
  if (draining === drain) return { answer: { result: 'unchanged', sockets } };
  const others = edges.filter((one) => one.id !== id && !one.draining);
  if (!last && others.length === 0)
    return { problem: problem('last-edge', `no edge but ${id} takes clients; \`last\` drains it all the same`) };
  const no = await noteAct(rooms, commandId, drain ? 'edge-drained' : 'edge-drain-ended', { edge: id, sockets: String(sockets) });
  if (no !== undefined) return { problem: no };
  if (await cluster.order(id, drain)) return { answer: { result: 'done', sockets } };
  return { problem: unavailable(`${id} did not say in time that it ${drain ? 'drains' : 'takes clients'}`) };
}
