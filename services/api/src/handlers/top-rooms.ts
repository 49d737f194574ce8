import { ReaderUnavailable } from '@plaza/bus';
import { z } from 'zod';
import { operation } from '../operation.js';
import { unavailable } from '../problems.js';
import { page } from '../schemas.js';

const figures = z.object({ room: z.string(), messages: z.number().int(), entries: z.number().int() });

export const topRooms = operation({
  id: 'topRooms',
  method: 'GET',
  path: '/v1/top-rooms',
  tag: 'figures',
  scope: 'figures:read',
  summary: 'The busiest rooms of an hour',
  status: 200,
  query: z.strictObject({
    metric: z.enum(['messages', 'entries']).default('messages'),
    period: z.enum(['hour']).default('hour'),
    at: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0).describe('Unix ms, any moment of the period; 0: now.'),
    limit: page(500, 100),
  }),
  answer: z.object({ periodStartMs: z.number().int(), rooms: z.array(figures).describe('The most first.') }).meta({ id: 'TopRooms' }),
  async handle({ query: { metric, period, at, limit } }, { metrics }) {
    try {
      const { periodStartMs, rooms } = await metrics.topRooms({ metric, period, atMs: at, limit });
      return { answer: { periodStartMs, rooms } };
    } catch (error) {
      if (error instanceof ReaderUnavailable) return { problem: unavailable('the figures cannot be read now') };
      throw error;
    }
  },
});
