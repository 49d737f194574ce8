import { estimateOf, mergedSketch } from '@plaza/domain';
import { causeOf, systemClock, type Clock } from '@plaza/kit';
import type { ChainableCommander, Redis, Result } from 'ioredis';
import type { Period } from './calendar.js';
import {
  CountersUnavailable,
  metrics,
  nameOf,
  notBehind,
  periodNamed,
  type AddAnswer,
  type Addition,
  type ChangedPeriod,
  type Counted,
  type Counters,
  type Figures,
  type Held,
  type Metric,
  type RoomFigures,
} from './counters.js';

type Argument = string | number | Buffer;

declare module 'ioredis' {
  interface RedisCommander<Context> {
    plazaCount(keyCount: number, ...keysAndArguments: Argument[]): Result<string, Context>;
    plazaCopied(keyCount: number, ...keysAndArguments: Argument[]): Result<number, Context>;
  }
}

/**
 * KEYS: counted, marks, then for each period messages, entries, active, sketches. ARGV: expected, cursor, asOf, wholeFrom, until when periods are
 * kept (Unix s), then for each period: its name, rooms, and for each of them: room, messages, entries, estimate, sketch (empty: as before).
 */
const count = `
local stored = redis.call('HGET', KEYS[1], 'cursor') or '0'
if stored ~= ARGV[1] then return 'cursor ' .. stored end
local at, late = 6, 0
for k = 3, #KEYS, 4 do
  local name, rooms = ARGV[at], tonumber(ARGV[at + 1])
  at = at + 2
  if redis.call('HGET', KEYS[2], name) == '0' and redis.call('EXISTS', KEYS[k], KEYS[k + 1], KEYS[k + 2]) == 0 then
    late = late + rooms
    at = at + 5 * rooms
  else
    for _ = 1, rooms do
      local room = ARGV[at]
      if ARGV[at + 1] ~= '0' then redis.call('ZINCRBY', KEYS[k], '-' .. ARGV[at + 1], room) end
      if ARGV[at + 2] ~= '0' then redis.call('ZINCRBY', KEYS[k + 1], '-' .. ARGV[at + 2], room) end
      if ARGV[at + 4] ~= '' then
        redis.call('ZADD', KEYS[k + 2], '-' .. ARGV[at + 3], room)
        redis.call('HSET', KEYS[k + 3], room, ARGV[at + 4])
      end
      at = at + 5
    end
    for i = 0, 3 do redis.call('EXPIREAT', KEYS[k + i], ARGV[5]) end
    redis.call('HSET', KEYS[2], name, ARGV[2])
  end
end
redis.call('HSET', KEYS[1], 'cursor', ARGV[2], 'asOf', ARGV[3], 'wholeFrom', ARGV[4])
return 'late ' .. late`;

/** KEYS: marks, then the period's. ARGV: its name, its mark, when it goes (Unix s). */
const copied = `
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], '0')
for k = 2, #KEYS do redis.call('EXPIREAT', KEYS[k], ARGV[3]) end
return 1`;

/** In a mark: the period was copied. */
const copiedMark = '0';
const portion = 1000;

/**
 * Counters in Redis, under one hash tag a stream: for each period a sorted set a metric and a hash of the rooms' sketches, the marks of all periods,
 * and how far is counted; one script changes them. Scores are the figures below zero: so the order of Redis is highest first, and by room id
 * among equals. Sketches are read at a cursor, merged here, and written by the script if the cursor is still that one.
 */
export class RedisCounters implements Counters {
  readonly #clock: Clock;
  readonly #keptSeconds: number;

  constructor(
    private readonly redis: Redis,
    { retentionDays, clock = systemClock }: { readonly retentionDays: number; readonly clock?: Clock },
  ) {
    this.#clock = clock;
    this.#keptSeconds = retentionDays * 86_400;
    redis.defineCommand('plazaCount', { lua: count });
    redis.defineCommand('plazaCopied', { lua: copied });
  }

  async counted(stream: number): Promise<Counted> {
    return countedOf(await asked(this.redis.hmget(countedKey(stream), ...countedFields)));
  }

  async add(stream: number, expected: number, counted: Counted, additions: readonly Addition[]): Promise<AddAnswer> {
    const periods = byPeriod(additions);
    const read = await this.#sketches(stream, expected, periods);
    if ('cursor' in read) return read;
    const keys = [countedKey(stream), marksKey(stream), ...periods.flatMap(([period]) => keysOf(stream, period))];
    const keptUntil = Math.ceil(this.#clock.now() / 1000) + this.#keptSeconds;
    const given = periods.flatMap(([period, ofPeriod], i) => [
      nameOf(period),
      ofPeriod.length,
      ...ofPeriod.flatMap((addition, j) => argumentsOf(addition, read.sketches[i]![j])),
    ]);
    const { cursor, asOfMs, wholeFromMs } = counted;
    const answer = await asked(this.redis.plazaCount(keys.length, ...keys, expected, cursor, asOfMs, wholeFromMs, keptUntil, ...given));
    const [kind, number] = answer.split(' ');
    return kind === 'late' ? { late: Number(number) } : { cursor: Number(number) };
  }

  async top(stream: number, metric: Metric, period: Period, limit: number): Promise<Held<RoomFigures[]>> {
    const key = figuresKey(stream, period, metric);
    const [counted, mark, rooms] = await transaction<[Answers, string | null, string[]]>(
      this.redis
        .multi()
        .hmget(countedKey(stream), ...countedFields)
        .hget(marksKey(stream), nameOf(period))
        .zrange(key, '0', String(limit - 1)),
    );
    return {
      counted: countedOf(counted),
      copied: mark === copiedMark,
      figures: await this.#figures(stream, period, rooms, countedOf(counted).cursor),
    };
  }

  async ofRoom(stream: number, room: string, periods: readonly Period[]): Promise<Held<Figures>[]> {
    if (periods.length === 0) return [];
    const asking = this.redis
      .multi()
      .hmget(countedKey(stream), ...countedFields)
      .hmget(marksKey(stream), ...periods.map(nameOf));
    for (const period of periods) for (const metric of metrics) asking.zscore(figuresKey(stream, period, metric), room);
    const [counted, marks, ...scores] = await transaction<[Answers, Answers, ...(string | null)[]]>(asking);
    return periods.map((_, i) => ({
      counted: countedOf(counted),
      copied: marks[i] === copiedMark,
      figures: figuresOf(scores.slice(i * metrics.length, (i + 1) * metrics.length)),
    }));
  }

  /** Each room comes with the first metric that it has something of. */
  async *all(stream: number, period: Period, cursor: number): AsyncIterable<readonly RoomFigures[]> {
    for (const [i, metric] of metrics.entries()) {
      for (let from = 0; ; from += portion) {
        const asking = this.#atCursor(stream).zrange(figuresKey(stream, period, metric), String(from), String(from + portion - 1));
        const [stored, rooms] = await transaction<[string | null, string[]]>(asking);
        notBehind({ cursor: Number(stored ?? 0) }, cursor);
        if (rooms.length === 0) break;
        const figures = await this.#figures(stream, period, rooms, cursor);
        yield figures.filter((ofRoom) => metrics.slice(0, i).every((earlier) => ofRoom[earlier] === 0));
      }
    }
  }

  async changed(stream: number): Promise<{ counted: Counted; periods: ChangedPeriod[] }> {
    const asking = this.redis
      .multi()
      .hmget(countedKey(stream), ...countedFields)
      .hgetall(marksKey(stream));
    const [counted, marks] = await transaction<[Answers, Record<string, string>]>(asking);
    const changed = Object.entries(marks).filter(([, mark]) => mark !== copiedMark);
    return { counted: countedOf(counted), periods: changed.map(([name, mark]) => ({ period: periodNamed(name), mark: Number(mark) })) };
  }

  async copied(stream: number, { period, mark }: ChangedPeriod, letGoMs: number): Promise<void> {
    const keys = [marksKey(stream), ...keysOf(stream, period)];
    await asked(this.redis.plazaCopied(keys.length, ...keys, nameOf(period), mark, Math.ceil(letGoMs / 1000)));
  }

  /** Periods go by themselves; here their marks. */
  async trim(stream: number, _nowMs: number, beforeMs: number): Promise<void> {
    const old = (await asked(this.redis.hkeys(marksKey(stream)))).filter((name) => periodNamed(name).startMs < beforeMs);
    if (old.length > 0) await asked(this.redis.hdel(marksKey(stream), ...old));
  }

  async close(): Promise<void> {
    this.redis.disconnect();
  }

  /** What is stored for the rooms of some additions, as it is at the cursor `expected`. */
  async #sketches(
    stream: number,
    expected: number,
    periods: readonly (readonly [Period, readonly Addition[]])[],
  ): Promise<{ readonly cursor: number } | { readonly sketches: readonly (readonly (Buffer | null)[])[] }> {
    const asking = this.#atCursor(stream);
    for (const [period, additions] of periods) asking.hmgetBuffer(sketchesKey(stream, period), ...additions.map(({ room }) => room));
    const [stored, ...sketches] = await transaction<[string | null, ...(Buffer | null)[][]]>(asking);
    return Number(stored ?? 0) === expected ? { sketches } : { cursor: Number(stored ?? 0) };
  }

  /** As they are when at least everything up to `cursor` is counted. */
  async #figures(stream: number, period: Period, rooms: readonly string[], cursor: number): Promise<RoomFigures[]> {
    if (rooms.length === 0) return [];
    const asking = this.#atCursor(stream);
    for (const metric of metrics) asking.zmscore(figuresKey(stream, period, metric), ...rooms);
    const [stored, ...scores] = await transaction<[string | null, ...Answers[]]>(asking);
    notBehind({ cursor: Number(stored ?? 0) }, cursor);
    return rooms.map((room, i) => ({ room, ...figuresOf(scores.map((ofMetric) => ofMetric[i] ?? null)) }));
  }

  #atCursor(stream: number): ChainableCommander {
    return this.redis.multi().hget(countedKey(stream), 'cursor');
  }
}

type Answers = (string | null)[];

const countedFields = ['cursor', 'asOf', 'wholeFrom'] as const;
const countedKey = (stream: number): string => `plaza:{m${stream}}:counted`;
const marksKey = (stream: number): string => `plaza:{m${stream}}:marks`;
const figuresKey = (stream: number, period: Period, metric: Metric): string => `plaza:{m${stream}}:${nameOf(period)}:${metric}`;
const sketchesKey = (stream: number, period: Period): string => `plaza:{m${stream}}:${nameOf(period)}:sketches`;
const keysOf = (stream: number, period: Period): string[] => [
  ...(['messages', 'entries', 'active'] as const).map((metric) => figuresKey(stream, period, metric)),
  sketchesKey(stream, period),
];

const countedOf = ([cursor, asOf, wholeFrom]: Answers): Counted => ({
  cursor: wholeOf(cursor),
  asOfMs: wholeOf(asOf),
  wholeFromMs: wholeOf(wholeFrom),
});

/** Reading from what is no number would begin anywhere. */
function wholeOf(text: string | null | undefined): number {
  const number = Number(text ?? 0);
  if (Number.isSafeInteger(number)) return number;
  throw new CountersUnavailable('Redis gives no number for how far is counted');
}

/** From scores in the order of `metrics`: below zero, and zero without its sign. */
const figuresOf = (scores: readonly (string | null)[]): Figures => {
  const [active, entries, messages] = scores.map((score) => Math.abs(Number(score ?? 0)));
  return { messages: messages!, entries: entries!, active: active! };
};

function argumentsOf({ room, messages, entries, sketch }: Addition, stored: Buffer | null | undefined): Argument[] {
  if (sketch.length === 0) return [room, messages, entries, 0, ''];
  const merged = mergedSketch(stored ?? new Uint8Array(0), sketch);
  const same = stored?.equals(merged) ?? false;
  return [room, messages, entries, estimateOf(merged), same ? '' : Buffer.from(merged)];
}

function byPeriod(additions: readonly Addition[]): [Period, Addition[]][] {
  const periods = new Map<string, [Period, Addition[]]>();
  for (const addition of additions) {
    const name = nameOf(addition.period);
    const found = periods.get(name);
    if (found === undefined) periods.set(name, [addition.period, [addition]]);
    else found[1].push(addition);
  }
  return [...periods.values()];
}

/** The answers of a transaction, one a command. */
const transaction = async <T extends readonly unknown[]>(asking: { exec(): Promise<[Error | null, unknown][] | null> }): Promise<T> => {
  const answers = (await asked(asking.exec())) ?? [];
  for (const [error] of answers) if (error !== null) throw new CountersUnavailable(causeOf(error), { cause: error });
  return answers.map(([, answer]) => answer) as unknown as T;
};

async function asked<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new CountersUnavailable(causeOf(error), { cause: error });
  }
}
