import { batch, computed, signal } from '@preact/signals';
import { newCommandId, PlazaClient, PlazaRefused, type Event, type Member, type Room } from '@plaza/client';
import { demoSession, forgetSession, freshConnect, keepName, ownName, type DemoSession } from './demo-session.js';
import { catchUp, olderPage } from './history.js';
import { merged } from './timeline.js';

export type Phase = 'connecting' | 'online' | 'away' | 'removed' | 'closed';

/** A message on its way; `failed` says why it did not get there. */
export interface Draft {
  readonly commandId: string;
  readonly text: string;
  readonly failed?: string;
}

const membersEveryMs = 1000;
/** After so many attempts in vain an edge is asked for: there may be another one. */
const attemptsPerEdge = 2;
const retryMs = 700;

/** One room in one tab: what the page shows, and what it can do. */
export class Chat {
  readonly phase = signal<Phase>('connecting');
  readonly why = signal('');
  readonly name = signal(ownName());
  readonly account = signal('');
  readonly events = signal<readonly Event[]>([]);
  readonly drafts = signal<readonly Draft[]>([]);
  readonly online = signal<number | undefined>(undefined);
  readonly stale = signal(false);
  readonly members = signal<readonly Member[]>([]);
  readonly older = signal(false);
  readonly canSend = computed(() => this.phase.value === 'online' || this.phase.value === 'away');
  #client: PlazaClient | undefined;
  #room: Room | undefined;
  #membersDue = false;

  constructor(readonly roomId: string) {
    addEventListener('online', () => this.#client?.reconnectNow());
    addEventListener('pagehide', () => this.#client?.close());
  }

  async start(): Promise<void> {
    this.phase.value = 'connecting';
    try {
      this.#connect(await demoSession(this.roomId));
    } catch (error) {
      this.why.value = error instanceof Error ? error.message : String(error);
      setTimeout(() => void this.start(), retryMs);
    }
  }

  async send(text: string): Promise<void> {
    const draft: Draft = { commandId: newCommandId(), text };
    this.drafts.value = [...this.drafts.value, draft];
    try {
      await this.#room?.send(text, { commandId: draft.commandId });
    } catch (error) {
      this.drafts.value = this.drafts.value.map((one) => (one === draft ? { ...draft, failed: reasonOf(error) } : one));
    }
  }

  dropDraft(commandId: string): void {
    this.drafts.value = this.drafts.value.filter((draft) => draft.commandId !== commandId);
  }

  /** The name is told at the entry: the room is left and entered again. */
  async rename(name: string): Promise<void> {
    if (name === this.name.value) return;
    keepName(name);
    this.name.value = name;
    const client = this.#client;
    await this.#room?.leave();
    if (client !== undefined) await this.#enter(client);
  }

  async showOlder(): Promise<void> {
    const oldest = this.events.value[0];
    if (this.#room === undefined || oldest === undefined) return;
    const { events, more } = await olderPage(this.#room, oldest.position);
    this.#add(events);
    this.older.value = more;
  }

  /** After a removal. */
  async enterAgain(): Promise<void> {
    this.phase.value = 'connecting';
    if (this.#client === undefined || this.#client.state === 'closed') await this.start();
    else await this.#enter(this.#client);
  }

  #connect({ connect, token }: DemoSession): void {
    let attempts = 0;
    let edge = connect;
    let first: string | undefined = token;
    const client = new PlazaClient({
      url: async () => {
        if (attempts >= attemptsPerEdge) edge = await freshConnect(this.roomId);
        return edge;
      },
      token: async () => {
        const known = first ?? (await demoSession(this.roomId)).token;
        first = undefined;
        return known;
      },
      device: { id: deviceId(), kind: 'web' },
      backoff: { longestMs: 5000 },
    });
    this.#client = client;
    client.on('state', ({ state, cause = '' }) => {
      if (client !== this.#client) return;
      if (state === 'online') attempts = 0;
      if (state === 'away') attempts++;
      if (state === 'closed') return this.#closed(client, cause);
      if (this.phase.value !== 'removed') this.phase.value = state === 'away' ? 'away' : this.phase.value;
      this.why.value = cause;
    });
    void this.#enter(client);
  }

  #startAnew(client: PlazaClient): void {
    this.#client = undefined;
    client.close();
    forgetSession(this.roomId);
    void this.start();
  }

  #closed(client: PlazaClient, cause: string): void {
    if (cause.startsWith('bad-token') || cause.startsWith('token-expired')) return this.#startAnew(client);
    this.phase.value = 'closed';
    this.why.value = cause;
  }

  async #enter(client: PlazaClient): Promise<void> {
    try {
      const room = await client.join(this.roomId, { nickname: this.name.value });
      this.#entered(client, room);
      this.#add(await catchUp(room, room.position ?? 0, (more) => (this.older.value = more)));
    } catch (error) {
      if (client !== this.#client || client.state === 'closed') return;
      if (error instanceof PlazaRefused) return this.#removed(error.code, error.why);
      this.why.value = reasonOf(error);
      setTimeout(() => void this.#enter(client), retryMs);
    }
  }

  #entered(client: PlazaClient, room: Room): void {
    this.#room = room;
    this.account.value = client.account;
    this.phase.value = 'online';
    this.online.value = room.counts?.accounts;
    room.onEvents((events) => this.#add(events));
    room.on('counts', ({ accounts }) => {
      this.online.value = accounts;
      this.#membersLater();
    });
    room.on('stale', (stale) => (this.stale.value = stale));
    room.on('state', (state) => {
      if (state === 'in') this.phase.value = 'online';
    });
    room.on(
      'incomplete',
      ({ after, until }) =>
        void catchUp(room, until, () => undefined, after).then(
          (events) => this.#add(events),
          () => undefined,
        ),
    );
    room.on('removed', ({ code, why }) => this.#removed(code, why));
    this.#membersLater();
  }

  #removed(code: string, why: string): void {
    this.phase.value = 'removed';
    this.why.value = why === '' ? code : why;
    this.members.value = [];
    this.online.value = undefined;
  }

  #add(events: readonly Event[]): void {
    const arrived = new Set(events.flatMap(({ kind }) => (kind?.$case === 'message' ? [kind.value.commandId] : [])));
    batch(() => {
      this.events.value = merged(this.events.value, events);
      if (arrived.size > 0) this.drafts.value = this.drafts.value.filter(({ commandId }) => !arrived.has(commandId));
    });
    if (events.some(({ kind }) => kind?.$case !== 'message')) this.#membersLater();
  }

  /** The list is asked for at most once in `membersEveryMs`. */
  #membersLater(): void {
    if (this.#membersDue) return;
    this.#membersDue = true;
    setTimeout(() => void this.#readMembers(), this.members.value.length === 0 ? 0 : membersEveryMs);
  }

  async #readMembers(): Promise<void> {
    this.#membersDue = false;
    const room = this.#room;
    if (room?.state !== 'in') return;
    try {
      const { members } = await room.members.list({ limit: 100 });
      if (room === this.#room) this.members.value = members;
    } catch {
      // The next event or count asks again.
    }
  }
}

const reasonOf = (error: unknown): string =>
  error instanceof PlazaRefused ? error.why : error instanceof Error ? error.message : String(error);

/** Of this tab, so that a reload replaces its own session at once. */
function deviceId(): string {
  const key = 'plaza.device';
  const id = sessionStorage.getItem(key) ?? newCommandId();
  sessionStorage.setItem(key, id);
  return id;
}
