import { clusterOf, silentMs, stateOf, type ClusterView } from '../cluster-view.js';
import type { Command } from '../command.js';
import { table } from '../table.js';

export const showCluster: Command = {
  line: 'cluster',
  summary: 'who lives and holds what, where the log ends, how far its readers are, sockets',
  scopes: 'cluster:read',
  options: { shards: { type: 'boolean', about: 'a line a shard, too' } },
  async run({ options }, { api }) {
    const cluster = await clusterOf(api);
    const parts = [processes(cluster), streams(cluster), ...(options['shards'] === true ? [shards(cluster)] : []), summary(cluster)];
    return { text: parts.join('\n'), json: cluster };
  },
};

const processes = ({ processes: all }: ClusterView): string =>
  table([
    ['process', 'kind', 'state', 'shards', 'sockets', 'address'],
    ...all.map((one) => [one.id, one.kind, stateOf(one), one.shards ?? '', one.sockets ?? '', one.address]),
  ]);

/** A line a stream of the log: its end, and how many records each kind of reader lacks. */
function streams({ shards: all, readers }: ClusterView): string {
  const kinds = [...new Set(readers.map(({ kind }) => kind))];
  const numbers = [...new Set(all.map(({ stream }) => stream))];
  const head = (stream: number): number => Math.max(0, ...all.filter((one) => one.stream === stream).map((one) => one.head));
  const behind = (stream: number, kind: string): string | number => {
    const found = readers.filter((one) => one.stream === stream && one.kind === kind).map((one) => one.behind);
    return found.length === 0 ? 'nobody reads' : Math.min(...found);
  };
  return table([
    ['stream', 'head', ...kinds.map((kind) => `${kind} behind`)],
    ...numbers.map((stream) => [stream, head(stream), ...kinds.map((kind) => behind(stream, kind))]),
  ]);
}

const shards = ({ shards: all }: ClusterView): string =>
  table([
    ['shard', 'stream', 'holder', 'epoch', 'head', 'events in 10 s'],
    ...all.map((one) => [one.shard, one.stream, one.holder === '' ? 'nobody' : one.holder, one.epoch, one.head, one.recentEvents]),
  ]);

const mostNamed = 20;

function summary({ processes: all, shards: every }: ClusterView): string {
  const living = new Set(all.filter((one) => one.silentMs <= silentMs).map(({ id }) => id));
  const orphans = every.filter(({ holder }) => !living.has(holder)).map(({ shard }) => shard);
  const sockets = all.reduce((sum, one) => sum + (one.sockets ?? 0), 0);
  const named = `${orphans.slice(0, mostNamed).join(', ')}${orphans.length > mostNamed ? ', ...' : ''}`;
  const held = orphans.length === 0 ? 'all held by processes that live' : `${orphans.length} held by nobody that lives: ${named}`;
  return `${every.length} shards, ${held}; ${sockets} sockets\n`;
}
