import type { PlatformAct } from '../records.js';
import type { Backend } from '../swarm/backend.js';
import { tags } from '../swarm/plan.js';
import { Prng } from '../swarm/prng.js';
import type { Sight } from '../swarm/sight.js';
import { until } from '../swarm/until.js';

/** So many are under way at a time: a cluster that is away is not buried in them. */
const mostOpen = 4;
/** Its own id of a command is remembered for 60 s: so long it is the same one. */
const sameForMs = 40_000;
const answersWithinMs = 60_000;

interface Wish {
  readonly method: 'PUT' | 'DELETE' | 'PATCH';
  readonly path: string;
  readonly body?: object;
  /** The event that it makes. */
  readonly event: string;
  readonly account?: string;
}

interface Occasion {
  readonly room: string;
  readonly sight: Sight;
  readonly accounts: readonly string[];
  readonly prng: Prng;
}

/** The backend of the platform: manages rooms by the server API, and asks again until it is answered. */
export class Platform {
  readonly acts: PlatformAct[] = [];
  readonly #prng: Prng;
  #open = 0;
  #names = 0;

  constructor(
    private readonly backend: Backend,
    seed: number,
  ) {
    this.#prng = new Prng(seed, 'platform');
  }

  act(room: string, sight: Sight, accounts: readonly string[]): void {
    if (this.#open >= mostOpen) return;
    const wish = this.#prng.weighted(wishes)({ room, sight, accounts, prng: this.#prng });
    if (wish !== undefined) void this.#ask(room, wish);
  }

  /** Everything is answered, or given up. */
  quiesce(): Promise<void> {
    return until(answersWithinMs, () => this.#open === 0);
  }

  async #ask(room: string, { method, path, body, event, account = '' }: Wish): Promise<void> {
    this.#open++;
    const commandId = `platform-${++this.#names}`;
    const at = performance.now();
    const act = { at, room, event, account, commandId };
    try {
      const { status, json } = await this.backend.ask(method, `/v1/rooms/${room}${path}`, body, { commandId, triesForMs: sameForMs });
      const answer = status < 300 ? String(json['result']) : String(json['code']);
      this.acts.push({ ...act, answer, answeredAt: performance.now(), position: Number(json['position'] ?? 0) });
    } catch {
      this.acts.push({ ...act, answer: '', answeredAt: performance.now(), position: 0 });
    } finally {
      this.#open--;
    }
  }
}

const ofMember = (account: string, what: string): string => `/members/${encodeURIComponent(account)}/${what}`;

const onSomebody =
  (wish: (account: string, occasion: Occasion) => Wish) =>
  (occasion: Occasion): Wish | undefined => {
    const { prng, accounts, sight } = occasion;
    const account = prng.pick(accounts.filter((one) => one !== sight.creator));
    return account === undefined ? undefined : wish(account, occasion);
  };

const restraintsOf = {
  muted: ['mute', 'unmuted'],
  'timed-muted': ['timed-mute', 'timedUnmuted'],
  blocked: ['block', 'unblocked'],
} as const;

function lift({ prng, sight }: Occasion): Wish | undefined {
  const [account, restraints] = prng.pick([...sight.restrained]) ?? [];
  const restraint = prng.pick([...(restraints ?? [])]);
  if (account === undefined || restraint === undefined) return undefined;
  const [what, event] = restraintsOf[restraint];
  return { method: 'DELETE', path: ofMember(account, what), event, account };
}

function muteTag({ prng }: Occasion): Wish {
  const path = `/tags/${encodeURIComponent(prng.pick(tags)!)}/mute`;
  return { method: 'PUT', path, body: { seconds: prng.between(1, 4) }, event: 'tagMuted' };
}

/** Something that a platform does now and then; a few of each that the swarm's managers do, too, and the settings, which only it changes. */
const wishes: readonly (readonly [weight: number, wish: (occasion: Occasion) => Wish | undefined])[] = [
  [3, onSomebody((account) => ({ method: 'PUT', path: ofMember(account, 'mute'), body: { notifyExt: 'told' }, event: 'muted', account }))],
  [
    3,
    onSomebody((account, { prng }) => ({
      ...({ method: 'PUT', path: ofMember(account, 'timed-mute'), event: 'timedMuted', account } as const),
      body: { seconds: prng.between(1, 6) },
    })),
  ],
  [10, lift],
  [1, muteTag],
  [4, ({ prng }) => ({ method: 'PATCH', path: '/settings', body: { recallSeconds: prng.between(100, 120) }, event: 'settingsChanged' })],
];
