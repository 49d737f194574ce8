import type { Device, Reply, ServerFrame } from '@plaza/proto/client';
import { Backoff, type BackoffOptions } from './backoff.js';
import { binaryCodec, jsonCodec, type Codec } from './codec.js';
import { Connection, type ConnectionEnd } from './connection.js';
import { Emitter } from './emitter.js';
import { PlazaClosed, PlazaRefused, PlazaTimeout } from './errors.js';
import { Room, type Profile } from './room.js';
import { defaultSettings, type ClientSettings } from './settings.js';
import { platformSocket, type SocketConstructor } from './socket.js';

/** `away`: the connection was lost and comes back by itself. `closed`: over, by `close` or because the server said so. */
export type ClientState = 'idle' | 'connecting' | 'online' | 'away' | 'closed';

export interface PlazaClientOptions extends Partial<ClientSettings> {
  /** ws(s)://host/v1/connect. A function is asked before each connection: the cluster may name another edge then. */
  readonly url?: string | (() => string | Promise<string>);
  /** Instead of `url`: tried in turn. */
  readonly urls?: readonly string[];
  /** Absent: an anonymous guest. A function is asked before each connection, and in time before a token ends. */
  readonly token?: string | (() => string | Promise<string>);
  /** The same account and device id replaces its own older session. */
  readonly device?: Device;
  readonly webSocket?: SocketConstructor;
  /** Default binary. */
  readonly protocol?: 'binary' | 'json';
  readonly backoff?: BackoffOptions;
  /** From 0 to below 1, for the jitter. */
  readonly random?: () => number;
}

export type ClientEvents = {
  state: { readonly state: ClientState; /** away */ readonly retryInMs?: number; /** away, closed */ readonly cause?: string };
  welcome: { readonly account: string; readonly anonymous: boolean };
  /** The server reminds: a token function is asked by itself, a fixed token ends then. */
  tokenExpires: { readonly leftMs: number };
};

/** Close codes after which coming back by itself would only be refused again. */
const finalCodes: ReadonlySet<number> = new Set([4400, 4401, 4403, 4405, 4409]);
const tokenExpired = 4402;
/** So long before its end a token is renewed. */
const renewBeforeMs = 30_000;
const longestTimerMs = 2 ** 31 - 1;
/** Online for so long, the next loss starts with a short wait again. */
const steadyMs = 5000;

/** One connection to a Plaza cluster, kept alive, and the rooms that it is in. */
export class PlazaClient {
  readonly #events = new Emitter<ClientEvents>();
  readonly #rooms = new Map<string, { room: Room; entered: Promise<Room> }>();
  readonly #settings: ClientSettings;
  readonly #backoff: Backoff;
  readonly #codec: Codec;
  #attempts = 0;
  #state: ClientState = 'idle';
  #connection: Connection | undefined;
  #account = '';
  #retry: { cancel(): void } | undefined;
  #renewal: { cancel(): void } | undefined;
  #renewing = false;
  #steady: { cancel(): void } | undefined;

  constructor(private readonly options: PlazaClientOptions) {
    if (options.url === undefined && (options.urls ?? []).length === 0) throw new TypeError('a client needs a url');
    const given = Object.entries(options).filter(([name, value]) => name in defaultSettings && value !== undefined);
    this.#settings = { ...defaultSettings, ...(Object.fromEntries(given) as Partial<ClientSettings>) };
    this.#backoff = new Backoff(options.backoff ?? {}, options.random ?? Math.random);
    this.#codec = options.protocol === 'json' ? jsonCodec : binaryCodec;
  }

  get state(): ClientState {
    return this.#state;
  }

  /** Empty until the server has said who this is. */
  get account(): string {
    return this.#account;
  }

  on<Name extends keyof ClientEvents>(name: Name, listener: (value: ClientEvents[Name]) => void): () => void {
    return this.#events.on(name, listener);
  }

  /** Connects if need be and enters the room; the same room again is the same entry. Rejects with PlazaRefused, PlazaTimeout or PlazaClosed. */
  join(id: string, profile: Profile = {}): Promise<Room> {
    if (this.#state === 'closed') return Promise.reject(new PlazaClosed('the client is closed'));
    const known = this.#rooms.get(id);
    if (known !== undefined) return known.entered;
    const room = new Room(id, profile, this.#settings, () => this.#rooms.delete(id));
    const entered = this.#entryOf(room);
    this.#rooms.set(id, { room, entered });
    if (this.#state === 'online' && this.#connection !== undefined) void room.enter(this.#connection);
    else if (this.#state === 'idle') this.#begin();
    return entered;
  }

  /** Does not wait for the next attempt: the network is back, or somebody looks. */
  reconnectNow(): void {
    if (this.#retry === undefined) return;
    this.#retry.cancel();
    void this.#connect();
  }

  close(): void {
    this.#endForGood(new PlazaClosed('the client was closed'));
  }

  #entryOf(room: Room): Promise<Room> {
    return new Promise((resolve, reject) => {
      const { timers, sendTimeoutMs } = this.#settings;
      const late = timers.after(sendTimeoutMs, () => {
        reject(new PlazaTimeout(`the room ${room.id} was not entered in ${sendTimeoutMs} ms`));
        void room.leave();
      });
      room.on('removed', ({ code, why }) => reject(new PlazaRefused(code, why)));
      room.on('state', (state) => {
        if (state !== 'away') late.cancel();
        if (state === 'in') resolve(room);
        if (state === 'left') reject(new PlazaClosed('the client was closed'));
      });
    });
  }

  #begin(): void {
    this.#become({ state: 'connecting' });
    void this.#connect();
  }

  async #connect(): Promise<void> {
    this.#retry = undefined;
    const attempt = ++this.#attempts;
    const { urls = [], url = urls[(attempt - 1) % urls.length]! } = this.options;
    try {
      const [address, token] = await Promise.all([this.#given(url), this.#given(this.options.token)]);
      if (this.#state === 'closed' || attempt !== this.#attempts) return;
      this.#dial(address, token);
    } catch (error) {
      if (this.#state !== 'closed' && attempt === this.#attempts)
        this.#comeBack(this.#backoff.next(), `no url or token: ${(error as Error).message}`);
    }
  }

  #dial(url: string, token: string | undefined): void {
    try {
      const { webSocket = platformSocket() } = this.options;
      const connection: Connection = new Connection(
        { ...this.#settings, url: this.#withDevice(url, token), webSocket, codec: this.#codec },
        {
          opened: () => void this.#opened(connection, token),
          frame: (frame) => this.#frame(frame),
          closed: (end) => this.#lost(end),
        },
      );
      this.#connection = connection;
    } catch (error) {
      this.#endForGood(new PlazaClosed(`the socket cannot be made: ${(error as Error).message}`, { cause: error }));
    }
  }

  /** An anonymous guest names its device in the URL, everybody else beside the token. */
  #withDevice(url: string, token: string | undefined): string {
    const { device } = this.options;
    if (device === undefined || token !== undefined) return url;
    const query = `device=${encodeURIComponent(device.id)}&deviceKind=${encodeURIComponent(device.kind)}`;
    return `${url}${url.includes('?') ? '&' : '?'}${query}`;
  }

  /** What an option says, or what its function answers in time. */
  async #given<T extends string | undefined>(option: T | (() => T | Promise<T>)): Promise<T> {
    if (typeof option !== 'function') return option;
    const { timers, requestTimeoutMs } = this.#settings;
    return new Promise((resolve, reject) => {
      const late = timers.after(requestTimeoutMs, () => reject(new PlazaTimeout('it took too long')));
      Promise.resolve()
        .then(option)
        .then(resolve, reject)
        .finally(() => late.cancel());
    });
  }

  async #opened(connection: Connection, token: string | undefined): Promise<void> {
    if (token === undefined) return this.#online(connection);
    const reply = await this.#authenticate(connection, token).catch(() => undefined);
    if (reply === undefined || this.#connection !== connection) return connection.close();
    if (reply.result?.$case === 'authenticated') return this.#online(connection);
    if (reply.result?.$case !== 'refused') return connection.close();
    const { code, why } = reply.result.value;
    if (code === 'token-expired' && typeof this.options.token === 'function') return connection.close();
    this.#endForGood(new PlazaRefused(code, why));
  }

  async #authenticate(connection: Connection, token: string): Promise<Reply> {
    const value = { token, device: this.options.device };
    const reply = await connection.request({ $case: 'authenticate', value }, this.#settings.requestTimeoutMs);
    if (reply.result?.$case === 'authenticated') this.#known(reply.result.value.account, reply.result.value.tokenExpiresMs);
    return reply;
  }

  #online(connection: Connection): void {
    this.#become({ state: 'online' });
    this.#steady = this.#settings.timers.after(steadyMs, () => this.#backoff.reset());
    for (const { room } of [...this.#rooms.values()]) void room.enter(connection);
  }

  #known(account: string, tokenExpiresMs: number): void {
    this.#account = account;
    this.#renewal?.cancel();
    if (typeof this.options.token !== 'function' || tokenExpiresMs === 0) return;
    const waitMs = Math.min(longestTimerMs, Math.max(1000, tokenExpiresMs - renewBeforeMs - this.#settings.timers.now()));
    this.#renewal = this.#settings.timers.after(waitMs, () => void this.#renew());
  }

  /** On the same connection; where it fails, the server ends the connection and the next one brings a new token. */
  async #renew(): Promise<void> {
    const connection = this.#connection;
    if (this.#renewing) return;
    this.#renewing = true;
    const token = await this.#given(this.options.token).catch(() => undefined);
    this.#renewing = false;
    if (connection === undefined || connection !== this.#connection || token === undefined) return;
    await this.#authenticate(connection, token).catch(() => undefined);
  }

  #tokenExpires(leftMs: number): void {
    this.#events.emit('tokenExpires', { leftMs });
    if (typeof this.options.token !== 'function') return;
    this.#renewal?.cancel();
    void this.#renew();
  }

  #frame({ batches, body }: ServerFrame): void {
    for (const batch of batches) this.#rooms.get(batch.room)?.room.batch(batch);
    switch (body?.$case) {
      case 'welcome':
        this.#known(body.value.account, body.value.tokenExpiresMs);
        return this.#events.emit('welcome', { account: body.value.account, anonymous: body.value.anonymous });
      case 'signal':
        return this.#rooms.get(body.value.room)?.room.signal(body.value);
      case 'incomplete':
        return this.#rooms.get(body.value.room)?.room.incomplete(body.value);
      case 'direct':
        return this.#rooms.get(body.value.room)?.room.direct(body.value);
      case 'tokenExpires':
        return this.#tokenExpires(body.value.leftMs);
      case 'removed':
        return this.#rooms.get(body.value.room)?.room.refused(body.value.code, body.value.why);
      default:
    }
  }

  #lost({ code, reason, goAway }: ConnectionEnd): void {
    this.#connection = undefined;
    this.#steady?.cancel();
    this.#renewal?.cancel();
    if (this.#state === 'closed') return;
    for (const { room } of [...this.#rooms.values()]) room.lost();
    const why = goAway?.reason ?? reason;
    const waitMs = this.#waitMs(goAway?.code ?? code, goAway);
    if (waitMs === undefined) this.#endForGood(new PlazaClosed(why === '' ? `the server ended it (${code})` : why));
    else this.#comeBack(waitMs, why);
  }

  /** Undefined: do not come back. */
  #waitMs(code: number, goAway: ConnectionEnd['goAway']): number | undefined {
    if (goAway?.retryAfterMs !== undefined) return goAway.retryAfterMs;
    if (code === tokenExpired) return typeof this.options.token === 'function' ? this.#backoff.next() : undefined;
    return goAway !== undefined || finalCodes.has(code) ? undefined : this.#backoff.next();
  }

  #comeBack(retryInMs: number, cause: string): void {
    this.#become({ state: 'away', retryInMs, cause });
    this.#retry = this.#settings.timers.after(retryInMs, () => void this.#connect());
  }

  #endForGood(error: Error): void {
    if (this.#state === 'closed') return;
    this.#become({ state: 'closed', cause: error.message });
    this.#retry?.cancel();
    this.#retry = undefined;
    this.#renewal?.cancel();
    this.#steady?.cancel();
    this.#connection?.close();
    for (const { room } of [...this.#rooms.values()]) room.closed(error);
  }

  #become(change: ClientEvents['state']): void {
    this.#state = change.state;
    this.#events.emit('state', change);
  }
}
