import { z } from 'zod';
import { operation } from '../operation.js';
import { change, limits, notice, ofMember, textOf } from '../schemas.js';
import { viewChange } from '../views.js';

export const kickMember = operation({
  id: 'kickMember',
  method: 'POST',
  path: '/v1/rooms/:room/members/:account/kick',
  tag: 'members',
  summary: 'Remove an account from the room',
  description: 'It may enter again. Of an account that is not in the room: not-found.',
  status: 200,
  changes: true,
  params: ofMember,
  body: z.strictObject({ reason: textOf(limits.reason).default('').describe('Told to the account and to the room.'), ...notice }),
  answer: change,
  async handle({ params: { room, account }, body: { reason, notify, notifyExt, operator }, commandId }, { rooms }) {
    const value = { account, reason, notice: { notify, ext: notifyExt } };
    return viewChange(await rooms.command({ room, commandId, operator }, { $case: 'kickMember', value }));
  },
});
