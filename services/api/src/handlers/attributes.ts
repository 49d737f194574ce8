import { countLimits, textLimits } from '@plaza/domain';
import { z } from 'zod';
import { noticeOf, roomOperation } from '../room-operation.js';
import { expectCase } from '../rooms.js';
import { change, inRoom, notice, position, revision, textOf, withoutUndefined } from '../schemas.js';
import { viewChange } from '../views.js';

const key = textOf(textLimits.attributeKey, 1);
const writing = { tag: 'rooms', scope: 'rooms:write', changes: true, params: inRoom, answer: change, view: viewChange } as const;

export const listAttributes = roomOperation({
  id: 'listAttributes',
  method: 'GET',
  path: '/v1/rooms/:room/attributes',
  tag: 'rooms',
  scope: 'rooms:read',
  summary: 'List the attributes of a room',
  params: inRoom,
  answer: z
    .object({
      attributes: z.array(
        z.object({
          key: z.string(),
          value: z.string(),
          owner: z.string(),
          revision: position,
          withOwner: z.boolean(),
          updatedMs: z.number().int(),
        }),
      ),
    })
    .meta({ id: 'Attributes' }),
  command: () => ({ listAttributes: {} }),
  view: (result) => ({
    attributes: expectCase(result, 'attributePage').value.attributes.map((one) => ({ ...one, revision: String(one.revision) })),
  }),
});

export const setAttributes = roomOperation({
  ...writing,
  id: 'setAttributes',
  method: 'PATCH',
  path: '/v1/rooms/:room/attributes',
  summary: 'Set attributes of a room',
  description: 'All of them or none; `position` in the answer is their new revision.',
  body: z
    .strictObject({
      attributes: z
        .array(
          z.strictObject({
            key,
            value: textOf(textLimits.attributeValue),
            ifRevision: revision.optional(),
            withOwner: z.boolean().default(false).describe('Removed when its owner has left.'),
          }),
        )
        .min(1)
        .max(countLimits.attributes),
      ...notice,
    })
    .meta({ examples: [{ attributes: [{ key: 'topic', value: 'cats' }] }] }),
  command: (given) => ({ setAttributes: { attributes: given.attributes.map(withoutUndefined), notice: noticeOf(given) } }),
});

export const removeAttributes = roomOperation({
  ...writing,
  id: 'removeAttributes',
  method: 'POST',
  path: '/v1/rooms/:room/attributes/remove',
  summary: 'Remove attributes of a room',
  body: z.strictObject({
    attributes: z
      .array(z.strictObject({ key, ifRevision: revision.optional() }))
      .min(1)
      .max(countLimits.attributes),
    ...notice,
  }),
  command: (given) => ({ removeAttributes: { attributes: given.attributes.map(withoutUndefined), notice: noticeOf(given) } }),
});
