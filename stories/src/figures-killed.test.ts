import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from '@jest/globals';
import { timeOfPosition } from '@plaza/domain';
import { openStore } from '@plaza/kit/lmdb';
import { LmdbLog } from '@plaza/log/lmdb';
import { Event } from '@plaza/proto/client';
import { Record as LogRecord } from '@plaza/proto/log';
import { eventually, temporaryFolder } from '@plaza/testkit';
import { expectCase, ProbeClient } from './probe-client.js';
import { Backend, paceOff, type World } from './world.js';

const main = fileURLToPath(new URL('../../services/standalone/dist/main.js', import.meta.url));
const anyPorts = { PLAZA_API_PORT: '0', PLAZA_EDGE_PORT: '0', PLAZA_PROBE_PORT: '0' };
const [shards, streams] = [16, 4];
const rooms = ['garden', 'lobby', 'stage'];
const size = { PLAZA_SHARDS: String(shards), PLAZA_STREAMS: String(streams), PLAZA_TALLY_MS: '200' };

let child: ChildProcess | undefined;
afterEach(() => void child?.kill('SIGKILL'));

async function start(folder: string): Promise<{ backend: Backend; connect: string; end: (signal: NodeJS.Signals) => Promise<void> }> {
  const started = spawn(process.execPath, [main], {
    env: { ...anyPorts, ...paceOff, ...size, PLAZA_DATA: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child = started;
  for await (const line of createInterface({ input: started.stdout })) {
    if (!line.startsWith('PLAZA_READY ')) continue;
    const { api, apiKey, connect } = JSON.parse(line.slice('PLAZA_READY '.length)) as Record<'api' | 'apiKey' | 'connect', string>;
    const end = (signal: NodeJS.Signals): Promise<void> =>
      new Promise((resolve) => {
        started.once('exit', () => resolve());
        started.kill(signal);
      });
    return { backend: new Backend({ apiUrl: api, apiKey } as World), connect, end };
  }
  throw new Error('it ended before it was ready');
}

interface Truth {
  messages: number;
  entries: number;
  readonly senders: Set<string>;
}

/** The log of a data folder, added up anew: by `kind start room`. */
async function recount(folder: string): Promise<Map<string, Truth>> {
  const store = openStore(join(folder, 'log'));
  const log = LmdbLog.open(store, { shards, streams, fsync: 'commit' });
  const sums = new Map<string, Truth>();
  const add = (atMs: number, room: string, change: (truth: Truth) => void): void => {
    for (const [kind, length] of [
      ['hour', 3_600_000],
      ['day', 86_400_000],
    ] as const) {
      const key = `${kind} ${Math.floor(atMs / length) * length} ${room}`;
      const truth = sums.get(key) ?? { messages: 0, entries: 0, senders: new Set<string>() };
      change(truth);
      sums.set(key, truth);
    }
  };
  for (let shard = 0; shard < shards; shard++) {
    for (const { bytes } of await log.read(shard, 1, 100_000)) {
      const { timeMs, batches } = LogRecord.decode(bytes);
      for (const { room, events, tally } of batches) {
        if ((tally?.enters ?? 0) > 0) add(timeMs, room, (truth) => void (truth.entries += tally!.enters));
        for (const { position, event } of events) {
          const { kind } = Event.decode(event);
          if (kind?.$case !== 'message') continue;
          add(timeOfPosition(position), room, (truth) => {
            truth.messages++;
            truth.senders.add(kind.value.account);
          });
        }
      }
    }
  }
  await log.close();
  await store.close();
  return sums;
}

/** Members come into each room and talk, until it is ended in the middle of a backend's messages. */
async function life(folder: string, number: number, signal: NodeJS.Signals): Promise<void> {
  const { backend, connect, end } = await start(folder);
  if (number === 0) for (const room of rooms) await backend.createRoom(room);
  for (let i = 0; i < 4; i++) {
    const account = `guest-${number}-${i}`;
    const client = await ProbeClient.connect(connect, await backend.token(account));
    for (const room of rooms.slice(i % rooms.length)) {
      expectCase(await client.join(room), 'joined');
      expectCase(await client.say(room, 'hello'), 'accepted');
    }
  }
  let sent = 0;
  const sending = (async () => {
    for (let i = 0; ; i++) {
      const room = rooms[i % rooms.length]!;
      await backend.ask('POST', `/v1/rooms/${room}/messages`, { as: `fan-${number}-${i % 40}`, text: `m${number}-${i}` });
      sent++;
    }
  })().catch(() => 'cut off');
  await eventually(() => expect(sent).toBeGreaterThan(60), { timeoutMs: 30_000 });
  await end(signal);
  expect(await sending).toBe('cut off');
}

test('figures of an embedded node that was killed again and again are what a recount of its log comes to', async () => {
  const folder = temporaryFolder();
  for (const [number, signal] of (['SIGKILL', 'SIGKILL', 'SIGTERM'] as const).entries()) await life(folder, number, signal);
  const truth = await recount(folder);
  expect(truth.size).toBeGreaterThanOrEqual(2 * rooms.length);

  const { backend, end } = await start(folder);
  await eventually(
    async () => {
      for (const [key, { messages, entries, senders }] of truth) {
        const [kind, startMs, room] = key.split(' ');
        const tops = await backend.ask('GET', `/v1/top-rooms?metric=active&period=${kind}&at=${startMs}`);
        const figures = (tops.json['rooms'] as Record<string, unknown>[]).find((one) => one['room'] === room);
        expect([key, figures]).toEqual([key, { room, messages, entries, active: expect.any(Number) }]);
        expect(Math.abs((figures!['active'] as number) - senders.size)).toBeLessThanOrEqual(Math.max(1, 0.03 * senders.size));
        const series = await backend.ask('GET', `/v1/rooms/${room}/figures?period=${kind}&from=${startMs}&to=${Number(startMs) + 1}`);
        expect(series.json['points']).toMatchObject([{ startMs: Number(startMs), messages, entries, active: figures!['active'] }]);
      }
    },
    { timeoutMs: 30_000 },
  );
  await end('SIGTERM');
}, 240_000);
