import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { World } from './testing/compose.js';
import { Ear } from './testing/ear.js';
import { commandOf, resultOf, type Answer, type TestAsker } from './testing/test-asker.js';

const accounts = ['ann', 'bob', 'cat'];

type Json = Record<string, unknown>;

/** Every way to silence one account or more, and its undoing. */
const silences: Record<string, [silence: (account: string) => Json, undo: (account: string) => Json]> = {
  mute: [(account) => ({ muteMember: { account } }), (account) => ({ unmuteMember: { account } })],
  timedMute: [(account) => ({ timedMuteMember: { account, seconds: 600 } }), (account) => ({ timedUnmuteMember: { account } })],
  muteRoom: [() => ({ muteRoom: {} }), () => ({ unmuteRoom: {} })],
  muteTag: [() => ({ muteTag: { tag: 'all' } }), () => ({ unmuteTag: { tag: 'all' } })],
};
/** Whom it concerns: one, or everybody. */
const silenced = (way: string, account: string): string[] => (way === 'mute' || way === 'timedMute' ? [account] : accounts);

type Step =
  | { readonly kind: 'say' | 'tell'; readonly account: string; readonly edge: number }
  | { readonly kind: 'silence' | 'undo'; readonly way: string; readonly account: string; readonly edge: number }
  | { readonly kind: 'pass'; readonly ms: number };

const account = fc.constantFrom(...accounts);
const edge = fc.integer({ min: 0, max: 2 });
const way = fc.constantFrom(...Object.keys(silences));
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom('say' as const, 'tell' as const), account, edge }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('silence' as const, 'undo' as const), way, account, edge }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 60 }) }) },
);

/** A room with each account on three edges, and what was seen of the race in it. */
class Race {
  /** Silences whose reply has come, and whose undoing nobody has asked for: each as `way account`. */
  readonly #holds = new Set<string>();
  /** How many commands had been sent when its undoing was last asked for. */
  readonly #undone = new Map<string, number>();
  readonly broken: string[] = [];
  readonly #answers: Promise<unknown>[] = [];
  #sent = 0;

  private constructor(
    private readonly world: World,
    private readonly edges: readonly TestAsker[],
    private readonly ear: Ear,
  ) {}

  static async start(world: World): Promise<Race> {
    const node = await world.node('a', { hotIntervalMs: 20 });
    const edges = [0, 1, 2].map((i) => world.asker(node, `edge-${i}`));
    resultOf(await edges[0]!.create('lobby'), 'done');
    for (const [i, asker] of edges.entries())
      for (const [j, name] of accounts.entries()) await asker.join('lobby', j + 1, name, { deviceId: `d${i}`, tags: ['all'] });
    const race = new Race(world, edges, await Ear.on(world.live, 'lobby', world.shards));
    for (const asker of edges) asker.onDirect = (author) => race.#heard(author);
    return race;
  }

  async take(step: Step): Promise<void> {
    if (step.kind === 'pass') return this.world.clock.pass(step.ms);
    if (!('way' in step)) return this.#speak(step);
    const [silence, undo] = silences[step.way]!;
    const keys = silenced(step.way, step.account).map((name) => `${step.way} ${name}`);
    if (step.kind === 'undo') {
      for (const key of keys) this.#undone.set(key, this.#sent);
      for (const key of keys) this.#holds.delete(key);
      void this.#send(step.edge, undo(step.account), 0);
    } else {
      const sent = this.#sent;
      // Where somebody asked to undo it meanwhile, nothing is known from its reply on.
      const hold = (): void => keys.filter((key) => (this.#undone.get(key) ?? -1) < sent).forEach((key) => this.#holds.add(key));
      void this.#send(step.edge, silence(step.account), 0).then(hold);
    }
  }

  async end(): Promise<void> {
    await this.world.clock.pass(200);
    await Promise.all(this.#answers);
  }

  /** In the order of the room: nobody who is silenced says anything before it is undone. */
  check(): void {
    const now = new Set<string>();
    for (const { kind, targets, operator } of this.ear.batches.flatMap(({ events }) => events)) {
      if (kind?.$case === 'message' && [...now].some((key) => key.endsWith(` ${kind.value.account}`)))
        this.broken.push(`${kind.value.account} has a position`);
      const change = changes[kind?.$case ?? ''];
      expect(operator).toBe(kind?.$case === 'message' ? kind.value.account : '');
      for (const name of targets.length > 0 ? targets : accounts) if (change) now[change.on ? 'add' : 'delete'](`${change.way} ${name}`);
    }
    expect(this.broken).toEqual([]);
  }

  #speak({ kind, account: name, edge: i }: { kind: 'say' | 'tell'; account: string; edge: number }): void {
    const receivers = kind === 'tell' ? accounts.filter((other) => other !== name) : [];
    void this.#send(i, { sendMessage: { body: { text: { text: 'x' } }, options: { receivers } } }, accounts.indexOf(name) + 1);
  }

  #send(i: number, json: Json, session: number): Promise<Answer> {
    const asker = this.edges[i]!;
    const [answer] = asker.send(asker.entry('lobby', commandOf(json), { session, commandId: `c${++this.#sent}` }));
    this.#answers.push(answer!);
    return answer!;
  }

  #heard(author: string): void {
    if ([...this.#holds].some((key) => key.endsWith(` ${author}`))) this.broken.push(`${author} was sent out`);
  }
}

const changes: Record<string, { way: string; on: boolean }> = {
  muted: { way: 'mute', on: true },
  unmuted: { way: 'mute', on: false },
  timedMuted: { way: 'timedMute', on: true },
  timedUnmuted: { way: 'timedMute', on: false },
  roomMuted: { way: 'muteRoom', on: true },
  roomUnmuted: { way: 'muteRoom', on: false },
  tagMuted: { way: 'muteTag', on: true },
  tagUnmuted: { way: 'muteTag', on: false },
};

test('from the reply of a mute on, no message of the muted gets a position, and no directed one is sent out', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
      const world = new World(1);
      try {
        const race = await Race.start(world);
        for (const one of steps) await race.take(one);
        await race.end();
        race.check();
      } finally {
        await world.stop();
      }
    }),
    { numRuns: 100 },
  );
}, 60_000);
