import { z } from 'zod';
import { operation } from '../operation.js';
import { unavailable } from '../problems.js';
import { room } from '../schemas.js';

export const getAddress = operation({
  id: 'getAddress',
  method: 'GET',
  path: '/v1/address',
  tag: 'rooms',
  summary: 'Where clients connect',
  description: 'The edges that take connections for a room, in the order in which to try them.',
  status: 200,
  query: z.strictObject({ room }),
  answer: z.object({ connect: z.array(z.string()).describe('WebSocket URLs.') }).meta({ id: 'Address' }),
  handle(_ask, { edges }) {
    const connect = edges.connectUrls();
    return Promise.resolve(connect.length === 0 ? { problem: unavailable('no edge takes connections now') } : { answer: { connect } });
  },
});
