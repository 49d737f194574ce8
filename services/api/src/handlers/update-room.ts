import { z } from 'zod';
import { operation } from '../operation.js';
import { change, inRoom, notice, profile } from '../schemas.js';
import { noticesOf, viewChange } from '../views.js';

export const updateRoom = operation({
  id: 'updateRoom',
  method: 'PATCH',
  path: '/v1/rooms/:room',
  tag: 'rooms',
  summary: 'Change a room',
  description: 'What is not named stays as it is.',
  status: 200,
  changes: true,
  params: inRoom,
  body: z.strictObject({ ...profile, ...notice }).meta({ examples: [{ announcement: 'Welcome' }] }),
  answer: change,
  async handle({ params, body, commandId }, { rooms }) {
    const { notify, notifyExt, operator, notices, ...rest } = body;
    const changes = { ...rest, ...(notices === undefined ? {} : { notices: noticesOf(notices) }) };
    const value = { changes, notice: { notify, ext: notifyExt } };
    return viewChange(await rooms.command({ ...params, commandId, operator }, { $case: 'updateRoom', value }));
  },
});
