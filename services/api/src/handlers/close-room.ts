import { z } from 'zod';
import { operation } from '../operation.js';
import { change, inRoom, limits, notice, textOf } from '../schemas.js';
import { viewChange } from '../views.js';

export const closeRoom = operation({
  id: 'closeRoom',
  method: 'POST',
  path: '/v1/rooms/:room/close',
  tag: 'rooms',
  summary: 'Close a room',
  description: 'Everybody is removed, and entry refused until it is opened again.',
  status: 200,
  changes: true,
  params: inRoom,
  body: z.strictObject({ reason: textOf(limits.reason).default(''), ...notice }),
  answer: change,
  async handle({ params, body: { reason, notify, notifyExt, operator }, commandId }, { rooms }) {
    const value = { reason, notice: { notify, ext: notifyExt } };
    return viewChange(await rooms.command({ ...params, commandId, operator }, { $case: 'closeRoom', value }));
  },
});
