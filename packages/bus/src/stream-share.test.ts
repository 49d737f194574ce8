import { describe, expect, test } from '@jest/globals';
import type { Beat } from '@plaza/proto/room';
import { FakeClock } from '@plaza/testkit';
import { MemoryBus } from './memory-bus.js';
import { MemoryPeers } from './peers.memory.js';
import { StreamShare } from './stream-share.js';

class Bench {
  readonly clock = new FakeClock();
  readonly bus = new MemoryBus();
  readonly assigned = new Map<string, readonly number[]>();

  add(id: string, kind = 'history', through: readonly (number | undefined)[] = []) {
    const peers = new MemoryPeers(this.bus);
    const read = () => through.map((sequence, stream) => [stream, { through: sequence }] as const);
    const share = new StreamShare({ peers, clock: this.clock, kind, id, address: '127.0.0.1:1', streams: 8, read });
    share.start((streams) => this.assigned.set(id, streams));
    return { peers, share };
  }

  all(...ids: string[]): number[] {
    return ids.flatMap((id) => [...this.assigned.get(id)!]).sort((a, b) => a - b);
  }
}

const every = [0, 1, 2, 3, 4, 5, 6, 7];

describe('share of the streams', () => {
  test('is everything for one alone, from the start', () => {
    const bench = new Bench();
    bench.add('a');
    expect(bench.assigned.get('a')).toEqual(every);
  });

  test('is divided, each stream to one, among processes of one kind', async () => {
    const bench = new Bench();
    bench.add('a');
    bench.add('b');
    bench.add('m', 'metrics');
    await bench.clock.pass(2000);
    expect(bench.all('a', 'b')).toEqual(every);
    expect(bench.assigned.get('a')!.length).toBeGreaterThan(0);
    expect(bench.assigned.get('b')!.length).toBeGreaterThan(0);
    expect(bench.assigned.get('m')).toEqual(every);
  });

  test('goes to the others when a process drains, and when it falls silent', async () => {
    const bench = new Bench();
    const a = bench.add('a');
    bench.add('b');
    const c = bench.add('c');
    await bench.clock.pass(2000);
    c.share.drain();
    await bench.clock.pass(1000);
    expect(bench.assigned.get('c')).toEqual([]);
    expect(bench.all('a', 'b')).toEqual(every);
    a.share.stop();
    await bench.clock.pass(7000);
    expect(bench.assigned.get('b')).toEqual(every);
  });

  test('says how far each stream is read, once that is known', async () => {
    const bench = new Bench();
    const heard: Beat[] = [];
    new MemoryPeers(bench.bus).onBeat((beat) => heard.push(beat));
    bench.add('a', 'history', [41, undefined, -1]);
    await bench.clock.pass(0);
    expect(heard.map(({ kind, reading }) => ({ kind, streams: reading?.streams }))).toEqual([
      {
        kind: 'history',
        streams: [
          { stream: 0, through: 41 },
          { stream: 2, through: 0 },
        ],
      },
    ]);
  });
});
