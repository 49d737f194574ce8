import { createHash } from 'node:crypto';
import { z } from 'zod';
import { operation } from '../operation.js';
import { account, change, profile, room } from '../schemas.js';
import { noticesOf, viewChange } from '../views.js';

/** A decimal integer below 2^53, the same for the same command: a repeat finds the room that its first try made. */
function givenRoom(commandId: string): string {
  const hash = createHash('sha256').update(commandId).digest();
  return String(hash.readUIntBE(0, 6) * 32 + (hash.readUInt8(6) >> 3));
}

export const createRoom = operation({
  id: 'createRoom',
  method: 'POST',
  path: '/v1/rooms',
  tag: 'rooms',
  summary: 'Create a room',
  description: 'Without `room` it gets a decimal integer made of the Idempotency-Key: use a new key for every new room.',
  status: 201,
  changes: true,
  body: z.strictObject({ room: room.optional(), creator: account, ...profile }),
  answer: change.extend({ room }).meta({ id: 'CreatedRoom' }),
  async handle({ body, commandId }, { rooms }) {
    const { room: chosen, creator, notices, ...rest } = body;
    const name = chosen ?? givenRoom(commandId);
    const changes = { ...rest, ...(notices === undefined ? {} : { notices: noticesOf(notices) }) };
    const outcome = viewChange(
      await rooms.command({ room: name, commandId }, { $case: 'createRoom', value: { creator, profile: changes } }),
    );
    return 'problem' in outcome ? outcome : { answer: { ...outcome.answer, room: name } };
  },
});
