import { z } from 'zod';
import { figures, freshness, moment, period, readFigures, viewFreshness } from '../figures.js';
import { operation } from '../operation.js';
import { page } from '../schemas.js';

const example = {
  periodStartMs: 1_767_225_600_000,
  periodEndMs: 1_767_229_200_000,
  asOfMs: 1_767_227_400_000,
  ageMs: 250,
  timeZone: 'UTC',
  estimates: ['active'],
  rooms: [{ room: 'lobby', messages: 1204, entries: 388, active: 311 }],
};

export const topRooms = operation({
  id: 'topRooms',
  method: 'GET',
  path: '/v1/top-rooms',
  tag: 'figures',
  scope: 'figures:read',
  summary: 'The busiest rooms of an hour or a day',
  description: 'The current period is live: `ageMs` says how old its figures are. Periods that are over are kept for 30 days.',
  status: 200,
  query: z.strictObject({
    metric: z.enum(['active', 'entries', 'messages']).default('messages').describe('By what the rooms are ordered.'),
    period,
    at: moment.default(0).describe('Unix ms, any moment of the period; 0: now.'),
    limit: page(500, 100),
  }),
  answer: z
    .object({
      periodStartMs: z.number().int(),
      periodEndMs: z.number().int(),
      ...freshness,
      rooms: z.array(z.object({ room: z.string(), ...figures })).describe('The most first; equals by room id.'),
    })
    .meta({ id: 'TopRooms', examples: [example] }),
  handle: ({ query: { metric, period: kind, at, limit } }, { metrics }) =>
    readFigures(async () => {
      const { periodStartMs, periodEndMs, rooms, freshness: fresh } = await metrics.topRooms({ metric, period: kind, atMs: at, limit });
      return { periodStartMs, periodEndMs, ...viewFreshness(fresh), rooms };
    }),
});
