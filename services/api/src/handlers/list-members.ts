import { z } from 'zod';
import { operation } from '../operation.js';
import { inRoom, page } from '../schemas.js';
import { memberView, viewMember } from '../views.js';

export const listMembers = operation({
  id: 'listMembers',
  method: 'GET',
  path: '/v1/rooms/:room/members',
  tag: 'members',
  summary: 'List the online members',
  description: 'One row an account, by the time of entry.',
  status: 200,
  params: inRoom,
  query: z.strictObject({
    pageToken: z.string().max(512).default('').describe('`next` of the page before; without: from the start.'),
    limit: page(100, 100),
  }),
  answer: z
    .object({ members: z.array(memberView), next: z.string().describe('Empty: this was the last page.') })
    .meta({ id: 'MemberPage' }),
  async handle({ params, query }, { rooms }) {
    const outcome = await rooms.members(params.room, query.pageToken, query.limit);
    return 'problem' in outcome ? outcome : { answer: { members: outcome.page.members.map(viewMember), next: outcome.page.next } };
  },
});
