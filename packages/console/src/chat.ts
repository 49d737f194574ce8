import { batch, computed, signal } from '@preact/signals';
import { newCommandId, PlazaRefused, type Event, type PlazaClient, type Room } from '@plaza/client';
import { demoClient } from './demo-client.js';
import { demoSession, forgetSession, keepName, ownName, type DemoSession } from './demo-session.js';
import { Hearts } from './hearts.js';
import { catchUp, olderPage } from './history.js';
import { marksAfter, marksOf } from './marks.js';
import { MemberList } from './member-list.js';
import { merged, standing } from './timeline.js';
import { silenceOf } from './words.js';

export type Phase = 'connecting' | 'online' | 'away' | 'removed' | 'closed';

/** A message on its way; `failed` says why it did not get there. */
export interface Draft {
  readonly commandId: string;
  readonly text: string;
  readonly failed?: string;
}

const retryMs = 700;

/** One room in one tab: what the page shows, and what it can do. */
export class Chat {
  readonly phase = signal<Phase>('connecting');
  readonly why = signal('');
  readonly name = signal(ownName());
  readonly account = signal('');
  readonly events = signal<readonly Event[]>([]);
  readonly shown = computed(() => standing(this.events.value));
  readonly marks = signal(marksOf(undefined, 0));
  readonly hearts = new Hearts();
  readonly drafts = signal<readonly Draft[]>([]);
  readonly online = signal<number | undefined>(undefined);
  readonly stale = signal(false);
  readonly #list = new MemberList();
  readonly members = this.#list.members;
  readonly older = signal(false);
  /** Why one may not speak just now, as far as the page knows; the server judges. */
  readonly silence = computed(() => {
    const self = this.members.value.find(({ account }) => account === this.account.value);
    return self === undefined ? '' : silenceOf(self, this.marks.value.roomMuted);
  });
  readonly canSend = computed(() => this.phase.value === 'online' || this.phase.value === 'away');
  #client: PlazaClient | undefined;
  #room: Room | undefined;

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
      const sent = await this.#room?.send(text, { commandId: draft.commandId });
      if (sent?.outcome === 'sampled') this.#fail(draft, 'too much is being said here at once');
    } catch (error) {
      this.#fail(draft, reasonOf(error));
    }
  }

  #fail(draft: Draft, failed: string): void {
    this.drafts.value = this.drafts.value.map((one) => (one === draft ? { ...draft, failed } : one));
  }

  dropDraft(commandId: string): void {
    this.drafts.value = this.drafts.value.filter((draft) => draft.commandId !== commandId);
  }

  async rename(name: string): Promise<void> {
    if (name === this.name.value) return;
    keepName(name);
    this.name.value = name;
    try {
      await this.#room?.members.updateSelf({ nickname: name });
    } catch (error) {
      this.why.value = reasonOf(error);
    }
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

  #connect(session: DemoSession): void {
    const client = demoClient(this.roomId, session);
    this.#client = client;
    client.on('state', ({ state, cause = '' }) => {
      if (client !== this.#client) return;
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
    this.marks.value = marksOf(room.about, room.position ?? 0);
    this.hearts.follow(room);
    this.#list.follow(room);
    room.onEvents((events) => this.#add(events));
    room.on('counts', ({ accounts }) => (this.online.value = accounts));
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
  }

  #removed(code: string, why: string): void {
    this.phase.value = 'removed';
    this.why.value = why === '' ? code : why;
    this.#list.clear();
    this.online.value = undefined;
  }

  #add(events: readonly Event[]): void {
    const arrived = new Set(events.flatMap(({ kind }) => (kind?.$case === 'message' ? [kind.value.commandId] : [])));
    batch(() => {
      this.events.value = merged(this.events.value, events);
      this.marks.value = marksAfter(this.marks.value, events);
      if (arrived.size > 0) this.drafts.value = this.drafts.value.filter(({ commandId }) => !arrived.has(commandId));
    });
    if (events.some(({ kind }) => kind?.$case !== 'message')) this.#list.readLater();
  }
}

const reasonOf = (error: unknown): string =>
  error instanceof PlazaRefused ? error.why : error instanceof Error ? error.message : String(error);
