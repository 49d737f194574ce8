import { LinkBroken, type CommandRouter } from '@plaza/bus';
import { shardOf, type RoomId } from '@plaza/domain';
import { causeOf } from '@plaza/kit';
import { Reply } from '@plaza/proto/client';
import { EntryOutcome } from '@plaza/proto/room';
import { encodeCommand, type RoomCommand } from '@plaza/protocol';
import { problem, unavailable, type Problem } from './problems.js';

const headMs = 2000;

/** To which room, on whose behalf; without an operator with the creator's rights. */
export interface Address {
  readonly room: string;
  readonly commandId: string;
  readonly operator?: string | undefined;
  /** Messages: as whom; without: the platform itself. */
  readonly as?: string | undefined;
}

export type Result = NonNullable<Reply['result']>;
/** What a room said that is not a no. */
export interface Answered {
  readonly result: Result;
  /** The room's newest position. */
  readonly head: number;
}

/** The rooms as the server API asks them: without a session, one command at a time, every no as a problem. */
export class Rooms {
  constructor(
    private readonly router: CommandRouter,
    private readonly shards: number,
    private readonly listMs: number,
    private readonly apiKey = 'open',
  ) {}

  /** The same rooms, asked by way of an API key of this name: the log keeps it. Without one: `open`. */
  by(apiKey: string): Rooms {
    return new Rooms(this.router, this.shards, this.listMs, apiKey);
  }

  /** Resolves with the room's answer once it is in the log, or with why there is none. */
  async command(address: Address, command: RoomCommand): Promise<Answered | { problem: Problem }> {
    const outcome = await this.router.submit({ ...addressed(address), apiKey: this.apiKey, ...encodeCommand(command) });
    return 'reply' in outcome ? answered(Reply.decode(outcome.reply)) : { problem: unavailable(outcome.why, outcome.unavailable) };
  }

  /** The room's newest position, and the log sequence of its newest batch. Undefined: nobody says so now. */
  async head(room: string): Promise<{ readonly head: number; readonly headSequence: number } | undefined> {
    try {
      const shard = shardOf(room as RoomId, this.shards);
      const ask = { $case: 'heads' as const, value: { rooms: [room] } };
      for await (const { answer } of this.router.ask(shard, ask, AbortSignal.timeout(headMs))) {
        const [found] = answer?.$case === 'heads' ? answer.value.heads : [];
        if (found !== undefined) return { head: found.head, headSequence: found.sequence };
      }
      return undefined;
    } catch (error) {
      if (error instanceof LinkBroken) return undefined;
      throw error;
    }
  }

  /** A read whose answer may be long, on the bulk way: it never stands in front of a message. */
  async query(address: Address, command: RoomCommand): Promise<Answered | { problem: Problem }> {
    const entry = { number: 0, facts: undefined, apiKey: this.apiKey, ...addressed(address), ...encodeCommand(command) };
    try {
      const signal = AbortSignal.timeout(this.listMs);
      const shard = shardOf(address.room as RoomId, this.shards);
      for await (const { answer } of this.router.ask(shard, { $case: 'query', value: entry }, signal)) {
        if (answer?.$case === 'query' && answer.value.outcome === EntryOutcome.ENTRY_OUTCOME_ANSWERED)
          return answered(Reply.decode(answer.value.reply));
      }
      return { problem: unavailable('the room is moving to another process') };
    } catch (error) {
      if (error instanceof LinkBroken) return { problem: unavailable(causeOf(error)) };
      throw error;
    }
  }
}

const addressed = ({ room, commandId, operator = '', as = '' }: Address) => ({
  room,
  session: 0,
  commandId,
  operator,
  asAccount: as,
  disconnected: false,
});

function answered({ result, head }: Reply): Answered | { problem: Problem } {
  if (result === undefined) throw new Error('a reply without a result');
  if (result.$case === 'refused') return { problem: problem(result.value.code, result.value.why, result.value.retryAfterMs) };
  if (result.$case === 'unavailable') return { problem: unavailable(result.value.why, result.value.retryAfterMs) };
  return { result, head };
}

/** The result, which has to be of this case: anything else is a mistake in room-state. */
export function expectCase<C extends Result['$case']>(result: Result, ...cases: readonly C[]): Extract<Result, { $case: C }> {
  if ((cases as readonly string[]).includes(result.$case)) return result as Extract<Result, { $case: C }>;
  throw new Error(`the room answered ${result.$case} where ${cases.join(' or ')} was due`);
}
