import { randomBytes } from 'node:crypto';
import { issueToken } from '@plaza/kit';
import { Speaker } from '../rehearse/speaker.js';
import type { Swarm } from '../swarm/swarm.js';
import { askApi } from '../target.js';
import type { Balancer } from './balancer.js';
import { Chorus, type SaidOne } from './chorus.js';
import { compare, sum, type Compared, type Outcome } from './compared.js';
import type { RollingOptions } from './options.js';
import { Voice } from './voice.js';

const voicesARoom = 2;
const messageBytes = 200;
const apiPerSecond = 2;
const tokenMs = 86_400_000;
const watched = 20;
/** Each so many-th socket, and of each room some. */
const watchEvery = ({ sockets, rooms }: RollingOptions): number => rooms * Math.floor(sockets / watched / rooms) + 1;
const patienceMs = 60_000;

export interface CrowdParts {
  readonly options: RollingOptions;
  readonly balancer: Balancer;
  readonly apiKey: string;
  readonly tokenSecret: string;
  /** Told what became of each message. */
  readonly onSaid: (said: Pick<SaidOne, 'outcome' | 'tookMs'>) => void;
}

/** Who is there while everything is restarted: sockets of the swarm that follow their chains, clients of the SDK that speak and listen, and a platform that speaks. */
export class Crowd {
  readonly rooms: readonly string[];
  readonly #said: Map<string, Map<string, Outcome>>;
  #voices: Voice[] = [];
  #chorus: Chorus | undefined;
  readonly #platform: Speaker;

  constructor(private readonly parts: CrowdParts) {
    const name = randomBytes(4).toString('hex');
    this.rooms = Array.from({ length: parts.options.rooms }, (_, index) => `rolling-${name}-${index}`);
    this.#said = new Map(this.rooms.map((room) => [room, new Map<string, Outcome>()]));
    const [room] = this.rooms as [string];
    this.#platform = new Speaker(parts.balancer.api, parts.apiKey, room, apiPerSecond, messageBytes, ({ text, isAccepted, tookMs }) =>
      this.#note({ room, text, outcome: isAccepted ? 'accepted' : 'unknown', tookMs }),
    );
  }

  /** Rooms, all sockets on one edge, and the voices on every edge; then the voices speak. Throws where a socket does not come in. */
  async comeIn(swarm: Swarm, firstEdge: string): Promise<void> {
    const { options, balancer, tokenSecret } = this.parts;
    for (const room of this.rooms) await this.#ask('POST', '/v1/rooms', { room, creator: 'rolling-host', notices: 'off' });
    await swarm.more({
      ...{ url: firstEdge, speech: 'plaza', sockets: options.sockets, rooms: this.rooms, comesBack: true },
      ...{ atOnce: 1, perSecond: options.joinRate, patienceMs, watchEvery: watchEvery(options) },
      tokens: { secret: tokenSecret, prefix: 'rolling-v' },
    });
    const { open, failed, timedOut } = await swarm.count();
    if (open < options.sockets) throw new Error(`${open} of ${options.sockets} came in: ${JSON.stringify({ ...failed, timedOut })}`);
    const seats = this.rooms.flatMap((room) => Array.from({ length: voicesARoom }, (_, index) => ({ room, account: `${room}-${index}` })));
    this.#voices = await Promise.all(seats.map(({ room, account }) => Voice.join(room, this.#token(account), balancer.edge)));
    this.#chorus = new Chorus(this.#voices, { perSecond: options.rate, bytes: messageBytes }, (said) => this.#note(said));
    this.#chorus.start();
    this.#platform.start();
  }

  /** Resolves when it is known of every message what became of it. */
  async fallSilent(): Promise<void> {
    await Promise.all([this.#chorus?.stop(), this.#platform.stop()]);
  }

  /** What the voices heard of all that was said. */
  heard(): Compared {
    return sum(this.#voices.map(({ room, heard }) => compare(this.#said.get(room) ?? new Map<string, Outcome>(), heard)));
  }

  /** Times that a voice was told of a hole. */
  holes(): number {
    return this.#voices.reduce((all, { holes }) => all + holes, 0);
  }

  async history(): Promise<Compared> {
    const all: Compared[] = [];
    for (const [room, said] of this.#said) all.push(compare(said, await this.#storedIn(room)));
    return sum(all);
  }

  /** Rooms in which somebody has less than somebody else. */
  async behind(swarm: Swarm): Promise<string[]> {
    const { places } = await swarm.count();
    return this.rooms.filter((room) => {
      const positions = this.#voices.filter((voice) => voice.room === room).map(({ position }) => position);
      const { least, most } = places.get(room) ?? { least: positions[0] ?? 0, most: positions[0] ?? 0 };
      return new Set([least, most, ...positions]).size !== 1;
    });
  }

  leave(): void {
    for (const voice of this.#voices) voice.close();
  }

  #note({ room, text, ...said }: SaidOne): void {
    this.#said.get(room)?.set(text, said.outcome);
    this.parts.onSaid(said);
  }

  #token(account: string): string {
    return issueToken(this.parts.tokenSecret, { account, expiresMs: Date.now() + tokenMs, capabilities: ['enter', 'send'] });
  }

  async #storedIn(room: string): Promise<string[]> {
    const texts: string[] = [];
    for (let after = '0'; ;) {
      const page = (await this.#ask('GET', `/v1/rooms/${room}/messages?after=${after}&limit=200`)) as unknown as Page;
      texts.push(...page.events.map(({ message }) => message.body.text.text));
      if (!page.more) return texts;
      after = page.next;
    }
  }

  #ask(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
    return askApi({ api: this.parts.balancer.api(), apiKey: this.parts.apiKey }, method, path, body);
  }
}

interface Page {
  readonly events: readonly { readonly message: { readonly body: { readonly text: { readonly text: string } } } }[];
  readonly more: boolean;
  readonly next: string;
}
