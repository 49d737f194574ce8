import type { StreamCopy } from './copy.js';
import type { Engines, KeptKey, KeptKeys, LogCopies, TablePlaces, Tables } from './engines.js';

/** Engines of a test: a stream is the pieces that it is saved as. */
export class ScriptedEngines implements Engines {
  readonly shards = 4;
  readonly streams = 2;
  readonly logs = new Map<number, string>();
  keys: KeptKey[] = [];
  places: TablePlaces | undefined;
  /** What `make` was given. */
  made: readonly string[] = [];
  /** Called when a stream is saved: what happens meanwhile. */
  meanwhile: () => void = () => undefined;
  /** The stream that is not taken. */
  refuses = -1;
  /** How many records a stream has too few after its restore. */
  loses = 0;
  opened = 0;

  log = async (): Promise<LogCopies> => {
    this.opened++;
    return {
      shards: this.shards,
      streams: this.streams,
      version: '2.15.2',
      existing: async () => [...this.logs.keys()].sort(),
      save: async (stream, write) => {
        this.meanwhile();
        for (const piece of this.logs.get(stream)!) await write(Buffer.from(piece));
        return copyOf(stream, this.logs.get(stream)!.length);
      },
      begins: async (stream) => [{ shard: stream, after: 0 }],
      restore: async (copy, _olderByMs, pieces) => {
        const stream = Number(copy.config.name.slice(4));
        this.logs.set(stream, '');
        for await (const piece of pieces) this.logs.set(stream, this.logs.get(stream)! + Buffer.from(piece).toString());
        if (stream === this.refuses) throw new Error('the disk is full');
      },
      remove: async (stream) => void this.logs.delete(stream),
      walk: async (stream) => {
        const records = this.logs.get(stream)!.length - this.loses;
        return { records, last: records };
      },
      close: this.#close,
    };
  };

  kept = async (): Promise<KeptKeys> => {
    this.opened++;
    return {
      version: '7.0.15',
      read: async () => [...this.keys],
      empty: async () => this.keys.length === 0,
      write: async (keys) => void this.keys.push(...keys),
      close: this.#close,
    };
  };

  tables = async (): Promise<Tables> => {
    this.opened++;
    return {
      keyspace: 'plaza',
      places: async () => this.places,
      make: async (statements) => void (this.made = statements),
      close: this.#close,
    };
  };

  readonly #close = async (): Promise<void> => {
    this.opened--;
  };
}

const copyOf = (stream: number, records: number): StreamCopy => ({
  config: { name: `LOG-${stream}`, max_age: 0, num_replicas: 1 },
  state: { messages: records, bytes: records, first_seq: 1, last_seq: records },
});
