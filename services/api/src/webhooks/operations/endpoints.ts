import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { noteAct } from '../../audit/note-act.js';
import { operation } from '../../operation.js';
import { problem, type Problem } from '../../problems.js';
import { textOf } from '../../schemas.js';
import { urlMistake } from '../addresses.js';
import { rotated, type Endpoint } from '../endpoint.js';
import { newSecret } from '../secrets.js';
import { changeEndpoint, guarded, noWebhook, withEndpoint } from './guarded.js';
import { inWebhook, kinds, roomPrefix, rooms, viewWebhook, webhookView } from './views.js';

const mostEndpoints = 100;
const secret = z.string().describe('Check signatures with it. It is in this answer and nowhere else.');
const described = { tag: 'webhooks', scope: 'webhooks:write' } as const;

const choices = {
  name: textOf(64),
  url: textOf(1024, 1).describe('Where events are sent: an https address that is public.'),
  kinds: kinds.describe('Which events; empty: every kind.'),
  rooms: rooms.describe('Of these rooms only; empty: of all, or those of `roomPrefix`.'),
  roomPrefix: roomPrefix.describe('Of rooms that begin so; not together with `rooms`.'),
  enabled: z.boolean(),
};

/** What the audit log keeps of what was asked for: of the url no query, which may hold a secret. */
const notedOf = ({ url, ...rest }: { readonly url?: string | undefined }): object =>
  url === undefined || !URL.canParse(url) ? rest : { ...rest, url: `${new URL(url).origin}${new URL(url).pathname}` };

/** What is wrong between the fields. */
function mistakeIn(
  { url, rooms: named, roomPrefix: prefix }: Pick<Endpoint, 'url' | 'rooms' | 'roomPrefix'>,
  allowed: boolean,
): Problem | undefined {
  const wrong = urlMistake(url, allowed);
  if (wrong !== undefined) return problem('bad-request', `body field url: ${wrong}`);
  if (named.length > 0 && prefix !== '') return problem('bad-request', 'expected rooms or roomPrefix, not both');
  return undefined;
}

export const createWebhook = operation({
  ...described,
  id: 'createWebhook',
  method: 'POST',
  path: '/v1/webhooks',
  summary: 'Make a webhook',
  description: 'Events since now are delivered, in the order of their room, at least once. The secret is in the answer and nowhere else.',
  status: 201,
  body: z
    .strictObject({
      ...choices,
      name: choices.name.default(''),
      kinds: choices.kinds.default([]),
      rooms: choices.rooms.default([]),
      roomPrefix: choices.roomPrefix.default(''),
      enabled: choices.enabled.default(true),
    })
    .meta({ examples: [{ url: 'https://platform.example/plaza', kinds: ['message', 'muted'], roomPrefix: 'live-' }] }),
  answer: webhookView.extend({ secret }).meta({ id: 'NewWebhook' }),
  handle: ({ body, commandId }, { webhooks, clock, rooms: log }) =>
    guarded(async () => {
      const { deliveries, sealer, privateAllowed } = webhooks;
      const wrong = mistakeIn(body, privateAllowed);
      if (wrong !== undefined) return { problem: wrong };
      if ((await deliveries.endpoints()).length >= mostEndpoints)
        return { problem: problem('too-many', `there are ${mostEndpoints} webhooks already`) };
      const [id, made, nowMs] = [`wh_${randomBytes(8).toString('hex')}`, newSecret(), clock.now()];
      const kept = { sealed: sealer.seal(made, id), createdMs: nowMs, untilMs: 0 };
      const endpoint = { ...body, id, stopped: '', secrets: [kept], createdMs: nowMs, sinceMs: nowMs, revision: 1 };
      const no = await noteAct(log, commandId, 'webhook-created', { id, ...notedOf(body) });
      if (no !== undefined) return { problem: no };
      await deliveries.put(endpoint);
      return { answer: { ...viewWebhook(endpoint, nowMs), secret: made } };
    }),
});

export const listWebhooks = operation({
  ...described,
  id: 'listWebhooks',
  method: 'GET',
  path: '/v1/webhooks',
  summary: 'List webhooks',
  status: 200,
  answer: z.object({ webhooks: z.array(webhookView) }).meta({ id: 'Webhooks' }),
  handle: (_ask, { webhooks: { deliveries }, clock }) =>
    guarded(async () => ({ answer: { webhooks: (await deliveries.endpoints()).map((one) => viewWebhook(one, clock.now())) } })),
});

export const getWebhook = operation({
  ...described,
  id: 'getWebhook',
  method: 'GET',
  path: '/v1/webhooks/:webhook',
  summary: 'Get a webhook',
  status: 200,
  params: inWebhook,
  answer: webhookView,
  handle: ({ params }, { webhooks: { deliveries }, clock }) =>
    withEndpoint(deliveries, params.webhook, async (endpoint) => ({ answer: viewWebhook(endpoint, clock.now()) })),
});

export const updateWebhook = operation({
  ...described,
  id: 'updateWebhook',
  method: 'PATCH',
  path: '/v1/webhooks/:webhook',
  summary: 'Change a webhook',
  description:
    'What is not named stays as it is. What waits is delivered as the webhook is then. Switched off, it loses its place: switched on again, events ' +
    'since then are delivered, and a replay brings the others.',
  status: 200,
  params: inWebhook,
  body: z
    .strictObject(choices)
    .partial()
    .meta({ examples: [{ enabled: false }] }),
  answer: webhookView,
  handle: ({ params, body, commandId }, { webhooks: { deliveries, privateAllowed }, clock, rooms: log }) =>
    guarded(async () => {
      const note = () => noteAct(log, commandId, 'webhook-updated', { id: params.webhook, ...notedOf(body) });
      const changed = await changeEndpoint(
        deliveries,
        params.webhook,
        (endpoint) => {
          const given = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined)) as Partial<Endpoint>;
          const next = { ...endpoint, ...given };
          const wrong = mistakeIn(next, privateAllowed);
          if (wrong !== undefined) return { problem: wrong };
          return next.enabled && !endpoint.enabled ? { ...next, stopped: '', sinceMs: clock.now() } : next;
        },
        note,
      );
      return 'problem' in changed ? changed : { answer: viewWebhook(changed, clock.now()) };
    }),
});

export const deleteWebhook = operation({
  ...described,
  id: 'deleteWebhook',
  method: 'DELETE',
  path: '/v1/webhooks/:webhook',
  summary: 'Take a webhook away',
  description: 'What waits for it is not delivered; a delivery under way may still arrive.',
  status: 200,
  params: inWebhook,
  answer: z.object({ result: z.literal('done') }).meta({ id: 'WebhookDeleted' }),
  handle: ({ params, commandId }, { webhooks: { deliveries }, rooms: log }) =>
    withEndpoint(deliveries, params.webhook, async ({ id, name }) => {
      const no = await noteAct(log, commandId, 'webhook-deleted', { id, name });
      if (no !== undefined) return { problem: no };
      return (await deliveries.remove(id)) ? { answer: { result: 'done' as const } } : { problem: noWebhook };
    }),
});

export const rotateWebhookSecret = operation({
  ...described,
  id: 'rotateWebhookSecret',
  method: 'POST',
  path: '/v1/webhooks/:webhook/secret',
  summary: 'Replace the secret of a webhook',
  description:
    'Deliveries are signed with both, the new one and the one before, for as long as you say: receivers change over in that time without a gap.',
  status: 200,
  params: inWebhook,
  body: z.strictObject({
    overlapSeconds: z
      .int()
      .min(0)
      .max(604_800)
      .default(86_400)
      .describe('For how long the secret before signs, too; 0: not at all, which is also the way out where two are valid already.'),
  }),
  answer: webhookView.extend({ secret }).meta({ id: 'RotatedWebhook' }),
  handle: ({ params, body, commandId }, { webhooks: { deliveries, sealer }, clock, rooms: log }) =>
    guarded(async () => {
      const made = newSecret();
      const note = () => noteAct(log, commandId, 'webhook-secret-rotated', { id: params.webhook, ...body });
      const changed = await changeEndpoint(
        deliveries,
        params.webhook,
        (endpoint) => {
          const secrets = rotated(endpoint.secrets, sealer.seal(made, endpoint.id), clock.now(), body.overlapSeconds * 1000);
          if (secrets === undefined) return { problem: problem('too-many', 'two secrets are valid already: wait, or overlapSeconds 0') };
          return { ...endpoint, secrets };
        },
        note,
      );
      return 'problem' in changed ? changed : { answer: { ...viewWebhook(changed, clock.now()), secret: made } };
    }),
});
