import { z } from 'zod';
import { operation } from '../operation.js';
import { change, inRoom, notice } from '../schemas.js';
import { viewChange } from '../views.js';

export const openRoom = operation({
  id: 'openRoom',
  method: 'POST',
  path: '/v1/rooms/:room/open',
  tag: 'rooms',
  summary: 'Open a closed room',
  status: 200,
  changes: true,
  params: inRoom,
  body: z.strictObject(notice),
  answer: change,
  async handle({ params, body: { notify, notifyExt, operator }, commandId }, { rooms }) {
    const value = { notice: { notify, ext: notifyExt } };
    return viewChange(await rooms.command({ ...params, commandId, operator }, { $case: 'openRoom', value }));
  },
});
