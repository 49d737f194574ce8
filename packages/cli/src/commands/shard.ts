import { clusterOf, silentMs, stateOf } from '../cluster-view.js';
import { Misused, needed, wholeNumber, type Command } from '../command.js';

interface HandOver {
  readonly result: 'done' | 'unchanged' | 'under-way';
  readonly from: string;
  readonly to: string;
}

/** How long a shard may take to change hands: behind others, or behind a log that has no leader. */
const patienceMs = 60_000;
const lookMs = 500;

export const handOverShard: Command = {
  line: 'shard hand-over <shard>',
  summary: 'has a room-state process hold a shard, as long as it takes shards',
  scopes: 'cluster:read and cluster:write',
  options: { to: { type: 'string', about: 'the process that is to hold it' } },
  async run(given, { api, agree, wait, progress }) {
    const shard = wholeNumber(given.targets[0]!, 'shard');
    const to = needed(given, 'to');
    const { shards, processes } = await clusterOf(api);
    const now = shards[shard];
    if (now === undefined) throw new Misused(`the shards are 0 to ${shards.length - 1}`);
    const taker = processes.find(({ id, kind }) => id === to && kind === 'room-state');
    if (taker === undefined || taker.silentMs > silentMs) throw new Misused(`there is no room-state process ${to} that lives`);
    if (now.holder === to) return told({ result: 'unchanged', from: to, to }, shard);
    const holder = now.holder === '' ? 'nobody' : now.holder;
    await agree(
      `Shard ${shard} (${now.recentEvents} events in the last 10 s) goes from ${holder} to ${to} (${stateOf(taker)}, ${taker.shards ?? 0} shards). Its rooms stand still for a moment.`,
    );
    const path = `/v1/cluster/shards/${shard}/hand-over`;
    const said = await api.ask<HandOver>({ method: 'POST', path, body: { to } });
    if (said.result !== 'under-way') return told(said, shard);
    const bar = progress(`shard ${shard} is on its way`, patienceMs);
    let held = false;
    for (let waited = 0; !held && waited < patienceMs; waited += lookMs) {
      bar.at(waited);
      await wait(lookMs);
      held = (await clusterOf(api)).shards[shard]?.holder === to;
    }
    bar.end();
    return told({ ...said, result: held ? 'done' : 'under-way' }, shard);
  },
};

const sentences = {
  done: ({ to }: HandOver, shard: number) => `${to} holds shard ${shard}\n`,
  unchanged: ({ to }: HandOver, shard: number) => `${to} holds shard ${shard} already\n`,
  'under-way': ({ to }: HandOver, shard: number) => `${to} was asked, and does not hold shard ${shard} yet\n`,
};

const told = (said: HandOver, shard: number) => ({
  text: sentences[said.result](said, shard),
  json: { shard, ...said },
  ok: said.result !== 'under-way',
});
