import { randomBytes } from 'node:crypto';
import {
  AccountList,
  CommandRouter,
  RecentlySeen,
  ShardTable,
  type HistoryReader,
  type Live,
  type Peers,
  type RoomGateway,
} from '@plaza/bus';
import { refusals, type Refusal } from '@plaza/domain';
import type { Clock, Logger, TokenVerifier } from '@plaza/kit';
import { Direct } from '@plaza/proto/client';
import type { Delivery } from '@plaza/proto/room';
import { Announcer } from './announcer.js';
import { catchUp } from './catch-up.js';
import { CommandNames } from './command-names.js';
import { Connection, type Hello, type Socket } from './connection.js';
import { Connections } from './connections.js';
import type { EdgeContext } from './context.js';
import type { EdgeSettings } from './config.js';
import { dispatch } from './dispatch.js';
import { Drain } from './drain.js';
import { Feeds } from './feeds.js';
import type { EntryCallback } from './entry-callback.js';
import type { Figures } from './figures.js';
import { frameOf } from './frames.js';
import { Fills } from './fills.js';
import { Gate } from './gate.js';
import { joinByUrl } from './handlers/join.js';
import { Heads } from './heads.js';
import { authenticateBy } from './identity.js';
import { fullBucket } from './rate-bucket.js';
import type { Session } from './session.js';
import { Sessions } from './sessions.js';
import type { SocketEvents } from './sockets.js';
import { holdFrames, waits } from './waiting-frames.js';

export interface EdgeCoreParts {
  readonly live: Live;
  readonly peers: Peers;
  readonly gateway: RoomGateway;
  readonly history: Pick<HistoryReader, 'read'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly figures: Figures;
  readonly tokens: TokenVerifier;
  /** Undefined: nobody is asked, everybody enters. */
  readonly entryCallback: EntryCallback | undefined;
}

/** Commands that may wait in one shard, for all its rooms and sockets here. */
const unansweredPerShard = 20_000;
/** Directed messages whose repeats are known; 60 s of 300 a second. */
const directedRemembered = 20_000;

/** The edge without its listener and its life: what happens when sockets, frames and holders come and go. */
export class EdgeCore implements SocketEvents {
  readonly table = new ShardTable();
  readonly connections: Connections;
  readonly gate: Gate;
  readonly feeds: Feeds;
  readonly sessions: Sessions;
  readonly router: CommandRouter;
  readonly heads: Heads;
  readonly accounts: AccountList;
  readonly #directed = new RecentlySeen(directedRemembered);
  readonly #announcer: Announcer;
  readonly #drain: Drain;
  readonly #context: EdgeContext;

  constructor(
    private readonly settings: EdgeSettings,
    private readonly parts: EdgeCoreParts,
  ) {
    const { live, peers, gateway, history, clock, logger, figures, tokens, entryCallback } = parts;
    const { id, shards } = settings;
    // Holders keep the sessions of an edge that is gone for a while: a restarted one is another asker to them, whatever its id.
    const born = randomBytes(3).toString('hex');
    this.connections = new Connections(settings);
    this.gate = new Gate(this.connections, settings, clock, figures);
    this.router = new CommandRouter({
      ...{ shards, table: this.table, gateway, peers, asker: `${id}.${born}`, clock, limits: { unansweredPerShard } },
      factsOf: (session) => this.sessions.factsOf(session),
      isThere: (session) => this.sessions.get(session) !== undefined,
      onEnded: (session, code) => this.#ended(session, code),
      onDelivery: (delivery) => this.#deliver(delivery),
    });
    this.accounts = new AccountList({
      ...{ live, router: this.router, shards, clock, logger },
      removed: (account, code, why) => this.#removeEverywhere(account, code, why),
    });
    this.#announcer = new Announcer({
      ...{ router: this.router, table: this.table, clock, logger },
      sessionsOf: (shard) => this.#sessionsOf(shard),
      leaveAgain: (session) => this.sessions.leave(session),
    });
    const names = new CommandNames(id, born);
    this.sessions = new Sessions(this.router, this.#announcer, names);
    this.#drain = new Drain({
      clock,
      figures,
      nextTurn: (task) => void setImmediate(task),
      busyShare: settings.fanoutPercent / 100,
      released: (session) => this.sessions.end(session),
    });
    const fills = new Fills(this.router, clock, logger, figures);
    this.feeds = new Feeds(live, shards, {
      now: () => clock.now(),
      wake: (feed) => this.#drain.wake(feed),
      catchUp: (feed, session, serial) => catchUp(feed, session, serial, figures),
      gap: (feed) => fills.gap(feed),
      behind: (feed) => this.heads.watch(feed),
      unsure: (session) => this.sessions.leave(session),
      figures,
    });
    this.heads = new Heads(this.feeds, this.table, this.router, fills, clock, logger);
    this.#context = {
      id,
      settings,
      clock,
      logger,
      figures,
      router: this.router,
      names,
      sessions: this.sessions,
      feeds: this.feeds,
      fills,
      history,
      tokens,
      accounts: this.accounts,
      entryCallback,
    };
  }

  /** Begins to hear beats and the bus. Returns how to stop that. */
  listen(): () => void {
    const { peers, live, clock } = this.parts;
    this.accounts.start();
    const ends = [
      peers.onBeat((beat) => this.table.apply(beat, clock.now())),
      this.table.onChange((shard) => this.#announcer.announce(shard)),
      this.router.onLink(({ id }) => {
        for (const shard of this.table.shardsOf(id)) this.#announcer.announce(shard);
      }),
      live.onConnection((connected) => this.#onBus(connected)),
    ];
    return () => {
      for (const end of ends) end();
    };
  }

  /** Once a second. */
  sweep(): void {
    const { clock, figures } = this.parts;
    this.connections.sweep(clock.now());
    this.feeds.sweep(clock.now());
    const { bufferedBytes, size } = this.connections;
    figures.sampled({ connections: size, sessions: this.sessions.size, rooms: this.feeds.size, bufferedBytes });
  }

  close(): void {
    this.accounts.close();
    this.#announcer.close();
    this.feeds.close();
    this.router.close();
  }

  // ------------------------------------------------------------------ sockets

  admit(): Refusal | undefined {
    return this.gate.ask();
  }

  greet(hello: Hello): Connection {
    const { framesPerSecond, frameBurst } = this.settings;
    const now = this.parts.clock.now();
    return new Connection(hello.json, hello, fullBucket({ perSecond: framesPerSecond, burst: frameBurst }, now), now);
  }

  opened(connection: Connection, socket: Socket, hello: Hello): void {
    connection.socket = socket;
    this.connections.add(connection);
    const refusal = hello.token === '' ? undefined : authenticateBy(this.#context, connection, hello.token);
    if (!(refusal instanceof Promise)) return this.#begin(connection, hello, refusal);
    const known = refusal.then((later) => this.#begin(connection, hello, later));
    void holdFrames(connection, known, (message, isBinary) => dispatch(this.#context, connection, message, isBinary));
  }

  #begin(connection: Connection, hello: Hello, refusal: Refusal | undefined): void {
    if (refusal !== undefined) {
      this.parts.figures.refused(refusal.code);
      return connection.goAway(refusals[refusal.code].close, refusal.code, refusal.retryAfterMs);
    }
    if (connection.open) for (const room of hello.rooms) joinByUrl(this.#context, connection, room);
  }

  message(connection: Connection, message: ArrayBuffer, isBinary: boolean): void {
    if (connection.open && !waits(connection, message, isBinary)) dispatch(this.#context, connection, message, isBinary);
  }

  drained(connection: Connection): void {
    connection.blocked = false;
    for (const session of connection.sessions) this.#drain.wake(session.feed);
  }

  closed(connection: Connection, code: number): void {
    connection.socket = undefined;
    this.connections.remove(connection);
    this.parts.figures.closed(code);
    for (const session of connection.sessions) this.sessions.drop(session);
  }

  // ------------------------------------------------------------------ holders

  /** The holder has ended a session: the same device came again somewhere, or it is out of the room. */
  #ended(number: number, code: string): void {
    const session = this.sessions.get(number);
    if (session === undefined) return;
    const { connection, feed } = session;
    if (code !== 'replaced') {
      if (session.removed !== undefined) return;
      session.removed = { code, why: '' };
      if (session.state === 'entered') feed.depart(session, feed.ring.next);
      return;
    }
    this.sessions.end(session);
    connection.goAway(refusals.replaced.close, code);
  }

  /** A directed message for sessions of this edge. After a takeover it may come a second time. */
  #deliver({ sessions, direct, id }: Delivery): void {
    if (!this.#directed.isNew(id)) return;
    const frame = frameOf({ $case: 'direct', value: Direct.decode(direct) });
    for (const number of sessions) {
      const session = this.sessions.get(number);
      if (session !== undefined && session.removed === undefined) session.connection.send(frame);
    }
  }

  /** Of an account in all rooms. A disabled one is not served any more at all. */
  #removeEverywhere(account: string, code: 'disabled' | 'kicked', why: string): void {
    for (const connection of this.connections.of(account)) {
      if (code === 'disabled') connection.goAway(refusals.disabled.close, code);
      else for (const session of connection.sessions) this.sessions.expel(session, code, why);
    }
  }

  #onBus(connected: boolean): void {
    if (!connected) return this.heads.deaf();
    this.heads.suspectAll();
    void this.accounts.read();
  }

  #sessionsOf(shard: number): Session[] {
    const sessions: Session[] = [];
    for (const feed of this.feeds) {
      if (feed.shard !== shard) continue;
      for (const session of feed.sessions) if (session.present) sessions.push(session);
    }
    return sessions;
  }
}
