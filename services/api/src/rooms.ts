import { LinkBroken, type CommandRouter } from '@plaza/bus';
import { shardOf, type RoomId } from '@plaza/domain';
import { causeOf } from '@plaza/kit';
import { Reply, type MemberPage } from '@plaza/proto/client';
import { EntryOutcome } from '@plaza/proto/room';
import { commandKinds, encodeCommand, type RoomCommand } from '@plaza/protocol';
import { problem, unavailable, type Problem } from './problems.js';

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
  ) {}

  /** Resolves with the room's answer once it is in the log, or with why there is none. */
  async command(address: Address, command: RoomCommand): Promise<Answered | { problem: Problem }> {
    const outcome = await this.router.submit({ ...addressed(address), ...encodeCommand(command) });
    return 'reply' in outcome ? answered(Reply.decode(outcome.reply)) : { problem: unavailable(outcome.why, outcome.unavailable) };
  }

  /** Online members, on the bulk way, so that a long list never stands in front of a message. */
  async members(room: string, pageToken: string, limit: number): Promise<{ page: MemberPage } | { problem: Problem }> {
    const { body } = encodeCommand({ $case: 'listMembers', value: { pageToken, limit } });
    const entry = { number: 0, facts: undefined, ...addressed({ room, commandId: '' }), kind: commandKinds.listMembers, body };
    try {
      const signal = AbortSignal.timeout(this.listMs);
      for await (const { answer } of this.router.ask(shardOf(room as RoomId, this.shards), { $case: 'query', value: entry }, signal)) {
        if (answer?.$case === 'query' && answer.value.outcome === EntryOutcome.ENTRY_OUTCOME_ANSWERED) return pageOf(answer.value.reply);
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

function pageOf(reply: Uint8Array): { page: MemberPage } | { problem: Problem } {
  const outcome = answered(Reply.decode(reply));
  if ('problem' in outcome) return outcome;
  return { page: expectCase(outcome.result, 'memberPage').value };
}

/** The result, which has to be of this case: anything else is a mistake in room-state. */
export function expectCase<C extends Result['$case']>(result: Result, ...cases: readonly C[]): Extract<Result, { $case: C }> {
  if ((cases as readonly string[]).includes(result.$case)) return result as Extract<Result, { $case: C }>;
  throw new Error(`the room answered ${result.$case} where ${cases.join(' or ')} was due`);
}
