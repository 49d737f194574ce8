import type { Reply, ServerFrame } from '@plaza/proto/client';
import type { WebhookDelivery } from '../readings.js';
import type { Backend } from '../swarm/backend.js';
import type { Bug } from './bug.js';

/** Does it once in so many times: a bug that struck always would be seen by anybody. */
const seldom = 4;

type Result = NonNullable<Reply['result']>;
type Tamper = NonNullable<Bug['toClient']>;

const replyFrame = (reply: Reply, result: Result): ServerFrame => ({ batches: [], body: { $case: 'reply', value: { ...reply, result } } });

/** Every so many times when there is an occasion. */
function once(tamper: Tamper, isOccasion: (frame: ServerFrame) => boolean): Tamper {
  let count = 0;
  return (frame, wire) => (isOccasion(frame) && ++count % seldom === 0 ? tamper(frame, wire) : undefined);
}

const hasEvents = ({ batches }: ServerFrame): boolean => batches.some(({ events }) => events.length > 0);
const resultIn = ({ body }: ServerFrame): Result['$case'] | undefined => (body?.$case === 'reply' ? body.value.result?.$case : undefined);

const loseABatch: Tamper = ({ batches }) => [{ batches: batches.map((batch) => ({ ...batch, events: [] })), body: undefined }];

const misplace: Tamper = ({ body }) => {
  if (body?.$case !== 'reply' || body.value.result?.$case !== 'accepted') return undefined;
  const position = body.value.result.value.position - 1;
  return [replyFrame(body.value, { $case: 'accepted', value: { messageId: String(position), position } })];
};

/** What is refused for a timed mute is sent past it, and called accepted. */
const speakAllTheSame: Tamper = ({ body }, { asked, account, backend }) => {
  if (body?.$case !== 'reply' || body.value.result?.$case !== 'refused' || body.value.result.value.code !== 'timed-muted') return undefined;
  const reply = body.value;
  const frame = asked(reply.id);
  if (frame?.body?.$case !== 'sendMessage' || frame.body.value.body?.content?.$case !== 'text') return undefined;
  const { text } = frame.body.value.body.content.value;
  const said = backend.post(`/v1/rooms/${frame.room}/messages`, { as: account, text, ignoreTimedMute: true });
  return said.then(
    ({ position }) => [replyFrame(reply, { $case: 'accepted', value: { messageId: String(position), position: Number(position) } })],
    () => undefined,
  );
};

/** Long enough for the run: who is muted will try to speak. */
const muteEverybody = async (backend: Backend, room: string, accounts: readonly string[]): Promise<void> => {
  for (const account of accounts)
    await backend.put(`/v1/rooms/${room}/members/${account}/timed-mute`, { seconds: 600 }).catch(() => undefined);
};

const tellAStranger: Tamper = (frame, { toAStranger }) => {
  if (frame.body?.$case !== 'direct') return undefined;
  toAStranger(frame);
  return [frame];
};

const twice: Tamper = (frame) => [frame, frame];

/** Of what clients are shown. Makers, as every bug counts its strikes. */
export const bugsOfClients: readonly (() => Bug)[] = [
  onTheWay('an edge loses a batch and hides it', 'seen-once-in-order', 3, () => once(loseABatch, hasEvents)),
  onTheWay('an edge gives a batch twice', 'seen-once-in-order', 3, () => once(twice, hasEvents)),
  onTheWay('a muted account is heard', 'restrained-silent', 1, () => speakAllTheSame, muteEverybody),
  onTheWay('an answer names another place', 'accepted-once-at-position', 2, () =>
    once(misplace, (frame) => resultIn(frame) === 'accepted'),
  ),
  onTheWay('a stranger gets a directed message', 'directed-to-its-receivers', 5, () => tellAStranger),
  onTheWay('a command is answered twice', 'answers', 2, () => once(twice, (frame) => resultIn(frame) !== undefined)),
];

/** Of what the platform is sent, and of what the server API tells of logs and rooms. */
export const bugsOfReaders: readonly (() => Bug)[] = [
  inAnswers('the history forgets a row', 'history-equals-log', forgetARow),
  inAnswers('the counters count twice', 'counters-equal-recount', countTwice),
  inAnswers('a series counts an entry too much', 'counters-equal-recount', countAnEntryMore),
  inAnswers('a creator is shown as a regular member', 'state-equals-replay', demoteTheCreator),
  inDeliveries('a webhook loses an event', 3, () => () => []),
  inDeliveries('a webhook swaps two events', 3, swapTwo),
  inDeliveries('a webhook tells another content', 3, () => (delivery) => [{ ...delivery, mark: delivery.mark ^ 1 }]),
  inAnswers('an entry of the audit log is altered', 'audit-complete', blameAnother),
  inAnswers('an act is not in the audit log', 'audit-complete', forgetAnAct),
];

function onTheWay(name: string, rule: string, enough: number, make: () => Tamper, provoke?: Bug['provoke']): () => Bug {
  return () => {
    const tamper = make();
    const bug: Bug = {
      name,
      rule,
      enough,
      strikes: 0,
      ...(provoke === undefined ? {} : { provoke }),
      async toClient(frame, wire) {
        const instead = await tamper(frame, wire);
        if (instead !== undefined) bug.strikes++;
        return instead;
      },
    };
    return bug;
  };
}

function inDeliveries(name: string, enough: number, make: () => NonNullable<Bug['toPlatform']>): () => Bug {
  return () => {
    const tamper = make();
    let count = 0;
    const bug: Bug = {
      ...{ name, rule: 'webhooks-at-least-once-in-order', enough, strikes: 0 },
      toPlatform(delivery) {
        if (++count % seldom > 1) return [delivery];
        bug.strikes++;
        return tamper(delivery);
      },
    };
    return bug;
  };
}

/** Of two that it is asked about the first comes behind the second. */
function swapTwo(): NonNullable<Bug['toPlatform']> {
  let held: WebhookDelivery | undefined;
  return (delivery) => {
    const before = held;
    held = before === undefined ? delivery : undefined;
    return before === undefined ? [] : [delivery, before];
  };
}

function inAnswers(name: string, rule: string, toReader: NonNullable<Bug['toReader']>): () => Bug {
  return () => ({ name, rule, enough: 0, strikes: 0, toReader });
}

function forgetARow(path: string, answer: Record<string, unknown>, room: string): Record<string, unknown> {
  if (path !== `/v1/rooms/${room}/messages`) return answer;
  const events = answer['events'] as unknown[];
  return { ...answer, events: events.filter((_, i) => i !== Math.floor(events.length / 2)) };
}

interface Audited {
  readonly room: string;
  readonly operator: string;
}

function ofAudit(
  path: string,
  answer: Record<string, unknown>,
  room: string,
  change: (entries: readonly Audited[]) => readonly Audited[],
): Record<string, unknown> {
  if (path !== '/v1/audit') return answer;
  const entries = answer['entries'] as Audited[];
  return entries.some((entry) => entry.room === room) ? { ...answer, entries: change(entries) } : answer;
}

function blameAnother(path: string, answer: Record<string, unknown>, room: string): Record<string, unknown> {
  return ofAudit(path, answer, room, ([first, ...rest]) =>
    first === undefined ? rest : [{ ...first, operator: 'somebody-else' }, ...rest],
  );
}

function forgetAnAct(path: string, answer: Record<string, unknown>, room: string): Record<string, unknown> {
  return ofAudit(path, answer, room, (entries) => entries.slice(0, -1));
}

function countTwice(path: string, answer: Record<string, unknown>, room: string): Record<string, unknown> {
  if (path !== '/v1/top-rooms') return answer;
  const rows = answer['rooms'] as { room: string; messages: number }[];
  return { ...answer, rooms: rows.map((row) => (row.room === room ? { ...row, messages: 2 * row.messages } : row)) };
}

function countAnEntryMore(path: string, answer: Record<string, unknown>, room: string): Record<string, unknown> {
  if (path !== `/v1/rooms/${room}/figures`) return answer;
  const points = answer['points'] as { entries: number }[];
  return { ...answer, points: points.map((point) => ({ ...point, entries: point.entries + 1 })) };
}

function demoteTheCreator(path: string, answer: Record<string, unknown>, room: string): Record<string, unknown> {
  if (path !== `/v1/rooms/${room}/members`) return answer;
  const members = answer['members'] as { role: string }[];
  return { ...answer, members: members.map((member) => (member.role === 'creator' ? { ...member, role: 'regular' } : member)) };
}
