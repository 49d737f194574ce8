import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { parseRoomId, type RoomId } from '@plaza/domain';
import type { DueRoom, Projection, RoomChange } from './projection.js';

/** Two instances over one storage, as two processes have one Redis. */
export interface ProjectionsUnderTest {
  readonly first: Projection;
  readonly second: Projection;
  close(): Promise<void>;
}

const room = (id: string): RoomId => parseRoomId(id)!;
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const dueAt = (id: string, dueMs: number): DueRoom => ({ room: room(id), dueMs });
const change = (id: string, slots: Record<string, Uint8Array | undefined>, dueMs = 0): RoomChange => ({
  room: room(id),
  slots: Object.entries(slots).map(([name, value]) => ({ name, value })),
  dueMs,
});

async function slotsOf(projection: Projection, shard: number, id: string): Promise<Record<string, number[]> | undefined> {
  const slots = await projection.load(shard, room(id));
  return slots && Object.fromEntries(slots.map(({ name, value }) => [name, [...value]]));
}

async function allRooms(projection: Projection, shard: number, limit: number): Promise<string[]> {
  const found: string[] = [];
  let token = '';
  do {
    const page = await projection.rooms(shard, token, limit);
    expect(page.rooms.length).toBeLessThanOrEqual(limit);
    found.push(...page.rooms);
    token = page.next;
  } while (token !== '');
  return found;
}

export function projectionContract(name: string, open: () => Promise<ProjectionsUnderTest>): void {
  describe(`projection: ${name}`, () => {
    let under: ProjectionsUnderTest;
    let projection: Projection;
    beforeEach(async () => {
      under = await open();
      projection = under.first;
    });
    afterEach(() => under.close());

    test('says that it can be asked', () => {
      expect([projection.available, under.second.available]).toEqual([true, true]);
    });

    test('starts empty', async () => {
      expect(await projection.cursor(3)).toBeUndefined();
      expect(await projection.load(3, room('a'))).toBeUndefined();
      expect(await projection.rooms(3, '', 10)).toEqual({ rooms: [], next: '' });
      expect(await projection.due(3, 10)).toEqual([]);
    });

    test('keeps slots and cursor, seen by every instance', async () => {
      const all = Uint8Array.from({ length: 256 }, (_, i) => i);
      expect(await projection.write(3, undefined, 17, [change('a', { head: all, 'member/ü@x:1': bytes(0) })])).toBe('written');
      expect(await under.second.cursor(3)).toBe(17);
      expect(await slotsOf(under.second, 3, 'a')).toEqual({ head: [...all], 'member/ü@x:1': [0] });
    });

    test('changes only the named slots and removes those without a value', async () => {
      await projection.write(3, undefined, 1, [change('a', { head: bytes(1), profile: bytes(2), 'member/x': bytes(3) })]);
      expect(await projection.write(3, 1, 2, [change('a', { head: bytes(9), 'member/x': undefined, gone: undefined })])).toBe('written');
      expect(await slotsOf(projection, 3, 'a')).toEqual({ head: [9], profile: [2] });
    });

    test('a room without slots is not in it any more', async () => {
      await projection.write(3, undefined, 1, [change('a', { head: bytes(1) }, 50), change('b', { head: bytes(1) })]);
      await projection.write(3, 1, 2, [change('a', { head: undefined })]);
      expect(await projection.load(3, room('a'))).toBeUndefined();
      expect(await allRooms(projection, 3, 10)).toEqual(['b']);
      expect(await projection.due(3, 10)).toEqual([]);
    });

    test('writes nothing where the cursor is another', async () => {
      await projection.write(3, undefined, 5, [change('a', { head: bytes(1) })]);
      for (const expected of [undefined, 4, 6]) {
        expect(await projection.write(3, expected, 9, [change('a', { head: bytes(2) }), change('b', { head: bytes(2) })])).toBe('other');
      }
      expect(await projection.write(4, 5, 6, [change('c', { head: bytes(2) })])).toBe('other');
      expect(await projection.cursor(3)).toBe(5);
      expect(await projection.cursor(4)).toBeUndefined();
      expect(await slotsOf(projection, 3, 'a')).toEqual({ head: [1] });
      expect(await allRooms(projection, 3, 10)).toEqual(['a']);
    });

    test('a repeated write is refused and changes nothing', async () => {
      const changes = [change('a', { head: bytes(1) }, 70)];
      await projection.write(3, undefined, 5, changes);
      expect(await projection.write(3, undefined, 5, changes)).toBe('other');
      expect(await slotsOf(projection, 3, 'a')).toEqual({ head: [1] });
    });

    test('of many writers with one cursor exactly one wins, whole', async () => {
      await projection.write(3, undefined, 1, []);
      const writers = Array.from({ length: 10 }, (_, i) => i);
      const answers = await Promise.all(
        writers.map((i) =>
          [under.first, under.second][i % 2]!.write(3, 1, 100 + i, [change('a', { head: bytes(i) }), change('b', { head: bytes(i) })]),
        ),
      );
      expect(answers.filter((answer) => answer === 'written')).toHaveLength(1);
      const winner = answers.indexOf('written');
      expect(await projection.cursor(3)).toBe(100 + winner);
      expect(await slotsOf(projection, 3, 'a')).toEqual({ head: [winner] });
      expect(await slotsOf(projection, 3, 'b')).toEqual({ head: [winner] });
    });

    test('takes a large write in one step', async () => {
      const changes = Array.from({ length: 300 }, (_, i) =>
        change(`room-${i}`, { head: new Uint8Array(1000).fill(i), profile: bytes(i & 255) }, i + 1),
      );
      expect(await projection.write(3, undefined, 2 ** 52, changes)).toBe('written');
      expect(await projection.cursor(3)).toBe(2 ** 52);
      expect((await allRooms(projection, 3, 64)).sort()).toEqual(changes.map((each) => each.room as string).sort());
      expect((await slotsOf(projection, 3, 'room-299'))!['profile']).toEqual([43]);
    });

    test('names due rooms, earliest first, at their own moment', async () => {
      await projection.write(3, undefined, 1, [
        change('late', { head: bytes(1) }, 300),
        change('early', { head: bytes(1) }, 100),
        change('never', { head: bytes(1) }),
        change('middle', { head: bytes(1) }, 200),
      ]);
      const [early, middle, late] = [dueAt('early', 100), dueAt('middle', 200), dueAt('late', 300)];
      expect(await projection.due(3, 10)).toEqual([early, middle, late]);
      expect(await projection.due(3, 2)).toEqual([early, middle]);
      await projection.write(3, 1, 2, [change('early', {}, 0), change('middle', {}, 250)]);
      expect(await projection.due(3, 10)).toEqual([dueAt('middle', 250), late]);
      expect(await projection.due(4, 10)).toEqual([]);
    });

    test('gives each room once in pages, whatever changes meanwhile', async () => {
      const ids = Array.from({ length: 25 }, (_, i) => `r${String(i).padStart(2, '0')}`);
      await projection.write(
        3,
        undefined,
        1,
        ids.map((id) => change(id, { head: bytes(1) })),
      );
      await projection.write(4, undefined, 1, [change('elsewhere', { head: bytes(1) })]);
      const firstPage = await projection.rooms(3, '', 10);
      await projection.write(3, 1, 2, [change('r00', { head: bytes(2) }), change('r20', { head: bytes(2) })]);
      const rest: string[] = [];
      for (let token = firstPage.next; token !== '';) {
        const page = await projection.rooms(3, token, 10);
        rest.push(...page.rooms);
        token = page.next;
      }
      expect([...firstPage.rooms, ...rest].sort()).toEqual(ids);
      expect((await projection.rooms(3, '', 25)).next).toBe('');
    });

    test('reset removes one shard and no other', async () => {
      const many = Array.from({ length: 1200 }, (_, i) => change(`x${i}`, { head: bytes(1), profile: bytes(2) }, 5));
      await projection.write(3, undefined, 1, many);
      await projection.write(30, undefined, 2, [change('b', { head: bytes(1) }, 6)]);
      await projection.reset(3);
      expect(await projection.cursor(3)).toBeUndefined();
      expect(await allRooms(projection, 3, 100)).toEqual([]);
      expect(await projection.due(3, 10)).toEqual([]);
      expect(await projection.load(3, room('x7'))).toBeUndefined();
      expect(await projection.cursor(30)).toBe(2);
      expect(await slotsOf(projection, 30, 'b')).toEqual({ head: [1] });
      expect(await projection.due(30, 10)).toEqual([dueAt('b', 6)]);
      expect(await projection.write(3, undefined, 3, [change('x7', { head: bytes(4) })])).toBe('written');
      expect(await slotsOf(projection, 3, 'x7')).toEqual({ head: [4] });
    });
  });
}
