import { causeOf } from '@plaza/kit';
import { refuse } from '@plaza/domain';
import { EntryOutcome } from '@plaza/proto/room';
import { encodeReplyFrame } from '@plaza/protocol';
import { mayAsk, refuseFrame } from '../answers.js';
import type { Connection } from '../connection.js';
import type { EdgeContext } from '../context.js';
import type { Handler } from '../dispatch.js';
import { unavailableFrame } from '../frames.js';
import { presentIn } from '../present.js';
import type { Session } from '../session.js';

const askMs = 5000;
const comeBackMs = 1000;

/** What is read from the presence of a room. Its answer may be large: it goes beside the commands, never in front of one. */
export const query: Handler = (edge, connection, frame) => {
  const session = presentIn(edge, connection, frame);
  if (session === undefined || !mayAsk(edge, connection, frame.id)) return;
  const { id, kind } = frame;
  void answerPage(edge, connection, id, session, kind, frame.body.slice()).finally(() => {
    connection.unanswered--;
  });
};

async function answerPage(
  edge: EdgeContext,
  connection: Connection,
  id: number,
  session: Session,
  kind: number,
  body: Uint8Array,
): Promise<void> {
  try {
    const reply = await askPage(edge, session, kind, body);
    if (reply !== undefined) return connection.send(encodeReplyFrame(id, reply));
    refuseFrame(edge, connection, id, refuse('not-joined'));
  } catch (error) {
    edge.logger.warn({ event: 'query-failed', room: session.feed.room, cause: causeOf(error) });
    connection.send(unavailableFrame(id, comeBackMs, 'the room cannot be asked right now'));
  }
}

/** Undefined: the session is not known to the room, though it was named. */
async function askPage(edge: EdgeContext, session: Session, kind: number, body: Uint8Array): Promise<Uint8Array | undefined> {
  const { room, shard } = session.feed;
  const entry = {
    number: 0,
    room,
    session: session.number,
    kind,
    body,
    commandId: '',
    facts: session.facts(),
    operator: '',
    asAccount: '',
    disconnected: false,
  };
  for await (const { answer } of edge.router.ask(shard, { $case: 'query', value: entry }, AbortSignal.timeout(askMs))) {
    if (answer?.$case === 'query' && answer.value.outcome === EntryOutcome.ENTRY_OUTCOME_ANSWERED) return answer.value.reply;
  }
  return undefined;
}
