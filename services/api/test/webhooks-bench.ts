import { parseRoomId, positionAt, shardOf, streamOf } from '@plaza/domain';
import { MemoryLog, MemoryLogStorage } from '@plaza/log/memory';
import { Event } from '@plaza/proto/client';
import { Record } from '@plaza/proto/log';
import { FakeClock, quietLogger } from '@plaza/testkit';
import { MemoryDeadLetters } from '../src/webhooks/dead-letters.memory.js';
import { MemoryDeliveries } from '../src/webhooks/deliveries.memory.js';
import type { Endpoint } from '../src/webhooks/endpoint.js';
import { Mailer } from '../src/webhooks/mailer.js';
import { defaultRetry, type Posted, type Verdict } from '../src/webhooks/retry.js';
import { newSecret, Sealer } from '../src/webhooks/secrets.js';
import type { Post, Sender } from '../src/webhooks/sender.js';
import { Webhooks } from '../src/webhooks/webhooks.js';

export const size = { shards: 8, streams: 2 };
export const roomOf = (number: number): string => `room-${number}`;

export interface Seen {
  readonly endpoint: string;
  readonly room: string;
  /** Its events, by their number. */
  readonly numbers: readonly number[];
  readonly attempt: number;
  readonly atMs: number;
  readonly headers: Readonly<{ [name: string]: string }>;
  readonly body: string;
  /** What was answered; undefined: nothing yet. */
  status: number | undefined;
}

type Kind = NonNullable<Parameters<typeof Event.fromPartial>[0]['kind']>;

const ok: Posted = { kind: 'answered', status: 200, retryAfter: undefined };
export const answer = (status: number): Posted => ({ kind: 'answered', status, retryAfter: undefined });

/** Webhooks of one or more processes over one log and one store, endpoints that answer as they are told, and a writer of records. */
export class Bench {
  readonly clock = new FakeClock();
  readonly logs = new MemoryLogStorage(size);
  readonly deliveries = new MemoryDeliveries();
  readonly letters = new MemoryDeadLetters();
  readonly sealer = new Sealer('a setting of at least thirty-two characters');
  readonly seen: Seen[] = [];
  readonly base = positionAt(this.clock.now());
  readonly figures = { answered: [] as [string, Verdict['kind'], number][], buried: 0, holes: 0, lagMs: new Map<string, number>() };
  /** How endpoints answer; the place by their URL. */
  respond: (seen: Seen, url: string) => Posted | Promise<Posted> = () => ok;
  readonly #processes: Webhooks[] = [];
  readonly #last = new Map<number, number>();

  async endpoint(id: string, over: Partial<Endpoint> = {}): Promise<string> {
    const secret = newSecret();
    const nowMs = this.clock.now();
    await this.deliveries.put({
      ...{
        id,
        name: '',
        url: `https://${id.replace('_', '-')}.example/`,
        kinds: [],
        rooms: [],
        roomPrefix: '',
        enabled: true,
        stopped: '',
      },
      ...{
        secrets: [{ sealed: this.sealer.seal(secret, id), createdMs: nowMs, untilMs: 0 }],
        createdMs: nowMs,
        sinceMs: nowMs,
        revision: 1,
      },
      ...over,
    });
    return secret;
  }

  /** A process that reads all streams. */
  process(streams: readonly number[] = [0, 1], policy = defaultRetry): Webhooks {
    const { clock, letters, deliveries, figures } = this;
    const meter = {
      answered: (endpoint: string, outcome: Verdict['kind'], events: number) => void figures.answered.push([endpoint, outcome, events]),
      buried: (_endpoint: string, events: number) => void (figures.buried += events),
      hole: () => void figures.holes++,
      stands: (endpoint: string, lagMs: number) => void figures.lagMs.set(endpoint, lagMs),
      forget: () => undefined,
    };
    const sender: Sender = { post: (post) => this.#post(post), close: () => undefined };
    const mailer = new Mailer({ sender, sealer: this.sealer, clock, deadlineMs: 10_000 });
    const logger = quietLogger();
    const log = new MemoryLog(this.logs);
    const settings = { policy, concurrency: 4, random: () => 0.5 };
    const webhooks = new Webhooks({ log, letters, deliveries, mailer, meter, clock, logger, ...settings });
    this.#processes.push(webhooks);
    webhooks.start();
    webhooks.assign(streams);
    return webhooks;
  }

  /** One record with a message for each number. */
  say(room: string, ...numbers: number[]): void {
    this.happen(
      room,
      numbers.map((number) => ({ number, kind: { $case: 'message', value: { account: 'ann' } } as const })),
    );
  }

  happen(room: string, events: readonly { readonly number: number; readonly kind: Kind; readonly isHidden?: boolean }[]): void {
    const logged = events.map(({ number, kind, isHidden = false }) => {
      const position = this.base + number;
      const audience = isHidden ? { kind: { $case: 'nobody' as const, value: true } } : undefined;
      return { position, event: Event.encode(Event.fromPartial({ position, kind })).finish(), audience };
    });
    const batches = [{ room, last: logged.at(-1)!.position, events: logged }];
    const shard = shardOf(parseRoomId(room)!, size.shards);
    const bytes = Record.encode(Record.fromPartial({ id: 'x', timeMs: this.clock.now(), batches })).finish();
    const appended = this.logs.append(shard, this.#last.get(shard) ?? 0, bytes);
    if (appended.kind !== 'stored') throw new Error(appended.kind);
    this.#last.set(shard, appended.sequence);
  }

  /** Numbers of what an endpoint took of a room, in the order in which it did. */
  taken(endpoint: string, room: string): number[] {
    return this.seen
      .filter((one) => one.endpoint === endpoint && one.room === room && one.status === 200)
      .flatMap(({ numbers }) => numbers);
  }

  async pass(ms: number): Promise<void> {
    await this.clock.pass(ms);
  }

  /** Hours: minute by minute, with a moment for what has become due. */
  async age(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 60_000) {
      this.clock.advance(59_500);
      await this.clock.pass(500);
    }
  }

  async stop(): Promise<void> {
    this.respond = () => ok;
    await Promise.all(this.#processes.map((one) => one.stop()));
  }

  streamOf(room: string): number {
    return streamOf(shardOf(parseRoomId(room)!, size.shards), size.streams);
  }

  async #post({ headers, body, url }: Post): Promise<Posted> {
    const said = JSON.parse(body) as { endpoint: string; room: string; attempt: number; events: { event: { position: string } }[] };
    const seen: Seen = {
      endpoint: said.endpoint,
      room: said.room,
      numbers: said.events.map(({ event }) => Number(event.position) - this.base),
      attempt: said.attempt,
      atMs: this.clock.now(),
      headers,
      body,
      status: undefined,
    };
    this.seen.push(seen);
    const posted = await this.respond(seen, url);
    seen.status = posted.kind === 'answered' ? posted.status : 0;
    return posted;
  }
}

/** Each once, in the order of their first. */
export const firsts = (numbers: readonly number[]): number[] => [...new Set(numbers)];
export const upTo = (last: number): number[] => Array.from({ length: last }, (_, i) => i + 1);
