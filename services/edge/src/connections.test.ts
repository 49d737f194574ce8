import { describe, expect, test } from '@jest/globals';
import { Connection } from './connection.js';
import { Connections } from './connections.js';
import { FakeSocket } from './feed.fixture.js';

function add(all: Connections, openedMs: number, more: Partial<Connection> = {}): FakeSocket {
  const connection = new Connection(false, { deviceId: '', deviceKind: '' }, { tokens: 1, filledMs: 0 }, openedMs);
  const socket = new FakeSocket();
  Object.assign(connection, more);
  connection.socket = socket;
  socket.connection = connection;
  all.add(connection);
  return socket;
}

describe('the sweep', () => {
  test('ends connections that never said who they are', () => {
    const all = new Connections({ bufferedBytes: 1000, slowMs: 1000 });
    const early = add(all, 1);
    const late = add(all, 500);
    all.sweep(10_001);
    expect([early.closedBy, late.closedBy]).toEqual([4401, 0]);
  });

  test('ends connections whose token has expired', () => {
    const all = new Connections({ bufferedBytes: 1000, slowMs: 1000 });
    const old = add(all, 0, { account: 'ann', tokenExpiresMs: 5000 });
    const good = add(all, 0, { account: 'bob', tokenExpiresMs: 5001 });
    all.sweep(5000);
    expect([old.closedBy, good.closedBy]).toEqual([4402, 0]);
  });

  test('tells once that a token ends within 30 s, again after a renewal', () => {
    const all = new Connections({ bufferedBytes: 1000, slowMs: 1000 });
    const ann = add(all, 0, { account: 'ann', tokenExpiresMs: 60_000 });
    const guest = add(all, 0, { account: 'anon-x' });
    const told = (): unknown[] => ann.frames.map(({ body }) => body?.$case === 'tokenExpires' && body.value.leftMs);
    all.sweep(29_999);
    expect(told()).toEqual([]);
    for (const nowMs of [30_000, 31_000, 59_999]) all.sweep(nowMs);
    expect(told()).toEqual([30_000]);
    Object.assign(ann.connection!, { tokenExpiresMs: 90_000, warned: false });
    for (const nowMs of [59_999, 60_000, 61_000, 89_999]) all.sweep(nowMs);
    expect([told(), ann.closedBy]).toEqual([[30_000, 30_000], 0]);
    all.sweep(90_000);
    expect([ann.closedBy, guest.sent]).toEqual([4402, []]);
  });

  test('a token that has ended already is told as that, not as one that ends soon', () => {
    const all = new Connections({ bufferedBytes: 1000, slowMs: 1000 });
    const ann = add(all, 0, { account: 'ann', tokenExpiresMs: 5000 });
    all.sweep(5000);
    expect(ann.frames.map(({ body }) => body?.$case)).toEqual(['goAway']);
  });

  test('ends readers that have been slow for too long', () => {
    const all = new Connections({ bufferedBytes: 1000, slowMs: 1000 });
    const slow = add(all, 0, { account: 'ann', blocked: true });
    all.sweep(5000);
    expect(slow.closedBy).toBe(0);
    all.sweep(6000);
    expect(slow.closedBy).toBe(4508);
  });

  test('ends the slowest first where too much waits in all', () => {
    const all = new Connections({ bufferedBytes: 1000, slowMs: 60_000 });
    const sockets = [300, 900, 500].map((buffered) => Object.assign(add(all, 0, { account: 'ann', blocked: true }), { buffered }));
    all.sweep(5000);
    expect(sockets.map(({ closedBy }) => closedBy)).toEqual([0, 4508, 0]);
    expect(all.bufferedBytes).toBe(800);
  });
});

test('a connection can be taken out from anywhere', () => {
  const all = new Connections({ bufferedBytes: 1000, slowMs: 1000 });
  const [a, b, c] = [1, 2, 3].map((at) => add(all, at).connection!);
  all.remove(a!);
  all.remove(b!);
  expect([all.size, all.newest, c!.index]).toEqual([1, c, 0]);
});
