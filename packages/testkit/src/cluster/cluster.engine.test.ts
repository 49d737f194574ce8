import { expect, test } from '@jest/globals';
import { isAlive } from '../engines/cache.js';
import { eventually } from '../eventually.js';
import { clusterRows, startCluster } from '../cluster.js';

test('a cluster serves, shows a process that was killed, takes it back and leaves nothing behind', async () => {
  const cluster = await startCluster({ edges: 1, holders: 2, histories: 2 });
  const { ready, processes } = cluster;
  try {
    const created = await fetch(`${ready.api}/v1/rooms`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ready.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ room: 'lobby', creator: 'host' }),
    });
    expect(created.status).toBe(201);
    expect(processes.map(({ id }) => id)).toEqual([
      'room-state-1',
      'room-state-2',
      'history-1',
      'history-2',
      'metrics-1',
      'edge-1',
      'api-1',
    ]);

    const read = () => fetch(`${ready.api}/v1/rooms/lobby/messages`, { headers: { authorization: `Bearer ${ready.apiKey}` } });
    expect((await read()).status).toBe(200);
    for (const id of ['history-1', 'history-2']) {
      const history = processes.find((process) => process.id === id);
      await history?.kill();
      await eventually(async () => expect((await read()).status).toBe(200), { timeoutMs: 10_000 });
      await history?.start();
    }

    const [holder] = processes;
    await holder?.kill();
    expect(await holder?.state()).toBe('down');
    await holder?.start();
    await eventually(async () => expect(await holder?.state()).toBe('ready'));
    const rows = await clusterRows(cluster);
    expect(rows.every(({ rssBytes, pid }) => pid > 0 && rssBytes > 0)).toBe(true);
  } finally {
    const pids = processes.map(({ pid }) => pid);
    await cluster.stop();
    expect(pids.filter((pid) => pid > 0 && isAlive(pid))).toEqual([]);
  }
});
