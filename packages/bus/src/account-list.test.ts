import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { accountsRoom, shardOf } from '@plaza/domain';
import { Reply, type Restriction } from '@plaza/proto/client';
import { Control } from '@plaza/proto/room';
import { decodeCommand, encodeLiveFrame, liveFlags } from '@plaza/protocol';
import { FakeClock, quietLogger } from '@plaza/testkit';
import { AccountList } from './account-list.js';
import type { CommandOutcome, RoutedCommand } from './command-router.js';
import { MemoryBus, MemoryLive } from './memory.js';

const shards = 4;
const shard = shardOf(accountsRoom, shards);
const restriction = (account: string, what: Partial<Restriction> = { muted: true }): Restriction => ({
  ...{ account, muted: false, disabled: false, reason: '', updatedMs: 1 },
  ...what,
});

/** The room of accounts, whose pages hold one account each, and a list that follows it. */
class Stage {
  readonly #bus = new MemoryBus();
  readonly #holder = new MemoryLive(this.#bus);
  readonly #live = new MemoryLive(this.#bus);
  readonly clock = new FakeClock();
  readonly removed: string[] = [];
  pages: Restriction[] = [];
  head = 10;
  reads = 0;
  /** Instead of a page; undefined: the page. */
  unavailable = false;
  /** Runs before a page is answered. */
  before: (pageToken: string) => void = () => undefined;
  readonly list = new AccountList({
    ...{
      live: this.#live,
      router: { submit: (command) => Promise.resolve(this.#answer(command)) },
      shards,
      clock: this.clock,
      logger: quietLogger(),
    },
    removed: (account, code, why) => this.removed.push(`${account} ${code} ${why}`.trim()),
  });

  /** An event of the room. `lost`: it is not heard. */
  say(what: Restriction, { lost = false, kicked = false, flags = 0 } = {}): void {
    this.pages = this.pages.filter(({ account }) => account !== what.account);
    if (what.muted || what.disabled) this.pages.push(what);
    const prev = this.head;
    this.head += 10;
    if (!lost) this.publish(prev, this.head, { restrictions: [what], kicked: kicked ? [what.account] : [] }, flags);
  }

  publish(prev: number, last: number, control: Partial<Control>, flags = 0): void {
    const numbers = { flags, prev, last, epoch: 1, head: last, sequence: last, accounts: 0, connections: 0 };
    this.send(encodeLiveFrame({ ...numbers, segments: [], control: Control.encode(Control.fromPartial(control)).finish() }));
  }

  send(frame: Uint8Array): void {
    this.#holder.publish(shard, accountsRoom, frame);
  }

  /** Lets everything that waits happen, `ms` later. */
  async pass(ms = 0): Promise<void> {
    this.clock.advance(ms);
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
  }

  async started(): Promise<this> {
    this.list.start();
    await this.pass(200);
    return this;
  }

  async close(): Promise<void> {
    this.list.close();
    await this.#holder.close();
    await this.#live.close();
  }

  #answer({ room, kind, body }: RoutedCommand): CommandOutcome {
    const command = decodeCommand(kind, body);
    if (room !== accountsRoom || command?.$case !== 'listRestrictions') throw new Error('not what the list asks');
    this.reads++;
    if (this.unavailable) return { unavailable: 1000, why: 'no holder' };
    const at = Number(command.value.pageToken);
    const head = this.head;
    const page = this.pages.slice(at, at + 1);
    const next = at + 1 < this.pages.length ? String(at + 1) : '';
    this.before(command.value.pageToken);
    return { reply: Reply.encode({ id: 0, head, result: { $case: 'restrictionPage', value: { restrictions: page, next } } }).finish() };
  }
}

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});
afterEach(() => stage.close());

const held = (...accounts: string[]): boolean[][] =>
  accounts.map((account) => [stage.list.isMuted(account), stage.list.isDisabled(account)]);

describe('the list of accounts', () => {
  test('holds what was there before it, over pages', async () => {
    stage.pages = [
      restriction('ann'),
      restriction('bob', { disabled: true, reason: 'spam' }),
      restriction('cid', { muted: true, disabled: true }),
    ];
    await stage.started();
    expect(held('ann', 'bob', 'cid', 'dan')).toEqual([
      [true, false],
      [false, true],
      [true, true],
      [false, false],
    ]);
    expect(stage.removed).toEqual(['bob disabled spam', 'cid disabled']);
  });

  test.each<[string, Partial<Restriction>, { kicked?: boolean }, boolean[], string[]]>([
    ['a mute', { muted: true }, {}, [true, false], []],
    ['a lifted mute', {}, {}, [false, false], []],
    ['a disabled account', { disabled: true, reason: 'spam' }, {}, [false, true], ['ann disabled spam']],
    ['a kick', { reason: 'calm down' }, { kicked: true }, [false, false], ['ann kicked calm down']],
    ['a mute with a kick', { muted: true }, { kicked: true }, [true, false], ['ann kicked']],
    ['a disabled account that is kicked as well', { disabled: true }, { kicked: true }, [false, true], ['ann disabled']],
  ])('follows %s', async (_name, what, more, holds, removed) => {
    stage.pages = [restriction('ann')];
    await stage.started();
    const { reads } = stage;
    stage.say(restriction('ann', what), more);
    await stage.pass();
    expect([held('ann')[0], stage.removed, stage.reads]).toEqual([holds, removed, reads]);
  });

  test('takes no repeat and no signal', async () => {
    await stage.started();
    stage.say(restriction('ann', { reason: '' }), { kicked: true });
    stage.publish(10, 20, { restrictions: [restriction('ann', {})], kicked: ['ann'] });
    stage.publish(20, 30, { restrictions: [restriction('bob')] }, liveFlags.signal);
    await stage.pass();
    expect([stage.removed, stage.list.isMuted('bob')]).toEqual([['ann kicked'], false]);
  });

  test('is read again where a frame is missing', async () => {
    await stage.started();
    stage.say(restriction('ann'), { lost: true });
    expect(stage.list.isMuted('ann')).toBe(false);
    stage.say(restriction('bob'));
    await stage.pass();
    expect(held('ann', 'bob')).toEqual([
      [true, false],
      [true, false],
    ]);
  });

  test('is read again now and then, however quiet it is', async () => {
    await stage.started();
    stage.say(restriction('ann', { disabled: true }), { lost: true });
    await stage.pass(29_000);
    expect(stage.list.isDisabled('ann')).toBe(false);
    await stage.pass(1000);
    expect([stage.list.isDisabled('ann'), stage.removed]).toEqual([true, ['ann disabled']]);
  });

  test('is asked for until somebody answers', async () => {
    stage.unavailable = true;
    stage.pages = [restriction('ann')];
    await stage.started();
    await stage.pass(1000);
    expect([stage.reads, stage.list.isMuted('ann')]).toEqual([2, false]);
    stage.unavailable = false;
    await stage.pass(1000);
    expect([stage.reads, stage.list.isMuted('ann')]).toEqual([3, true]);
  });

  test.each([
    ['heard', false],
    ['lost', true],
  ])('misses nothing that changes between two pages (%s)', async (_name, lost) => {
    stage.pages = [restriction('ann'), restriction('bob')];
    let changed = false;
    stage.before = (pageToken) => {
      if (pageToken !== '1' || changed) return;
      changed = true;
      stage.say(restriction('ann', {}), { lost });
    };
    await stage.started();
    if (lost) stage.say(restriction('cid'));
    await stage.pass();
    expect(held('ann', 'bob')).toEqual([
      [false, false],
      [true, false],
    ]);
  });

  test('a frame that cannot be read stops nothing', async () => {
    await stage.started();
    stage.send(new Uint8Array([1, 2, 3]));
    stage.say(restriction('ann'));
    await stage.pass();
    expect(stage.list.isMuted('ann')).toBe(true);
  });

  test('rests when it is closed, also while it was being read', async () => {
    stage.pages = [restriction('ann', { disabled: true })];
    stage.list.start();
    stage.clock.advance(200);
    stage.list.close();
    await stage.pass(60_000);
    expect([stage.removed, stage.clock.pending]).toEqual([[], 0]);
  });
});
