import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { positionAt } from '@plaza/domain';
import { Role } from '@plaza/proto/client';
import type { IndexChange, IndexPage, RoomIndex } from './room-index.js';

export interface IndexUnderTest {
  readonly index: RoomIndex;
  close(): Promise<void>;
}

const { ROLE_CREATOR: creator, ROLE_ADMINISTRATOR: administrator, ROLE_REGULAR: regular, ROLE_UNSPECIFIED: none } = Role;
const start = positionAt(Date.now());
const room = (name: string, by: string, n = 0): IndexChange => ({ kind: 'room', room: name, creator: by, position: start + n });
const role = (name: string, account: string, value: Role | undefined, n: number): IndexChange => ({
  kind: 'role',
  room: name,
  account,
  role: value,
  position: start + n,
});
const namesOf = ({ rooms }: IndexPage): string[] => rooms.map((one) => one.room);

export function roomIndexContract(name: string, open: () => Promise<IndexUnderTest>): void {
  describe(`room index: ${name}`, () => {
    let under: IndexUnderTest;
    let index: RoomIndex;
    beforeEach(async () => {
      under = await open();
      index = under.index;
    });
    afterEach(() => under.close());

    const pages = async (read: (token: string) => Promise<IndexPage>): Promise<string[][]> => {
      const found: string[][] = [];
      let token = '';
      do {
        const page = await read(token);
        found.push(namesOf(page));
        token = page.next;
      } while (token !== '');
      return found;
    };

    test('starts with nothing', async () => {
      await index.apply([]);
      expect(await index.rooms('', 10)).toEqual({ rooms: [], next: '' });
      expect(await index.roomsOf('ann', '', 10)).toEqual({ rooms: [], next: '' });
    });

    test('tells rooms with their creators, and the rooms of an account with its role', async () => {
      await index.apply([room('b', 'ann'), role('b', 'ann', creator, 0), room('a', 'bob'), role('a', 'ann', regular, 1)]);
      const all = (await index.rooms('', 10)).rooms;
      expect([...all].sort((x, y) => (x.room < y.room ? -1 : 1))).toEqual([
        { room: 'a', creator: 'bob', role: none },
        { room: 'b', creator: 'ann', role: none },
      ]);
      expect(await index.roomsOf('ann', '', 10)).toEqual({
        rooms: [
          { room: 'a', creator: 'bob', role: regular },
          { room: 'b', creator: 'ann', role: creator },
        ],
        next: '',
      });
    });

    test('the newest role counts; without one the room goes from the list', async () => {
      await index.apply([room('a', 'bob'), role('a', 'ann', administrator, 1), role('a', 'ann', regular, 2)]);
      expect((await index.roomsOf('ann', '', 10)).rooms.map((one) => one.role)).toEqual([regular]);
      await index.apply([role('a', 'ann', undefined, 3), role('a', 'cat', undefined, 4)]);
      expect(await index.roomsOf('ann', '', 10)).toEqual({ rooms: [], next: '' });
      await index.apply([role('a', 'ann', administrator, 5)]);
      expect((await index.roomsOf('ann', '', 10)).rooms.map((one) => one.role)).toEqual([administrator]);
    });

    test.each([1, 2, 3, 4])('changes that come again, from the %i. on, leave what was', async (from) => {
      const changes = [room('a', 'bob'), role('a', 'bob', creator, 0), role('a', 'ann', regular, 1), role('a', 'ann', undefined, 2)];
      await index.apply(changes);
      await index.apply(changes.slice(from - 1));
      expect(await index.roomsOf('ann', '', 10)).toEqual({ rooms: [], next: '' });
      expect(await index.roomsOf('bob', '', 10)).toEqual({ rooms: [{ room: 'a', creator: 'bob', role: creator }], next: '' });
    });

    test('all rooms come once over pages, whatever their number', async () => {
      const names = Array.from({ length: 130 }, (_, i) => `room-${i}`);
      await index.apply(names.map((one) => room(one, 'ann')));
      const found = await pages((token) => index.rooms(token, 50));
      expect(found.map((page) => page.length)).toEqual([50, 50, 30]);
      expect(found.flat().sort()).toEqual([...names].sort());
      expect((await pages((token) => index.rooms(token, 65))).map((page) => page.length)).toEqual([65, 65]);
    });

    test('the rooms of an account come by their ids, over pages, and no other account’s', async () => {
      const names = ['Z', 'a', '-', '_', 'a1', 'a0', '10', '9'];
      await index.apply(
        names.flatMap((one) => [role(one, 'an', regular, 1), role(one, 'ann', regular, 1), role(`${one}x`, 'ann2', regular, 1)]),
      );
      expect((await pages((token) => index.roomsOf('ann', token, 3))).flat()).toEqual([...names].sort());
      expect(await pages((token) => index.roomsOf('ann', token, 8))).toHaveLength(1);
      expect(await pages((token) => index.roomsOf('ann', token, 7))).toHaveLength(2);
    });

    const trace = (name: string, account: string, bucket: number, n = 0, untilMs = 0): IndexChange => ({
      kind: 'trace',
      room: name,
      account,
      bucket,
      position: start + n,
      untilMs,
    });
    const erased = (name: string, account: string, n: number): IndexChange => ({
      kind: 'erased',
      room: name,
      account,
      position: start + n,
    });
    const tracesOf = async (account: string): Promise<readonly string[]> => (await index.tracesOf(account, '', 100)).rooms;
    const soon = (): number => Date.now() + 3_600_000;

    test('tells where an account left traces, each room once and by its id, and in which buckets', async () => {
      const names = ['b', 'a', 'ab', 'A', 'a-'];
      await index.apply(names.flatMap((one) => [trace(one, 'ann', 0), trace(one, 'ann', 5, 0, soon()), trace(one, 'ann', 9, 1, soon())]));
      await index.apply([trace('a', 'an', 7, 0, soon()), trace('c', 'ann2', 7, 0, soon()), trace('c', 'ann2', 0)]);
      const sorted = [...names].sort();
      expect(await index.tracesOf('ann', '', 3)).toEqual({ rooms: sorted.slice(0, 3), next: sorted[2] });
      expect(await index.tracesOf('ann', sorted[2]!, 3)).toEqual({ rooms: sorted.slice(3), next: '' });
      expect(await index.tracesOf('ann', '', 5)).toEqual({ rooms: sorted, next: '' });
      expect(await index.tracesOf('nobody', '', 5)).toEqual({ rooms: [], next: '' });
      expect([...(await index.bucketsOf('ann', 'a'))].sort()).toEqual([5, 9]);
      expect(await index.bucketsOf('ann', 'c')).toEqual([]);
      expect(await index.bucketsOf('an', 'a')).toEqual([7]);
    });

    test('an erasure takes the traces before it in its room, and no others, and comes again without harm', async () => {
      const before = [
        trace('a', 'ann', 5, 1, soon()),
        trace('a', 'ann', 0, 1),
        trace('b', 'ann', 5, 1, soon()),
        trace('a', 'bob', 5, 1, soon()),
      ];
      await index.apply(before);
      await index.apply([erased('a', 'ann', 3)]);
      expect([await tracesOf('ann'), await tracesOf('bob'), await index.bucketsOf('ann', 'a')]).toEqual([['b'], ['a'], []]);
      await index.apply([...before, erased('a', 'ann', 3)]);
      expect(await tracesOf('ann')).toEqual(['b']);
      await index.apply([trace('a', 'ann', 5, 4, soon())]);
      await index.apply([erased('a', 'ann', 3)]);
      expect([await tracesOf('ann'), await index.bucketsOf('ann', 'a')]).toEqual([['a', 'b'], [5]]);
    });

    test('keeps traces that are of the room itself, or of rows that are still kept', async () => {
      await index.apply([trace('a', 'ann', 5, 1, soon()), trace('b', 'ann', 0, 1)]);
      index.begin();
      await index.apply([trace('a', 'ann', 5, 2, soon() + 1)]);
      expect(await index.trim()).toBe(0);
      expect(await tracesOf('ann')).toEqual(['a', 'b']);
    });

    test('a list that changes while it is paged: no room that stays is missed', async () => {
      await index.apply(['a', 'c', 'e', 'g'].map((one) => role(one, 'ann', regular, 1)));
      const first = await index.roomsOf('ann', '', 2);
      await index.apply([role('c', 'ann', undefined, 2), role('b', 'ann', regular, 3), role('f', 'ann', regular, 4)]);
      expect(namesOf(await index.roomsOf('ann', first.next, 10))).toEqual(['e', 'f', 'g']);
    });
  });
}
