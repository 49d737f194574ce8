import { eventKinds } from '@plaza/protocol';
import { z } from 'zod';
import { room } from '../../schemas.js';
import { signingSecrets, type Endpoint } from '../endpoint.js';

const time = z.number().int();

export const inWebhook = z.strictObject({ webhook: z.string().regex(/^wh_[0-9a-f]{16}$/, 'expected the id of a webhook') });

export const kinds = z.array(z.enum(eventKinds)).max(eventKinds.length);
export const rooms = z.array(room).max(1000);
export const roomPrefix = z
  .string()
  .regex(/^[A-Za-z0-9_-]{0,64}$/, 'expected up to 64 of A-Z a-z 0-9 _ -')
  .meta({ examples: ['live-'] });

export const webhookView = z
  .object({
    id: z.string(),
    name: z.string(),
    url: z.string(),
    kinds: z.array(z.enum(eventKinds)).describe('Empty: every kind of event.'),
    rooms: z.array(z.string()).describe('Empty: all rooms, or those of the prefix.'),
    roomPrefix: z.string(),
    enabled: z.boolean(),
    stopped: z.string().describe('Why Plaza itself switched it off, like `gone` after an answer 410; empty: it did not.'),
    createdMs: time,
    sinceMs: time.describe('Events since then are delivered.'),
    secrets: z
      .array(z.object({ createdMs: time, untilMs: time.describe('0: until it is replaced.') }))
      .describe('Those that sign now, newest first.'),
    revision: z.number().int(),
  })
  .meta({ id: 'Webhook' });

export const viewWebhook = ({ secrets, kinds: chosen, rooms: named, ...rest }: Endpoint, nowMs: number): z.output<typeof webhookView> => ({
  ...rest,
  kinds: [...chosen],
  rooms: [...named],
  secrets: signingSecrets(secrets, nowMs).map(({ createdMs, untilMs }) => ({ createdMs, untilMs })),
});
