import { operation } from '../operation.js';
import { expectCase } from '../rooms.js';
import { inRoom } from '../schemas.js';
import { roomView, viewRoom } from '../views.js';

export const getRoom = operation({
  id: 'getRoom',
  method: 'GET',
  path: '/v1/rooms/:room',
  tag: 'rooms',
  summary: 'Get a room',
  status: 200,
  params: inRoom,
  answer: roomView,
  async handle({ params, commandId }, { rooms }) {
    const outcome = await rooms.command({ ...params, commandId }, { $case: 'getRoom', value: {} });
    return 'problem' in outcome ? outcome : { answer: viewRoom(expectCase(outcome.result, 'roomInfo').value, outcome.head) };
  },
});
