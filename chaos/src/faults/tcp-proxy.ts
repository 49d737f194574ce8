import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/**
 * What a link does. `slow`: each chunk (<= 64 KiB) waits `delayMs`, one after another. `frozen`: nothing passes and nobody is told, as when a machine is
 * gone; bytes and new connections wait. `cut`: connections are reset and new ones refused.
 */
export type LinkState = { readonly kind: 'open' | 'frozen' | 'cut' } | { readonly kind: 'slow'; readonly delayMs: number };

interface Pair {
  readonly client: Socket;
  upstream: Socket | undefined;
}

const host = '127.0.0.1';
const againMs = 50;
const probeMs = 1000;

/**
 * A place between two processes. It refuses connections while whoever is behind it refuses them, and says so before it ends the connections of one that
 * died: who asks whether a process is gone gets the same answer as without it. Of several targets a connection gets the next that answers.
 */
export class TcpProxy {
  #server: Server | undefined;
  #port = 0;
  #state: LinkState = { kind: 'open' };
  #next = 0;
  #closed = false;
  #away: Promise<void> | undefined;
  readonly #pairs = new Set<Pair>();
  /** Whose last chunk still waits: what comes after it must not pass it. */
  readonly #late = new Set<Socket>();

  private constructor(private readonly targets: readonly string[]) {}

  /** `targets`: host:port, one or several. */
  static async open(...targets: readonly string[]): Promise<TcpProxy> {
    const proxy = new TcpProxy(targets);
    await proxy.#listen();
    return proxy;
  }

  get address(): string {
    return `${host}:${this.#port}`;
  }

  async set(state: LinkState): Promise<void> {
    this.#state = state;
    if (state.kind === 'cut') {
      await this.#refuse();
      return;
    }
    if (this.#away === undefined) await this.#listen();
    for (const pair of [...this.#pairs]) this.#turn(pair);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#refuse();
  }

  #listen(): Promise<void> {
    if (this.#server !== undefined || this.#closed) return Promise.resolve();
    const server = createServer({ pauseOnConnect: true, noDelay: true }, (client) => this.#take(client));
    this.#server = server;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, host, () => {
        this.#port = (server.address() as { port: number }).port;
        resolve();
      });
    });
  }

  /** Nobody new, and nobody old. */
  async #refuse(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    const closed = server === undefined ? undefined : new Promise((resolve) => server.close(resolve));
    for (const pair of [...this.#pairs]) this.#end(pair);
    await closed;
  }

  #take(client: Socket): void {
    const pair: Pair = { client, upstream: undefined };
    this.#pairs.add(pair);
    client.on('error', () => undefined);
    client.once('close', () => this.#end(pair));
    this.#turn(pair);
  }

  /** As the link is now: a new pair is connected, a frozen one waits. */
  #turn(pair: Pair): void {
    if (this.#state.kind === 'frozen') {
      pair.client.pause();
      pair.upstream?.pause();
    } else if (pair.upstream === undefined) {
      this.#connect(pair, this.targets.length);
    } else {
      this.#resume(pair.client);
      this.#resume(pair.upstream);
    }
  }

  #connect(pair: Pair, tries: number): void {
    const [name, port] = splitAddress(this.targets[this.#next++ % this.targets.length] as string);
    const upstream = connect({ host: name, port, noDelay: true });
    pair.upstream = upstream;
    let connected = false;
    upstream.on('error', () => undefined);
    upstream.once('connect', () => {
      connected = true;
      this.#pipe(pair.client, upstream);
      this.#pipe(upstream, pair.client);
      this.#turn(pair);
    });
    upstream.once('close', () => {
      if (connected) void this.#ended(pair);
      else if (tries > 1 && this.#pairs.has(pair)) this.#connect(pair, tries - 1);
      else void this.#ended(pair);
    });
  }

  #pipe(from: Socket, to: Socket): void {
    from.on('data', (bytes: Buffer) => {
      if (this.#state.kind === 'slow') void this.#writeLate(from, to, bytes, this.#state.delayMs);
      else this.#write(from, to, bytes);
    });
    from.on('end', () => to.end());
  }

  async #writeLate(from: Socket, to: Socket, bytes: Buffer, delayMs: number): Promise<void> {
    from.pause();
    this.#late.add(from);
    await wait(delayMs, undefined, { ref: false });
    while (this.#state.kind === 'frozen' && !from.destroyed) await wait(againMs, undefined, { ref: false });
    this.#late.delete(from);
    this.#write(from, to, bytes);
  }

  #write(from: Socket, to: Socket, bytes: Buffer): void {
    const more = to.write(bytes);
    if (more) this.#resume(from);
    else {
      from.pause();
      to.once('drain', () => this.#resume(from));
    }
  }

  #resume(socket: Socket): void {
    if (this.#state.kind !== 'frozen' && !this.#late.has(socket) && socket.isPaused()) socket.resume();
  }

  /** The other end let go. Whether it is gone altogether is known before the client hears of it. */
  async #ended(pair: Pair): Promise<void> {
    if (!this.#closed && this.#state.kind !== 'cut' && (await this.#allRefuse())) this.#awaitTargets();
    this.#pairs.delete(pair);
    // What it said last is still on its way.
    pair.client.destroySoon();
  }

  #end(pair: Pair): void {
    this.#pairs.delete(pair);
    pair.client.destroy();
    pair.upstream?.destroy();
  }

  #awaitTargets(): void {
    this.#away ??= (async () => {
      const server = this.#server;
      this.#server = undefined;
      server?.close();
      while (!this.#closed && (await this.#allRefuse())) await wait(againMs, undefined, { ref: false });
      this.#away = undefined;
      if (this.#state.kind !== 'cut') await this.#listen();
    })();
  }

  async #allRefuse(): Promise<boolean> {
    const answers = await Promise.all(this.targets.map(refuses));
    return answers.every(Boolean);
  }
}

function splitAddress(address: string): [string, number] {
  const at = address.lastIndexOf(':');
  return [address.slice(0, at), Number(address.slice(at + 1))];
}

function refuses(address: string): Promise<boolean> {
  const [name, port] = splitAddress(address);
  return new Promise((resolve) => {
    const socket = connect({ host: name, port });
    const done = (refused: boolean): void => {
      socket.destroy();
      resolve(refused);
    };
    socket.setTimeout(probeMs, () => done(false));
    socket.once('connect', () => done(false));
    socket.once('error', (error: NodeJS.ErrnoException) => done(error.code === 'ECONNREFUSED'));
  });
}
