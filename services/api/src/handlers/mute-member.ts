import { z } from 'zod';
import { operation } from '../operation.js';
import { change, notice, ofMember } from '../schemas.js';
import { viewChange } from '../views.js';

export const muteMember = operation({
  id: 'muteMember',
  method: 'PUT',
  path: '/v1/rooms/:room/members/:account/mute',
  tag: 'members',
  summary: 'Mute an account',
  description: 'Until it is lifted. The account may never have entered.',
  status: 200,
  changes: true,
  params: ofMember,
  body: z.strictObject(notice),
  answer: change,
  async handle({ params: { room, account }, body: { notify, notifyExt, operator }, commandId }, { rooms }) {
    const value = { account, notice: { notify, ext: notifyExt } };
    return viewChange(await rooms.command({ room, commandId, operator }, { $case: 'muteMember', value }));
  },
});
