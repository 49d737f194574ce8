import { z } from 'zod';
import { noteAct } from '../../audit/note-act.js';
import { operation } from '../../operation.js';
import { next, page, position } from '../../schemas.js';
import { problem } from '../../problems.js';
import { buriedMsOf, letterIdPattern, type DeadLetter, type DeadLetters } from '../dead-letters.js';
import type { Endpoint } from '../endpoint.js';
import { deliveryId } from '../signature.js';
import type { WebhookPorts } from '../webhook-ports.js';
import { guarded, withEndpoint } from './guarded.js';
import { inWebhook } from './views.js';

const described = { tag: 'webhooks', scope: 'webhooks:write' } as const;
const letterId = z.string().regex(letterIdPattern, 'expected the id of a dead letter');
const inLetter = inWebhook.extend({ letter: letterId });
const count = z.number().int();
/** Deliveries of one request to send again may take so long together. */
const resendMs = 25_000;

const letterView = z
  .object({
    id: z.string(),
    room: z.string(),
    from: position.describe('Of its first event.'),
    to: position.describe('Of its last event.'),
    events: count,
    attempts: count,
    lastError: z.string(),
    buriedMs: z.number().int().describe('When it was given up.'),
  })
  .meta({ id: 'DeadLetter' });

const viewLetter = ({ id, room, from, to, events, attempts, lastError }: DeadLetter): z.output<typeof letterView> => ({
  ...{ id, room, from: String(from), to: String(to), events, attempts, lastError, buriedMs: buriedMsOf(id) },
});

export const listDeadLetters = operation({
  ...described,
  id: 'listDeadLetters',
  method: 'GET',
  path: '/v1/webhooks/:webhook/dead-letters',
  summary: 'List what was given up',
  description: 'Events that could not be delivered for a day, oldest first; kept for 30 days.',
  status: 200,
  params: inWebhook,
  query: z.strictObject({
    pageToken: z
      .string()
      .regex(/^(\d{13}-[0-9a-f]{8})?$/, 'expected `next` of the page before')
      .default('')
      .describe('`next` of the page before; without: from the start.'),
    limit: page(100, 50),
  }),
  answer: z.object({ letters: z.array(letterView), next }).meta({ id: 'DeadLetters' }),
  handle: ({ params, query: { pageToken, limit } }, { webhooks: { deliveries, letters }, clock }) =>
    withEndpoint(deliveries, params.webhook, async ({ id }) => {
      const found = await letters.list(id, pageToken, limit + 1, clock.now());
      const shown = found.slice(0, limit);
      return { answer: { letters: shown.map(viewLetter), next: found.length > limit ? shown.at(-1)!.id : '' } };
    }),
});

export const getDeadLetter = operation({
  ...described,
  id: 'getDeadLetter',
  method: 'GET',
  path: '/v1/webhooks/:webhook/dead-letters/:letter',
  summary: 'Read what was given up',
  status: 200,
  params: inLetter,
  answer: letterView
    .extend({ content: z.array(z.record(z.string(), z.unknown())).describe('The events, as they would have been delivered.') })
    .meta({ id: 'DeadLetterContent' }),
  handle: ({ params }, { webhooks: { letters } }) =>
    guarded(async () => {
      const letter = await letters.find(params.webhook, params.letter);
      if (letter === undefined) return { problem: noLetter };
      return { answer: { ...viewLetter(letter), content: JSON.parse(letter.body) as Record<string, unknown>[] } };
    }),
});

export const deleteDeadLetter = operation({
  ...described,
  id: 'deleteDeadLetter',
  method: 'DELETE',
  path: '/v1/webhooks/:webhook/dead-letters/:letter',
  summary: 'Throw away what was given up',
  status: 200,
  params: inLetter,
  answer: z.object({ result: z.literal('done') }).meta({ id: 'DeadLetterDeleted' }),
  handle: ({ params: { webhook: id, letter }, commandId }, { webhooks: { letters }, rooms }) =>
    guarded(async () => {
      const found = await letters.find(id, letter);
      if (found === undefined) return { problem: noLetter };
      const { room, from, to, events } = viewLetter(found);
      const no = await noteAct(rooms, commandId, 'dead-letter-deleted', { id, letter, room, from, to, events });
      if (no !== undefined) return { problem: no };
      return (await letters.remove(id, letter)) ? { answer: { result: 'done' as const } } : { problem: noLetter };
    }),
});

const noLetter = problem('not-found', 'there is no such dead letter');

const resentView = z.object({
  id: z.string(),
  result: z
    .enum(['delivered', 'failed', 'not-found', 'not-tried'])
    .describe('`not-tried`: one before it of its room failed, or time ran out.'),
  lastError: z.string(),
});
type Resent = z.output<typeof resentView>;

export const resendDeadLetters = operation({
  ...described,
  id: 'resendDeadLetters',
  method: 'POST',
  path: '/v1/webhooks/:webhook/dead-letters/resend',
  summary: 'Deliver what was given up',
  description: 'Now, one after another, oldest first; what is delivered is a dead letter no more. Its deliveries say `resent: true`.',
  status: 200,
  params: inWebhook,
  body: z.strictObject({ letters: z.array(letterId).min(1).max(100) }).meta({ examples: [{ letters: ['1767225600000-0a1b2c3d'] }] }),
  answer: z.object({ letters: z.array(resentView) }).meta({ id: 'ResentDeadLetters' }),
  handle: ({ params, body, commandId }, { webhooks, clock, rooms }) =>
    withEndpoint(webhooks.deliveries, params.webhook, async (endpoint) => {
      const wanted = [...new Set(body.letters)].sort();
      const known = await existing(webhooks.letters, endpoint.id, wanted);
      const no =
        known.length === 0 ? undefined : await noteAct(rooms, commandId, 'dead-letters-resent', { id: endpoint.id, letters: known });
      if (no !== undefined) return { problem: no };
      const untilMs = clock.now() + resendMs;
      const failedRooms = new Set<string>();
      const results: Resent[] = [];
      for (const id of wanted) {
        const letter = await webhooks.letters.find(endpoint.id, id);
        if (letter === undefined) results.push({ id, result: 'not-found', lastError: '' });
        else if (failedRooms.has(letter.room) || clock.now() > untilMs) results.push({ id, result: 'not-tried', lastError: '' });
        else {
          const result = await resend(webhooks, endpoint, letter);
          if (result.result === 'failed') failedRooms.add(letter.room);
          results.push(result);
        }
      }
      return { answer: { letters: results } };
    }),
});

/** Those that are there: what is not there is not acted on. */
async function existing(letters: DeadLetters, endpoint: string, ids: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const id of ids) if ((await letters.find(endpoint, id)) !== undefined) found.push(id);
  return found;
}

async function resend({ mailer, letters }: WebhookPorts, endpoint: Endpoint, letter: DeadLetter): Promise<Resent> {
  const { id, room, from, to, attempts, body } = letter;
  const delivery = { id: deliveryId(endpoint.id, room, from, to), room, attempt: attempts + 1, position: to, events: body, resent: true };
  const verdict = await mailer.send(endpoint, delivery);
  if (verdict.kind !== 'delivered') return { id, result: 'failed', lastError: verdict.kind === 'gone' ? 'status 410' : verdict.why };
  await letters.remove(endpoint.id, id);
  return { id, result: 'delivered', lastError: '' };
}
