import { ReaderUnavailable } from '@plaza/bus';
import { inParallel } from '@plaza/kit';
import type { Erased } from '@plaza/proto/client';
import type { TraceCount } from '@plaza/proto/history';
import { z } from 'zod';
import { itemId } from '../item-id.js';
import { operation, type Ports } from '../operation.js';
import { unavailable, type Problem } from '../problems.js';
import { commandOf, noticeOf } from '../room-operation.js';
import { expectCase } from '../rooms.js';
import { namedAccount, notice, pageToken, room } from '../schemas.js';

/** Each room's history is read to be counted, so fewer at a time than messages are sent. */
const roomsAtOnce = 8;
const roomsAPage = 500;

type Erasure = { readonly count: TraceCount; readonly erased: Erased } | { readonly problem: Problem };

/** Counts first: once the room has decided, the history's reader takes its rows away. */
async function eraseIn(ports: Ports, name: string, account: string, commandId: string, told: object): Promise<Erasure> {
  const count = await ports.history.countTraces({ account, room: name }).catch(nobody);
  if (count === undefined) return { problem: unavailable('the history cannot be read now') };
  const outcome = await ports.rooms.command(
    { room: name, commandId: itemId(commandId, name) },
    commandOf({ eraseAccount: { account, notice: told } }),
  );
  return 'problem' in outcome ? outcome : { count, erased: expectCase(outcome.result, 'erased').value };
}

function nobody(error: unknown): undefined {
  if (!(error instanceof ReaderUnavailable)) throw error;
}

const count = z.number().int();

export const eraseAccount = operation({
  id: 'eraseAccount',
  method: 'POST',
  path: '/v1/accounts/:account/erase',
  tag: 'accounts',
  scope: 'accounts:write',
  summary: 'Erase an account everywhere',
  description:
    'In up to `limit` rooms behind `pageToken`; go on with `next` until it is empty. In each room its messages, its role, marks and saved profile, its queue elements and the attributes that go with it are taken away; members see its messages go. It stays the creator of rooms that it created, and what restricts it in all rooms stays. Everything is meant that was accepted before the first page was asked for; while the history has not read that far, the answer is `unavailable`. Disable it first if it should not come back. Asked again it finishes what failed. Its messages leave the history within seconds, the log when that ages out.',
  status: 200,
  changes: true,
  params: z.strictObject({ account: namedAccount }),
  body: z
    .strictObject({
      notify: notice.notify,
      notifyExt: notice.notifyExt,
      pageToken,
      limit: z.int().min(1).max(roomsAPage).default(100),
    })
    .meta({ examples: [{}] }),
  answer: z
    .object({
      rooms: count.describe('In which it was erased.'),
      messages: count.describe('Of it, that the history had.'),
      events: count.describe('Stored room events that named it.'),
      elements: count.describe('Of queues.'),
      attributes: count,
      profiles: count.describe('Rooms that kept a role, a mark or a profile of it.'),
      creatorOf: z.array(room).describe('Rooms whose creator it stays.'),
      failed: z.array(z.object({ room, code: z.string(), detail: z.string() })),
      next: z.string().describe('Empty: these were the last rooms.'),
    })
    .meta({ id: 'ErasureReport' }),
  async handle({ params: { account }, body, commandId }, ports) {
    const page = await ports.history.traces({ account, pageToken: body.pageToken, limit: body.limit }).catch(nobody);
    if (page === undefined) return { problem: unavailable('the index of accounts cannot be read up to now; ask again') };
    const outcomes = await inParallel(page.rooms, roomsAtOnce, (name) => eraseIn(ports, name, account, commandId, noticeOf(body)));
    return { answer: { ...reportOf(page.rooms, outcomes), next: page.next } };
  },
});

function reportOf(rooms: readonly string[], outcomes: readonly Erasure[]) {
  const done = outcomes.flatMap((one, i) => ('erased' in one ? [{ room: rooms[i]!, ...one }] : []));
  const sum = (of: (one: (typeof done)[number]) => number): number => done.reduce((all, one) => all + of(one), 0);
  return {
    rooms: done.length,
    messages: sum((one) => one.count.messages),
    events: sum((one) => one.count.events),
    elements: sum(({ erased }) => erased.elements),
    attributes: sum(({ erased }) => erased.attributes),
    profiles: sum(({ erased }) => Number(erased.profile)),
    creatorOf: done.filter(({ erased }) => erased.creator).map((one) => one.room),
    failed: outcomes.flatMap((one, i) =>
      'problem' in one ? [{ room: rooms[i]!, code: one.problem.code, detail: one.problem.detail }] : [],
    ),
  };
}
