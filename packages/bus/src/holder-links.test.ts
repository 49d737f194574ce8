import { expect, test } from '@jest/globals';
import { HolderLink } from './holder-links.js';
import type { RoomLink } from './room-gateway.js';

const noLink: RoomLink = {
  send: () => undefined,
  ask: () => {
    throw new Error('nobody asks');
  },
  close: () => undefined,
};

test('the numbers of a link begin anew after the last, and each is that of the newest that had it', () => {
  const most = 5;
  const link = new HolderLink<{ turn: number }>('one', 'address', noLink, most);
  for (let turn = 0; turn < 23; turn++) {
    const one = { turn };
    const two = { turn };
    const [first, second] = [link.number(one), link.number(two)] as const;
    expect([first, second]).toEqual([((2 * turn) % most) + 1, ((2 * turn + 1) % most) + 1]);
    expect([link.sentAs(first), link.sentAs(second)]).toEqual([one, two]);
    link.forget(first);
    expect([link.sentAs(first), link.sentAs(second)]).toEqual([undefined, two]);
    link.forget(second);
    for (let number = 1; number <= most; number++) expect(link.sentAs(number)).toBeUndefined();
  }
});
