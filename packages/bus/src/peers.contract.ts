import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Beat } from '@plaza/proto/room';
import { eventually } from '@plaza/testkit';
import type { Peers } from './peers.js';

export interface PeersSetup {
  readonly first: Peers;
  readonly second: Peers;
  close(): Promise<void>;
}

export const beatOf = (id: string, atMs: number, shard = 3): Beat =>
  Beat.fromPartial({ kind: 'room-state', id, address: '127.0.0.1:7000', atMs, shards: [{ shard, epoch: 17 }], draining: true });

/** What every Peers promises. `setup` gives ends that hear each other already. */
export function peersContract(name: string, setup: () => Promise<PeersSetup>): void {
  describe(`peers contract: ${name}`, () => {
    let given: PeersSetup;
    beforeEach(async () => {
      given = await setup();
    });
    afterEach(() => given.close());

    test('brings beats whole, to everybody, the sender among them, each once', async () => {
      const got: Beat[][] = [[], []];
      for (const [i, peers] of [given.first, given.second].entries()) peers.onBeat((beat) => got[i]!.push(beat));
      const beats = [beatOf('room-state-1', 1), beatOf('room-state-1', 2), beatOf('odd name.of *a > process', 2)];
      for (const beat of beats) given.first.beat(beat);
      for (const heard of got) await eventually(() => expect(heard).toEqual(beats));
    });

    test('brings two beats of one moment that say different things', async () => {
      const got: Beat[] = [];
      given.second.onBeat((beat) => got.push(beat));
      given.first.beat(beatOf('a', 1, 3));
      given.first.beat(beatOf('a', 1, 4));
      await eventually(() => expect(got.map((beat) => beat.shards[0]?.shard)).toEqual([3, 4]));
    });

    test('brings suspicions, also the same one again', async () => {
      const got: string[] = [];
      given.second.onSuspect((id) => got.push(id));
      for (const id of ['room-state-1', 'room-state-1', 'with blanks in it']) given.first.suspect(id);
      await eventually(() => expect(got).toEqual(['room-state-1', 'room-state-1', 'with blanks in it']));
    });

    test('brings orders to everybody, also the same one again', async () => {
      const got: [string, boolean][] = [];
      for (const peers of [given.first, given.second]) peers.onOrder(({ id, drain }) => got.push([id, drain]));
      for (const drain of [true, true, false]) given.first.order({ id: 'edge-1', drain });
      const each = (drain: boolean) => ['edge-1', drain];
      await eventually(() => expect(got).toEqual(expect.arrayContaining([each(true), each(false)])));
      await eventually(() => expect(got).toHaveLength(6));
    });

    test('goes on for all after a listener threw, and leaves out who has gone', async () => {
      const got: number[] = [];
      const gone: number[] = [];
      given.second.onBeat(() => {
        throw new Error('a broken listener');
      });
      given.second.onBeat((beat) => got.push(beat.atMs));
      given.second.onBeat((beat) => gone.push(beat.atMs))();
      given.first.beat(beatOf('a', 1));
      given.first.beat(beatOf('a', 2));
      await eventually(() => expect(got).toEqual([1, 2]));
      expect(gone).toEqual([]);
    });

    test('is silent once closed', async () => {
      const [got, other]: [number[], number[]] = [[], []];
      given.second.onBeat((beat) => got.push(beat.atMs));
      given.first.onBeat((beat) => other.push(beat.atMs));
      await given.second.close();
      given.second.beat(beatOf('b', 1));
      given.first.beat(beatOf('a', 2));
      await eventually(() => expect(other).toEqual([2]));
      expect(got).toEqual([]);
    });
  });
}
