import { randomBytes } from 'node:crypto';
import { Platform } from '../platform/platform.js';
import type { LastCall, Records } from '../records.js';
import { act, Lately } from './acts/choose.js';
import { Backend } from './backend.js';
import { SwarmClient } from './client.js';
import { planOf, type ClientPlan, type Plan } from './plan.js';
import { Prng } from './prng.js';
import { EventPool, Recorder } from './recorder.js';
import { Sight } from './sight.js';
import { until } from './until.js';

export interface SwarmOptions {
  readonly apiUrl: string;
  readonly apiKey: string;
  /** Asked at each connecting: edges come and go. */
  readonly connectUrls: () => readonly string[];
  /** The acts of every client follow from it. */
  readonly seed: number;
  /** How many. */
  readonly rooms: number;
  readonly sockets: number;
  /** Acts a second of the whole swarm. */
  readonly ratePerSecond: number;
  /** 0-1: the part of the sockets and of the load that is in the first room. */
  readonly hotShare: number;
  /** The cluster's PLAZA_ABSENCE_MS: clients go away for less and for more than this. */
  readonly graceMs: number;
  /** So long after the grace an owner that is gone has surely lost its seat, where a holder serves all the time that knows its sessions. */
  readonly absenceSlackMs: number;
  /** The cluster's PLAZA_GRACE_MS and PLAZA_SETTLING_MS. */
  readonly edgeGraceMs: number;
  readonly settlingMs: number;
}

export interface Swarm {
  /** What it has come to so far, for a line of the timeline. */
  progress(): SwarmProgress;
  readonly rooms: readonly string[];
  /** Everybody who is ever in a room. */
  accountsIn(room: string): readonly string[];
  /** After `quiesce`: what the readers of the cluster have to have caught up with. */
  readonly lastCalls: readonly LastCall[];
  /**
   * Sends nothing new, waits (bounded) until everything sent is answered and everybody has read everything. The sockets stay: this is when the
   * cluster can be read for the judge.
   */
  quiesce(): Promise<void>;
  /** Closes all, gives the records; quiesces first where that was not asked. */
  stop(): Promise<Records>;
}

export interface SwarmProgress {
  readonly connected: number;
  readonly sent: number;
  readonly answered: number;
  readonly unavailable: number;
  readonly events: number;
}

const tickMs = 20;
/** The share of acts that managers do, few as they are, and of those that the platform does. */
const ofManagers = 0.2;
const ofPlatform = 0.03;
const mostOutstanding = 20;
const queueSize = 20;
const answersWithinMs = 50_000;
const caughtUpWithinMs = 30_000;
const tokenSeconds = 24 * 3600;

/** Resolves when its rooms exist and its sockets connect. */
export async function startSwarm(options: SwarmOptions): Promise<Swarm> {
  const plan = planOf({ ...options, run: `r${randomBytes(3).toString('hex')}` });
  const backend = new Backend(options.apiUrl, options.apiKey);
  await each(plan.rooms, async ({ room, creator }) => {
    await backend.post('/v1/rooms', { room, creator });
    await backend.put(`/v1/rooms/${room}/queue`, { size: queueSize });
  });
  const tokens = new Map<string, string>();
  await each(plan.clients, async ({ client, account, tags }) => {
    const { token } = await backend.post('/v1/tokens', { account, tags, ttlSeconds: tokenSeconds });
    tokens.set(client, token as string);
  });
  return new RunningSwarm(options, plan, tokens, new Platform(backend, options.seed));
}

/** A few at a time: a cluster that starts has other things to do, too. */
async function each<T>(items: readonly T[], task: (item: T) => Promise<void>): Promise<void> {
  for (let i = 0; i < items.length; i += 8) await Promise.all(items.slice(i, i + 8).map(task));
}

class RunningSwarm implements Swarm {
  readonly rooms: readonly string[];
  readonly #clients: readonly SwarmClient[];
  readonly #sights: ReadonlyMap<string, Sight>;
  readonly #lately = new Map<SwarmClient, Lately>();
  readonly #counts = new Map<SwarmClient, number>();
  readonly #prng: Prng;
  readonly #timer: NodeJS.Timeout;
  readonly #startedAt = performance.now();
  readonly lastCalls: LastCall[] = [];
  #owed = 0;
  #tickedAt = performance.now();
  #quietAt = 0;
  #quiet: Promise<void> | undefined;

  constructor(
    private readonly options: SwarmOptions,
    private readonly plan: Plan,
    tokens: ReadonlyMap<string, string>,
    private readonly platform: Platform,
  ) {
    this.rooms = plan.rooms.map(({ room }) => room);
    this.#prng = new Prng(options.seed, 'swarm');
    this.#sights = new Map(plan.rooms.map(({ room, creator }) => [room, new Sight(creator)]));
    const pool = new EventPool();
    this.#clients = plan.clients.map((client) => this.#clientOf(client, tokens.get(client.client)!, pool));
    this.#timer = setInterval(() => this.#tick(), tickMs);
  }

  accountsIn(room: string): readonly string[] {
    return this.plan.accounts.get(room) ?? [];
  }

  progress(): SwarmProgress {
    const sum = (of: (client: SwarmClient) => number): number => this.#clients.reduce((all, client) => all + of(client), 0);
    return {
      connected: sum((client) => Number(client.connected)),
      sent: sum(({ sent }) => sent),
      answered: sum(({ answered }) => answered),
      unavailable: sum(({ unavailable }) => unavailable),
      events: sum(({ events }) => events),
    };
  }

  quiesce(): Promise<void> {
    return (this.#quiet ??= this.#becomeQuiet());
  }

  async stop(): Promise<Records> {
    await this.quiesce();
    const stoppedAt = performance.now();
    clearInterval(this.#timer);
    await Promise.all(this.#clients.map((client) => client.end()));
    const { seed, graceMs, absenceSlackMs, edgeGraceMs, settlingMs } = this.options;
    return {
      seed,
      originMs: performance.timeOrigin,
      startedAt: this.#startedAt,
      quietAt: this.#quietAt,
      stoppedAt,
      ...{ graceMs, absenceSlackMs, edgeGraceMs, settlingMs },
      rooms: this.plan.rooms,
      lastCalls: this.lastCalls,
      clients: this.#clients.map(({ parts }) => parts.recorder.record),
      platform: this.platform.acts,
    };
  }

  #clientOf(plan: ClientPlan, token: string, pool: EventPool): SwarmClient {
    const { seed, connectUrls } = this.options;
    const recorder = new Recorder(plan, pool);
    const client = new SwarmClient({ plan, token, recorder, prng: new Prng(seed, plan.client), sights: this.#sights, connectUrls });
    this.#lately.set(client, new Lately());
    return client;
  }

  /** The acts that the rate owes since the last tick, each by somebody who is in a room now. */
  #tick(): void {
    const now = performance.now();
    for (const client of this.#clients) client.tend(now);
    if (this.#quiet === undefined) this.#owed += (this.options.ratePerSecond * Math.min(now - this.#tickedAt, 1000)) / 1000;
    this.#tickedAt = now;
    for (; this.#owed >= 1 && this.#quiet === undefined; this.#owed--) this.#actSomewhere();
  }

  #actSomewhere(): void {
    const room = this.#prng.chance(this.options.hotShare) ? this.rooms[0]! : this.#prng.pick(this.rooms)!;
    const sight = this.#sights.get(room)!;
    if (this.#prng.chance(ofPlatform)) return this.platform.act(room, sight, this.accountsIn(room));
    const there = this.#clients.filter((one) => one.isIn(room) && one.outstanding.size < mostOutstanding);
    const managers = this.#prng.chance(ofManagers) ? there.filter(({ parts }) => sight.managers.has(parts.plan.account)) : [];
    const client = this.#prng.pick(managers) ?? this.#prng.pick(there);
    if (client === undefined) return;
    const { prng, plan } = client.parts;
    const count = (this.#counts.get(client) ?? 0) + 1;
    this.#counts.set(client, count);
    const turn = { room, account: plan.account, prng, sight, accounts: this.plan.accounts.get(room)!, count };
    act(client, turn, this.#lately.get(client)!, this.options);
  }

  async #becomeQuiet(): Promise<void> {
    this.#quietAt = performance.now();
    for (const client of this.#clients) client.comeBack();
    await until(answersWithinMs, () => this.#clients.every(({ outstanding }) => outstanding.size === 0));
    await this.platform.quiesce();
    await Promise.all(this.plan.rooms.map((room) => this.#lastCall(room)));
    for (const client of this.#clients) client.stay();
    await until(caughtUpWithinMs, () => this.lastCalls.every(({ room, position }) => this.#haveRead(room, position)));
  }

  /** The creator says that it was all: who is in the room then has read everything when it has read this. */
  async #lastCall({ room, creator }: Plan['rooms'][number]): Promise<void> {
    const client = this.#clients.find(({ parts }) => parts.plan.account === creator && parts.plan.rooms.includes(room))!;
    await until(answersWithinMs, () => client.isIn(room));
    const said = { body: { ext: '', content: { $case: 'text', value: { text: 'that was all' } } }, options: undefined } as const;
    await new Promise<void>((resolve) => {
      client.ask(room, { $case: 'sendMessage', value: said }, (reply) => {
        if (reply?.result?.$case === 'accepted') this.lastCalls.push({ room, position: reply.result.value.position });
        resolve();
      });
    });
  }

  #haveRead(room: string, position: number): boolean {
    return this.#clients.every(({ seats }) => {
      const seat = seats.get(room);
      return seat === undefined || seat.state === 'out' || (seat.state === 'in' && (seat.position ?? 0) >= position);
    });
  }
}
