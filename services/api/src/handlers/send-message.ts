import { z } from 'zod';
import { operation } from '../operation.js';
import { expectCase } from '../rooms.js';
import { account, inRoom, limits, position, textOf } from '../schemas.js';
import { classOf } from '../views.js';

const custom = z
  .strictObject({
    subType: z.string().regex(/^[A-Za-z0-9_.-]{1,32}$/, 'expected 1-32 of A-Z a-z 0-9 _ - .'),
    content: textOf(limits.text),
  })
  .describe('A type of your own.');

const asked = z
  .strictObject({
    as: account.optional().describe('The author, present or not; without: the platform itself.'),
    text: textOf(limits.text, 1).optional(),
    custom: custom.optional(),
    ext: textOf(limits.ext).default(''),
    store: z.boolean().default(true).describe('Kept in the history.'),
    class: z.enum(['low', 'normal', 'high']).default('normal'),
  })
  .refine((body) => (body.text === undefined) !== (body.custom === undefined), { error: 'expected either text or custom' })
  .meta({ examples: [{ text: 'Hello' }] });

const bodyOf = ({ text, custom, ext }: z.output<typeof asked>) => ({
  ext,
  content: custom === undefined ? { $case: 'text' as const, value: { text: text ?? '' } } : { $case: 'custom' as const, value: custom },
});

export const sendMessage = operation({
  id: 'sendMessage',
  method: 'POST',
  path: '/v1/rooms/:room/messages',
  tag: 'messages',
  summary: 'Send a message',
  description: 'Answers once the message is in the log. Sent as an account it obeys the mutes and blocks of that account.',
  status: 201,
  changes: true,
  params: inRoom,
  body: asked,
  answer: z.object({ result: z.literal('accepted'), messageId: z.string(), position }).meta({ id: 'AcceptedMessage' }),
  async handle({ params, body, commandId }, { rooms }) {
    const value = { body: bodyOf(body), options: { store: body.store, class: classOf(body.class) } };
    const outcome = await rooms.command({ ...params, commandId, as: body.as }, { $case: 'sendMessage', value });
    if ('problem' in outcome) return outcome;
    const { messageId, position: place } = expectCase(outcome.result, 'accepted').value;
    return { answer: { result: 'accepted' as const, messageId, position: String(place) } };
  },
});
