import { capabilities, type TokenClaims } from '@plaza/kit';
import { z } from 'zod';
import { operation } from '../operation.js';
import { problem } from '../problems.js';
import { limits, namedAccount, room, tags, textOf } from '../schemas.js';

const day = 86_400;

const asked = z.strictObject({
  account: namedAccount,
  rooms: z.array(room).min(1).max(100).optional().describe('The only rooms that it opens; without: all.'),
  nickname: textOf(limits.nickname).optional(),
  avatar: textOf(limits.url).optional(),
  deviceKind: textOf(16).optional(),
  capabilities: z
    .array(z.enum(capabilities))
    .default([...capabilities])
    .describe('What it allows at most; the role in the room decides within that.'),
  role: z.enum(['regular', 'administrator']).optional().describe('Of an account that a room has not given one, from its entry on.'),
  labels: z
    .array(z.strictObject({ name: textOf(32, 1), level: z.int().min(0).max(0x7fff_ffff).default(0) }))
    .max(20)
    .optional()
    .describe('What the platform knows of it: follower, subscriber, ...'),
  tags: tags.optional(),
  ttlSeconds: z
    .int()
    .min(1)
    .max(30 * day)
    .default(3600),
});

const claimsOf = (ask: z.output<typeof asked>, nowMs: number): TokenClaims => ({
  account: ask.account,
  capabilities: ask.capabilities,
  expiresMs: (Math.floor(nowMs / 1000) + ask.ttlSeconds) * 1000,
  ...(ask.rooms === undefined ? {} : { rooms: ask.rooms }),
  ...(ask.nickname === undefined ? {} : { nickname: ask.nickname }),
  ...(ask.avatar === undefined ? {} : { avatar: ask.avatar }),
  ...(ask.deviceKind === undefined ? {} : { deviceKind: ask.deviceKind }),
  ...(ask.role === undefined ? {} : { role: ask.role }),
  ...(ask.labels === undefined ? {} : { labels: ask.labels }),
  ...(ask.tags === undefined ? {} : { tags: ask.tags }),
});

export const createToken = operation({
  id: 'createToken',
  method: 'POST',
  path: '/v1/tokens',
  tag: 'tokens',
  scope: 'tokens:write',
  summary: 'Issue a token for a client',
  status: 201,
  body: asked,
  answer: z.object({ token: z.string(), account: z.string(), expiresMs: z.number().int() }).meta({ id: 'Token' }),
  handle({ body }, { issueToken, clock }) {
    const claims = claimsOf(body, clock.now());
    try {
      return Promise.resolve({ answer: { token: issueToken(claims), account: claims.account, expiresMs: claims.expiresMs } });
    } catch (error) {
      if (error instanceof RangeError) return Promise.resolve({ problem: problem('too-large', error.message) });
      throw error;
    }
  },
});
