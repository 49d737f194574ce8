import { z } from 'zod';
import { figures, freshness, moment, period, readFigures, viewFreshness } from '../figures.js';
import { operation } from '../operation.js';
import { problem } from '../problems.js';
import { commandOf } from '../room-operation.js';
import { inRoom } from '../schemas.js';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** As long as figures are kept, and a part of a day. */
const longestMs = 31 * dayMs;
const usualMs = { hour: dayMs, day: 30 * dayMs };

const example = {
  asOfMs: 1_767_232_800_000,
  ageMs: 0,
  timeZone: 'UTC',
  estimates: ['active'],
  points: [{ startMs: 1_767_225_600_000, endMs: 1_767_229_200_000, messages: 1204, entries: 388, active: 311 }],
};

export const readFiguresOfRoom = operation({
  id: 'readFigures',
  method: 'GET',
  path: '/v1/rooms/:room/figures',
  tag: 'figures',
  scope: 'figures:read',
  summary: 'A room by hour or by day',
  description:
    'Each hour or day that has a moment from `from` on up to `to`, the oldest first; those in which nothing happened are left out. At most 31 days at once, which is about as long as they are kept.',
  status: 200,
  params: inRoom,
  query: z.strictObject({
    period,
    from: moment.optional().describe('Unix ms, inclusive; without: 24 hours before `to`, 30 days where the period is `day`.'),
    to: moment.optional().describe('Unix ms, exclusive; without: now.'),
  }),
  answer: z
    .object({
      ...freshness,
      points: z.array(z.object({ startMs: z.number().int(), endMs: z.number().int(), ...figures })),
    })
    .meta({ id: 'RoomFigures', examples: [example] }),
  async handle({ params, query, commandId }, { rooms, metrics, clock }) {
    // The moment of now belongs to the current period.
    const toMs = query.to ?? clock.now() + 1;
    const fromMs = query.from ?? Math.max(0, toMs - usualMs[query.period]);
    if (fromMs >= toMs) return { problem: problem('bad-request', 'query field from: expected a moment before `to`') };
    if (toMs - fromMs > longestMs) return { problem: problem('bad-request', 'query field from: expected at most 31 days before `to`') };
    const found = await rooms.command({ ...params, commandId }, commandOf({ getRoom: {} }));
    if ('problem' in found) return found;
    return readFigures(async () => {
      const { points, freshness: fresh } = await metrics.readFigures({ room: params.room, period: query.period, fromMs, toMs });
      return { ...viewFreshness(fresh), points };
    });
  },
});
