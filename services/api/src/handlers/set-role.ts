import { z } from 'zod';
import { operation } from '../operation.js';
import { change, notice, ofMember } from '../schemas.js';
import { roleOf, viewChange } from '../views.js';

export const setRole = operation({
  id: 'setRole',
  method: 'PUT',
  path: '/v1/rooms/:room/members/:account/role',
  tag: 'members',
  summary: 'Set the role of an account',
  description: 'The account may never have entered. `guest` takes a role away.',
  status: 200,
  changes: true,
  params: ofMember,
  body: z.strictObject({ role: z.enum(['guest', 'regular', 'administrator']), ...notice }),
  answer: change,
  async handle({ params: { room, account }, body: { role, notify, notifyExt, operator }, commandId }, { rooms }) {
    const value = { account, role: roleOf(role), notice: { notify, ext: notifyExt } };
    return viewChange(await rooms.command({ room, commandId, operator }, { $case: 'setRole', value }));
  },
});
