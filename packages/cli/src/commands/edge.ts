import { clusterOf, silentMs, type ClusterView, type ProcessView } from '../cluster-view.js';
import { Misused, type Command, type Hands } from '../command.js';
import { inPath, type ServerApi } from '../server-api.js';

interface Said {
  readonly result: 'done' | 'unchanged';
  readonly sockets: number;
}

const lookMs = 1000;
/** A drain whose sockets do not become fewer for so long is left to itself. */
const stuckMs = 30_000;

export const drainEdge: Command = {
  line: 'edge drain <edge>',
  summary: 'sends the clients of an edge to the others, paced; its process goes on, empty',
  scopes: 'cluster:read and cluster:write',
  options: { last: { type: 'boolean', about: 'also where no other edge takes clients' } },
  async run({ targets: [name = ''], options }, hands) {
    const { api, agree } = hands;
    const cluster = await clusterOf(api);
    const edge = edgeOf(cluster, name);
    const others = livingEdges(cluster).filter(({ id, draining }) => id !== name && !draining);
    const last = options['last'] === true;
    if (!edge.draining) {
      if (others.length === 0 && !last) throw new Misused(`no edge but ${name} takes clients; --last drains it all the same`);
      const where = others.length === 0 ? 'No other edge takes clients' : `They come back to ${others.length} other edge(s)`;
      await agree(`${edge.sockets ?? 0} sockets of ${name} are sent away. ${where}.`);
    }
    const { result } = await api.ask<Said>({ method: 'POST', path: drainOf(name), body: { last } });
    const left = await watched(name, edge.sockets ?? 0, hands);
    const text = left === 0 ? `${name} is empty\n` : `${name} drains, ${left} sockets are left\n`;
    return { text, json: { edge: name, result, sockets: left }, ok: left === 0 };
  },
};

export const undrainEdge: Command = {
  line: 'edge undrain <edge>',
  summary: 'lets a drained edge take clients again',
  scopes: 'cluster:read and cluster:write',
  options: {},
  async run({ targets: [name = ''] }, { api }) {
    edgeOf(await clusterOf(api), name);
    const { result } = await api.ask<Said>({ method: 'DELETE', path: drainOf(name) });
    return { text: `${name} takes clients\n`, json: { edge: name, result } };
  },
};

const drainOf = (edge: string): string => `/v1/cluster/edges/${inPath(edge)}/drain`;

const livingEdges = ({ processes }: ClusterView): ProcessView[] =>
  processes.filter(({ kind, silentMs: ms }) => kind === 'edge' && ms <= silentMs);

function edgeOf(cluster: ClusterView, name: string): ProcessView {
  const edge = livingEdges(cluster).find(({ id }) => id === name);
  if (edge === undefined) throw new Misused(`there is no edge ${name} that lives`);
  return edge;
}

/** How many sockets are left when it is empty, gone or stuck. */
async function watched(name: string, total: number, { api, progress, wait }: Hands): Promise<number> {
  const bar = progress(`${name} drains`, total);
  let least = Infinity;
  for (let waited = 0; waited < stuckMs; waited += lookMs) {
    const left = await socketsOf(api, name);
    bar.at(total - left);
    if (left < least) waited = 0;
    least = Math.min(least, left);
    if (left === 0) break;
    await wait(lookMs);
  }
  bar.end();
  return least;
}

/** An edge that is not there any more has none. */
const socketsOf = async (api: ServerApi, name: string): Promise<number> =>
  livingEdges(await clusterOf(api)).find(({ id }) => id === name)?.sockets ?? 0;
