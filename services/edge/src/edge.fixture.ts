import type { HistoryReader } from '@plaza/bus';
import { LocalRoomGateway, MemoryBus, MemoryLive, MemoryPeers } from '@plaza/bus/memory';
import { issueToken, readConfig, Registry, systemClock, type TokenClaims } from '@plaza/kit';
import { Join, ServerFrame, type Batch, type ClientFrame, type HistoryPage, type Reply } from '@plaza/proto/client';
import type { HistoryRead } from '@plaza/proto/history';
import { clientFrameToJson, encodeClientFrame, serverFrameFromJson } from '@plaza/protocol';
import { eventually, quietLogger } from '@plaza/testkit';
import { WebSocket } from 'ws';
import { createEdge, type EdgeService } from './compose.js';
import { edgeTable, type EdgeConfig } from './config.js';
import { ScriptedRooms } from './scripted-rooms.fixture.js';

export const tokenSecret = 'a secret of the tests, long enough';
const shards = 8;

class ScriptedHistory implements Pick<HistoryReader, 'read'> {
  readonly reads: HistoryRead[] = [];

  read(ask: HistoryRead): Promise<HistoryPage> {
    this.reads.push(ask);
    return Promise.resolve({ events: [], upTo: ask.head, more: false, nextBound: 0 });
  }
}

/** An edge with real sockets between a scripted holder and a scripted history, in one process. */
export class EdgeWorld {
  readonly #bus = new MemoryBus();
  readonly live = new MemoryLive(this.#bus);
  readonly #holderLive = new MemoryLive(this.#bus);
  readonly peers = new MemoryPeers(this.#bus);
  readonly gateway = new LocalRoomGateway();
  readonly rooms = new ScriptedRooms(this.#holderLive, shards);
  readonly history = new ScriptedHistory();
  readonly registry = new Registry();
  readonly edge: EdgeService;
  readonly #clients: Client[] = [];

  constructor(settings: Partial<EdgeConfig> = {}) {
    const read = readConfig(edgeTable, { PLAZA_TOKEN_SECRET: tokenSecret, PLAZA_SHARDS: String(shards), PLAZA_ID: 'edge-1' });
    if ('mistakes' in read) throw new Error(read.mistakes.join());
    const peers = new MemoryPeers(this.#bus);
    const parts = {
      live: this.live,
      peers,
      gateway: this.gateway,
      history: this.history,
      clock: systemClock,
      logger: quietLogger(),
      registry: this.registry,
    };
    this.edge = createEdge({ ...read.config, ...settings }, parts);
    this.gateway.serve('local:holder', this.rooms);
  }

  async start(): Promise<void> {
    await this.edge.start();
    this.hold(1);
  }

  /** The holder says that it holds everything, by claims of this epoch. */
  hold(epoch: number): void {
    const held = Array.from({ length: shards }, (_, shard) => ({ shard, epoch }));
    this.peers.beat({
      kind: 'room-state',
      id: 'holder',
      address: 'local:holder',
      atMs: Date.now() + epoch,
      shards: held,
      draining: false,
    });
  }

  token(account: string, more: Partial<TokenClaims> = {}): string {
    return issueToken(tokenSecret, { account, capabilities: ['enter', 'send', 'manage'], expiresMs: Date.now() + 60_000, ...more });
  }

  async connect(query = '', protocol: 'plaza.v1' | 'plaza.v1.json' | undefined = 'plaza.v1'): Promise<Client> {
    const client = new Client(new WebSocket(this.edge.connectUrl() + query, protocol), protocol !== 'plaza.v1');
    this.#clients.push(client);
    await client.opened;
    return client;
  }

  /** A connection of an account that is in a room. */
  async enter(account: string, room: string, protocol: 'plaza.v1' | 'plaza.v1.json' = 'plaza.v1'): Promise<Client> {
    const client = await this.connect(`?token=${this.token(account)}`, protocol);
    const reply = await client.ask({ room, body: { $case: 'join', value: Join.create({}) } });
    if (reply.result?.$case !== 'joined') throw new Error(`not joined: ${JSON.stringify(reply)}`);
    return client;
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.socket.terminate();
    await this.edge.stop();
    await this.live.close();
  }

  async figure(name: string): Promise<number> {
    const metric = await this.registry.getSingleMetric(name)!.get();
    return metric.values.reduce((sum, { value }) => sum + value, 0);
  }
}

type BodyCase = NonNullable<ServerFrame['body']>['$case'];
type BodyOf<C extends BodyCase> = Extract<ServerFrame['body'], { $case: C }>['value'];
type Ask = Pick<ClientFrame, 'body'> & Partial<ClientFrame>;

/** A WebSocket client that keeps what it got, in order. */
export class Client {
  readonly frames: ServerFrame[] = [];
  readonly opened: Promise<void>;
  closedBy: number | undefined;
  #id = 0;

  constructor(
    readonly socket: WebSocket,
    private readonly json: boolean,
  ) {
    this.opened = new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    socket.on('error', () => undefined);
    socket.on('message', (message: Buffer, isBinary) => {
      this.frames.push(isBinary ? ServerFrame.decode(message) : serverFrameFromJson(message.toString())!);
    });
    socket.on('close', (code) => {
      this.closedBy = code;
    });
  }

  send(frame: Ask): number {
    const id = frame.id ?? ++this.#id;
    const whole = { commandId: '', room: '', ...frame, id };
    this.socket.send(this.json ? clientFrameToJson(whole) : encodeClientFrame(whole));
    return id;
  }

  async ask(frame: Ask): Promise<Reply> {
    return this.reply(this.send(frame));
  }

  say(room: string, text: string, commandId = ''): Promise<Reply> {
    const body = { ext: '', content: { $case: 'text' as const, value: { text } } };
    return this.ask({ room, commandId, body: { $case: 'sendMessage', value: { body, options: undefined } } });
  }

  /** Brings a token by frame. */
  authenticate(token: string): Promise<Reply> {
    return this.ask({ body: { $case: 'authenticate', value: { token, device: undefined } } });
  }

  /** How an answer is called: its case, or the code of the refusal. */
  async code(reply: Promise<Reply>): Promise<string | undefined> {
    const { result } = await reply;
    return result?.$case === 'refused' ? result.value.code : result?.$case;
  }

  join(room: string, after?: number): Promise<Reply> {
    return this.ask({ room, body: { $case: 'join', value: Join.create(after === undefined ? {} : { after }) } });
  }

  reply(id: number): Promise<Reply> {
    return eventually(() => {
      for (const { body } of this.frames) if (body?.$case === 'reply' && body.value.id === id) return body.value;
      throw new Error(`no reply ${id}`);
    });
  }

  bodies<C extends BodyCase>($case: C): BodyOf<C>[] {
    return this.frames.flatMap(({ body }) => (body?.$case === $case ? [body.value as BodyOf<C>] : []));
  }

  get refusals(): string[] {
    return this.bodies('reply').flatMap(({ result }) => (result?.$case === 'refused' ? [result.value.code] : []));
  }

  batches(room: string): Batch[] {
    return this.frames.flatMap((frame) => frame.batches.filter((batch) => batch.room === room));
  }

  /** The texts of a room as they came; throws where a batch does not follow the one before it. */
  texts(room: string): string[] {
    const batches = this.batches(room);
    for (const [i, batch] of batches.entries()) {
      const before = batches[i - 1];
      if (before !== undefined && before.last !== batch.prev) throw new Error(`${before.last} is followed by ${batch.prev}`);
    }
    return batches.flatMap(({ events }) =>
      events.map(({ kind }) =>
        kind?.$case === 'message' && kind.value.body?.content?.$case === 'text' ? kind.value.body.content.value.text : '',
      ),
    );
  }
}
