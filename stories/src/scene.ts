import type { Event } from '@plaza/proto/client';
import { expectCase, ProbeClient } from './probe-client.js';
import { Backend, freshRoom, type World } from './world.js';

type Kind = NonNullable<Event['kind']>;
type EventCase = Kind['$case'];
type ValueOf<C extends EventCase> = Extract<Kind, { $case: C }>['value'];

/** A world with hands for what most stories begin with: a room, and people in it. */
export class Scene {
  #backend: Backend;

  constructor(readonly world: World) {
    this.#backend = new Backend(world);
  }

  get backend(): Backend {
    return this.#backend;
  }

  /** After a restart the doors may be elsewhere. */
  async restart(): Promise<void> {
    await this.world.restart();
    this.#backend = new Backend(this.world);
  }

  /** A room of its own, created by `host`. */
  async room(base: string, more: Record<string, unknown> = {}): Promise<string> {
    const room = freshRoom(base);
    await this.#backend.createRoom(room, 'host', more);
    return room;
  }

  /** A connection on edge `at` (they go round), with a token that says `claims`. */
  async connect(account: string, at = 0, claims: Record<string, unknown> = {}, device = ''): Promise<ProbeClient> {
    const url = this.world.connectUrls[at % this.world.connectUrls.length]!;
    return ProbeClient.connect(url, await this.#backend.token(account, claims), { device });
  }

  async enter(
    room: string,
    account: string,
    at = 0,
    claims: Record<string, unknown> = {},
    join: Record<string, unknown> = {},
  ): Promise<ProbeClient> {
    const client = await this.connect(account, at, claims);
    expectCase(await client.join(room, undefined, join), 'joined');
    return client;
  }

  /** The first of the names is the host of the room, and each stands on another edge than the one before. */
  async people<N extends string[]>(room: string, ...names: N): Promise<{ [K in keyof N]: ProbeClient }> {
    return (await Promise.all(names.map((name, at) => this.enter(room, name, at)))) as { [K in keyof N]: ProbeClient };
  }
}

/** The values of the events of one kind that a client saw. */
export const seen = <C extends EventCase>(client: ProbeClient, room: string, kind: C): ValueOf<C>[] =>
  client.events(room, kind).map((event) => event.kind!.value) as unknown as ValueOf<C>[];

export const closeAll = (clients: readonly ProbeClient[]): Promise<unknown> => Promise.all(clients.map((client) => client.close()));

/** No client has a break in any of its chains. */
export const breaksOf = (clients: readonly ProbeClient[]): string[] =>
  clients.flatMap((client) => [...client.rooms.values()].flatMap(({ breaks }) => breaks));
