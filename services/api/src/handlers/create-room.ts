import { createHash } from 'node:crypto';
import { z } from 'zod';
import { operation } from '../operation.js';
import { commandOf } from '../room-operation.js';
import { account, change, closeJson, delayedClose, only, profile, profileJson, room, settings, settingsJson } from '../schemas.js';
import { viewChange } from '../views.js';

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
  scope: 'rooms:write',
  summary: 'Create a room',
  description: 'Without `room` it gets a decimal integer made of the Idempotency-Key: use a new key for every new room.',
  status: 201,
  changes: true,
  body: z
    .strictObject({
      room: room.optional(),
      creator: account,
      ...profile,
      settings: z.strictObject(settings).optional(),
      delayedClose: delayedClose.optional(),
    })
    .meta({ examples: [{ room: 'lobby', creator: 'ann', name: 'Lobby', settings: { slowModeSeconds: 5 } }] }),
  answer: change.extend({ room }).meta({ id: 'CreatedRoom' }),
  async handle({ body, commandId }, { rooms }) {
    const name = body.room ?? givenRoom(commandId);
    const createRoom = {
      creator: body.creator,
      profile: profileJson(only(body, Object.keys(profile))),
      ...(body.settings === undefined ? {} : { settings: settingsJson(body.settings) }),
      ...(body.delayedClose === undefined ? {} : { close: closeJson(body.delayedClose) }),
    };
    const outcome = await rooms.command({ room: name, commandId }, commandOf({ createRoom }));
    return 'problem' in outcome ? outcome : { answer: { ...viewChange(outcome.result), room: name } };
  },
});
