import { ClientFrame } from '@plaza/proto/client';
import type { RoomCommand } from '@plaza/protocol';
import type { z, ZodType } from 'zod';
import { operation, type Description, type Operation, type Outcome } from './operation.js';
import type { Answered, Result, Rooms } from './rooms.js';
import type { Problem } from './problems.js';

/** A command as a JSON client would write it: `{ muteMember: { account: 'bob' } }`. */
export type CommandJson = Readonly<Record<string, unknown>>;

export function commandOf(json: CommandJson): RoomCommand {
  const { body } = ClientFrame.fromJSON(json);
  if (body === undefined) throw new Error(`no command: ${Object.keys(json).join(', ')}`);
  return body as RoomCommand;
}

interface Noticed {
  readonly notify?: boolean | 'true' | 'false' | undefined;
  readonly notifyExt?: string | undefined;
}

/** How the room is told, out of a body or the query of a DELETE. */
export const noticeOf = ({ notify, notifyExt }: Noticed) => ({ notify: notify !== false && notify !== 'false', ext: notifyExt ?? '' });

type View<A extends ZodType> = (result: Result, head: number) => z.output<A>;

interface RoomOperation<A extends ZodType, P extends ZodType, Q extends ZodType, B extends ZodType> extends Omit<Description, 'status'> {
  readonly status?: 200 | 201;
  readonly params: P;
  readonly query?: Q;
  readonly body?: B;
  readonly answer: A;
  /** Asked on the bulk way: it may be long. */
  readonly bulk?: boolean;
  readonly command: (given: z.output<P> & z.output<Q> & z.output<B>) => CommandJson;
  readonly view: View<A>;
}

interface Addressed {
  readonly room: string;
  readonly operator?: string | undefined;
  readonly as?: string | undefined;
}

/** One command to one room: what is given in path, query and body becomes the command, its answer the answer. */
export function roomOperation<
  A extends ZodType,
  P extends ZodType,
  Q extends ZodType = ZodType<object>,
  B extends ZodType = ZodType<object>,
>(typed: RoomOperation<A, P, Q, B>): Operation {
  const { command, view, bulk = false, status = 200, ...description } = typed;
  return operation({
    ...description,
    status,
    async handle({ params, query, body, commandId }, { rooms }): Promise<Outcome<z.output<A>>> {
      const given = { ...(query as object), ...(body as object), ...(params as object) } as Addressed &
        z.output<P> &
        z.output<Q> &
        z.output<B>;
      const { room, operator, as } = given;
      const outcome = await ask(rooms, bulk, { room, operator, as, commandId }, commandOf(command(given)));
      return 'problem' in outcome ? outcome : { answer: view(outcome.result, outcome.head) };
    },
  });
}

const ask = (
  rooms: Rooms,
  bulk: boolean,
  address: Parameters<Rooms['command']>[0],
  command: RoomCommand,
): Promise<Answered | { problem: Problem }> => (bulk ? rooms.query(address, command) : rooms.command(address, command));
