import { ReaderUnavailable } from '@plaza/bus';
import { z } from 'zod';
import { operation } from '../operation.js';
import { unavailable } from '../problems.js';
import { inRoom, page, position } from '../schemas.js';
import { historyView, viewHistory } from '../views.js';

const asked = z
  .strictObject({
    before: position.optional().describe('Only what is before this position.'),
    after: position.optional().describe('Only what is after this position.'),
    limit: page(200, 50),
  })
  .refine((query) => query.before === undefined || query.after === undefined, { error: 'expected at most one of before and after' });

const pageOf = ({ before, after, limit }: z.output<typeof asked>) => ({
  limit,
  ...(before === undefined ? {} : { before: Number(before) }),
  ...(after === undefined ? {} : { after: Number(after) }),
});

export const readHistory = operation({
  id: 'readHistory',
  method: 'GET',
  path: '/v1/rooms/:room/messages',
  tag: 'messages',
  summary: 'Read stored messages',
  description: 'The newest without bounds; backwards with `before`, forwards with `after`.',
  status: 200,
  params: inRoom,
  query: asked,
  answer: historyView,
  async handle({ params, query, commandId }, { rooms, history }) {
    const found = await rooms.command({ ...params, commandId }, { $case: 'getRoom', value: {} });
    if ('problem' in found) return found;
    try {
      return { answer: viewHistory(await history.read({ ...params, page: pageOf(query), head: found.head, headSequence: 0 })) };
    } catch (error) {
      if (error instanceof ReaderUnavailable) return { problem: unavailable('the history cannot be read now') };
      throw error;
    }
  },
});
