import { jetstreamManager } from '@nats-io/jetstream';
import type { Msg } from '@nats-io/nats-core';
import type { NatsConnection } from '@nats-io/transport-node';
import { causeOf } from '@plaza/kit';
import { LogUnavailable } from './log.js';
import type { LogKeeping, StreamMoment } from './keeping.js';
import { shardSubject, streamName } from './streams.nats.js';

const requestMs = 2000;
const nsPerMs = 1_000_000;

interface Info {
  /** The server's clock. */
  readonly ts: string;
  readonly config: { readonly max_age: number; readonly max_bytes: number };
  readonly state: { readonly bytes: number; readonly last_seq: number };
}

/** The ages of the JetStream streams. Everything else of their configuration stays as it is. */
export class JetStreamKeeping implements LogKeeping {
  readonly shards: number;
  readonly streams: number;

  constructor(
    private readonly connection: NatsConnection,
    { shards, streams }: { readonly shards: number; readonly streams: number },
  ) {
    this.shards = shards;
    this.streams = streams;
  }

  async moment(stream: number): Promise<StreamMoment> {
    const { ts, config, state } = await this.#info(stream);
    const maxBytes = config.max_bytes > 0 ? config.max_bytes : undefined;
    return { nowMs: Date.parse(ts), bytes: state.bytes, last: state.last_seq, maxBytes };
  }

  async writtenAfter(stream: number, sequence: number, shard?: number): Promise<number | undefined> {
    const subject = shard === undefined ? `log.${stream}.*` : shardSubject(shard, this.streams);
    const ask = { seq: sequence + 1, next_by_subj: subject };
    const message = await this.#asking(() => this.#request(`DIRECT.GET.${streamName(stream)}`, ask));
    const code = message.headers?.code ?? 0;
    if (code === 404) return undefined;
    const written = message.headers?.get('Nats-Time-Stamp') ?? '';
    if (code !== 0 || written === '') throw new LogUnavailable(`the read after ${sequence} was answered ${code}`);
    return Date.parse(written);
  }

  async keepFor(stream: number, ageMs: number): Promise<void> {
    const max_age = Math.round(ageMs) * nsPerMs;
    if ((await this.#info(stream)).config.max_age === max_age) return;
    await this.#asking(async () => {
      const manager = await jetstreamManager(this.connection, { timeout: requestMs, checkAPI: false });
      // The client reads the stream's configuration and sends it back with this change.
      await manager.streams.update(streamName(stream), { max_age });
    });
  }

  async #info(stream: number): Promise<Info> {
    const answer = (await this.#asking(() => this.#request(`STREAM.INFO.${streamName(stream)}`, {}))).json<
      Info & { error?: { description: string } }
    >();
    if (answer.error !== undefined) throw new LogUnavailable(answer.error.description);
    return answer;
  }

  #request(what: string, ask: object): Promise<Msg> {
    return this.connection.request(`$JS.API.${what}`, JSON.stringify(ask), { timeout: requestMs });
  }

  async #asking<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw error instanceof LogUnavailable ? error : new LogUnavailable(causeOf(error), { cause: error });
    }
  }
}
