import { causeOf } from '@plaza/kit';
import { checkTexts, parseAccountId, refuse, textLimits, type Refusal } from '@plaza/domain';
import type { ReadHistory } from '@plaza/proto/client';
import { decodeBody, readHistoryKind } from '@plaza/protocol';
import { mayAsk, refuseFrame } from '../answers.js';
import type { Connection } from '../connection.js';
import type { EdgeContext } from '../context.js';
import type { Handler } from '../dispatch.js';
import { replyFrame, unavailableFrame } from '../frames.js';
import { presentIn } from '../present.js';
import type { Session } from '../session.js';

const maxLimit = 200;
const historyTypes = ['text', 'custom', 'image', 'voice', 'video', 'file', 'location', 'notification', 'tip', 'event'];
const comeBackMs = 1000;

/** A page of stored messages, for who is in the room. The page is as new as this edge's own view of the room. */
export const readHistory: Handler = (edge, connection, frame) => {
  const session = presentIn(edge, connection, frame);
  if (session === undefined) return;
  const body = decodeBody(readHistoryKind, frame.body);
  if (body?.$case !== 'readHistory') return refuseFrame(edge, connection, frame.id, refuse('bad-request', 'a body that cannot be read'));
  const mistake = mistakeIn(body.value);
  if (mistake !== undefined) return refuseFrame(edge, connection, frame.id, mistake);
  if (!mayAsk(edge, connection, frame.id)) return;
  void answerPage(edge, connection, frame.id, session, body.value).finally(() => {
    connection.unanswered--;
  });
};

function mistakeIn({ before, after, beforeMs, afterMs, limit, types, sender, audienceTag }: ReadHistory): Refusal | undefined {
  if ([before, after, beforeMs, afterMs].filter((bound) => bound !== undefined).length > 1)
    return refuse('bad-request', 'one bound at most: before, after, beforeMs or afterMs');
  if (limit > maxLimit) return refuse('bad-request', `limit is at most ${maxLimit}`);
  if (types.length > historyTypes.length || !types.every((type) => historyTypes.includes(type)))
    return refuse('bad-request', `types are of ${historyTypes.join(', ')}`);
  if (sender !== '' && parseAccountId(sender) === undefined) return refuse('bad-request', 'sender: 1-64 of A-Z a-z 0-9 _ - . @ :');
  return checkTexts([{ field: 'audienceTag', text: audienceTag, most: textLimits.tag }]);
}

async function answerPage(edge: EdgeContext, connection: Connection, id: number, session: Session, page: ReadHistory): Promise<void> {
  const { feed } = session;
  try {
    const value = await edge.history.read({
      room: feed.room,
      page,
      head: feed.ring.tip,
      headSequence: feed.sequence,
      viewer: { account: connection.account, tags: [...session.profile.tags] },
    });
    connection.send(replyFrame(id, { $case: 'historyPage', value }, feed.ring.tip));
  } catch (error) {
    edge.logger.warn({ event: 'history-failed', room: feed.room, cause: causeOf(error) });
    connection.send(unavailableFrame(id, comeBackMs, 'the history cannot be asked right now'));
  }
}
