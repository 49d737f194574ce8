import { z } from 'zod';
import { operation } from '../operation.js';
import { change, notice, ofMember } from '../schemas.js';
import { viewChange } from '../views.js';

export const timedMuteMember = operation({
  id: 'timedMuteMember',
  method: 'PUT',
  path: '/v1/rooms/:room/members/:account/timed-mute',
  tag: 'members',
  summary: 'Mute an account for a time',
  description: 'Ends by itself; a second one replaces the first; independent of the permanent mute.',
  status: 200,
  changes: true,
  params: ofMember,
  body: z.strictObject({ seconds: z.int().min(1).max(2_592_000), ...notice }),
  answer: change,
  async handle({ params: { room, account }, body: { seconds, notify, notifyExt, operator }, commandId }, { rooms }) {
    const value = { account, seconds, notice: { notify, ext: notifyExt } };
    return viewChange(await rooms.command({ room, commandId, operator }, { $case: 'timedMuteMember', value }));
  },
});
