import { operation } from '../operation.js';
import { change, noticeQuery, ofMember } from '../schemas.js';
import { viewChange } from '../views.js';

export const unmuteMember = operation({
  id: 'unmuteMember',
  method: 'DELETE',
  path: '/v1/rooms/:room/members/:account/mute',
  tag: 'members',
  summary: 'Lift the mute of an account',
  status: 200,
  changes: true,
  params: ofMember,
  query: noticeQuery,
  answer: change,
  async handle({ params: { room, account }, query: { notify, notifyExt, operator }, commandId }, { rooms }) {
    const value = { account, notice: { notify: notify === 'true', ext: notifyExt } };
    return viewChange(await rooms.command({ room, commandId, operator }, { $case: 'unmuteMember', value }));
  },
});
