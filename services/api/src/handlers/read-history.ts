import { ReaderUnavailable } from '@plaza/bus';
import { z } from 'zod';
import { operation } from '../operation.js';
import { unavailable } from '../problems.js';
import { commandOf } from '../room-operation.js';
import { account, inRoom, page, position, tag, withoutUndefined } from '../schemas.js';
import { historyView, viewHistory } from '../views.js';
import { ReadHistory } from '@plaza/proto/client';

const types = ['text', 'custom', 'image', 'voice', 'video', 'file', 'location', 'notification', 'tip', 'event'] as const;
const moment = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const bounds = ['before', 'after', 'beforeMs', 'afterMs'] as const;

const asked = z
  .strictObject({
    before: position.optional().describe('Only what is before this position.'),
    after: position.optional().describe('Only what is after this position.'),
    beforeMs: moment.optional().describe('Only what is before this moment, Unix ms.'),
    afterMs: moment.optional().describe('Only what is after this moment, Unix ms.'),
    limit: page(200, 50),
    types: z
      .union([z.enum(types), z.array(z.enum(types)).max(types.length)])
      .optional()
      .describe('Only these; `event`: room events. Without: all messages.'),
    sender: account.optional(),
    audienceTag: tag.optional().describe('Only messages whose audience names this tag.'),
  })
  .refine((query) => bounds.filter((name) => query[name] !== undefined).length <= 1, {
    error: `expected at most one of ${bounds.join(', ')}`,
  });

export const readHistory = operation({
  id: 'readHistory',
  method: 'GET',
  path: '/v1/rooms/:room/messages',
  tag: 'messages',
  scope: 'history:read',
  summary: 'Read stored messages',
  description: 'The newest without a bound; backwards with `before`, forwards with `after`.',
  status: 200,
  params: inRoom,
  query: asked,
  answer: historyView,
  async handle({ params, query, commandId }, { rooms, history }) {
    const found = await rooms.command({ ...params, commandId }, commandOf({ getRoom: {} }));
    if ('problem' in found) return found;
    const wanted = ReadHistory.fromJSON({ ...withoutUndefined(query), types: [query.types ?? []].flat() });
    try {
      const newest = (await rooms.head(params.room)) ?? { head: found.head, headSequence: 0 };
      return { answer: viewHistory(await history.read({ ...params, ...newest, page: wanted, viewer: undefined })) };
    } catch (error) {
      if (error instanceof ReaderUnavailable) return { problem: unavailable('the history cannot be read now') };
      throw error;
    }
  },
});
