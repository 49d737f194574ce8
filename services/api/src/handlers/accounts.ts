import { ReaderUnavailable } from '@plaza/bus';
import { accountsRoom } from '@plaza/domain';
import { Role } from '@plaza/proto/client';
import { z } from 'zod';
import { operation } from '../operation.js';
import { unavailable } from '../problems.js';
import { commandOf } from '../room-operation.js';
import { expectCase } from '../rooms.js';
import { account, change, limits, namedAccount, next, page, pageToken, settling, textOf, withoutUndefined } from '../schemas.js';
import { viewChange } from '../views.js';
import { wordOf, wordsOf } from '../words.js';

export const restrictAccount = operation({
  id: 'restrictAccount',
  method: 'PUT',
  path: '/v1/accounts/:account/restrictions',
  tag: 'accounts',
  scope: 'accounts:write',
  summary: 'Mute, disable or kick an account in all rooms',
  description:
    'Disabled: its sessions end and its entry is refused. What is not named stays as it is. Every edge obeys as soon as it hears of it.',
  status: 200,
  changes: true,
  params: z.strictObject({ account: namedAccount }),
  body: z
    .strictObject({
      muted: z.boolean().optional(),
      disabled: z.boolean().optional(),
      kick: z.boolean().default(false).describe('Ends its sessions of now.'),
      reason: textOf(limits.reason).default(''),
    })
    .meta({ examples: [{ muted: true, reason: 'spam' }] }),
  answer: change,
  async handle({ params, body, commandId }, { rooms }) {
    const restrictAccount = withoutUndefined({ ...params, ...body });
    const outcome = await rooms.command({ room: accountsRoom, commandId }, commandOf({ restrictAccount }));
    return 'problem' in outcome ? outcome : { answer: viewChange(outcome.result) };
  },
});

export const listRestrictions = operation({
  id: 'listRestrictions',
  method: 'GET',
  path: '/v1/restrictions',
  tag: 'accounts',
  scope: 'accounts:write',
  summary: 'List the accounts that are restricted in all rooms',
  status: 200,
  query: z.strictObject({ pageToken, limit: page(1000, 100) }),
  answer: z
    .object({
      restrictions: z.array(
        z.object({ account: z.string(), muted: z.boolean(), disabled: z.boolean(), reason: z.string(), updatedMs: z.number().int() }),
      ),
      next,
    })
    .meta({ id: 'RestrictionPage' }),
  async handle({ query, commandId }, { rooms }) {
    const outcome = await rooms.command({ room: accountsRoom, commandId }, commandOf({ listRestrictions: query }));
    return 'problem' in outcome ? outcome : { answer: expectCase(outcome.result, 'restrictionPage').value };
  },
});

export const listRoomsOfAccount = operation({
  id: 'listRoomsOfAccount',
  method: 'GET',
  path: '/v1/accounts/:account/rooms',
  tag: 'accounts',
  scope: 'rooms:read',
  summary: 'List the rooms of an account',
  description: 'In which it is present now, and (paged) in which it has a role.',
  status: 200,
  params: z.strictObject({ account }),
  query: z.strictObject({ pageToken, limit: page(1000, 100) }),
  answer: z
    .object({
      present: z.array(z.string()),
      settling,
      roles: z.array(z.object({ room: z.string(), creator: z.string(), role: z.enum(wordsOf(Role)) })),
      next,
    })
    .meta({ id: 'RoomsOfAccount' }),
  async handle({ params, query }, { presences, history }) {
    try {
      const asked = history.rooms({ account: params.account, created: false, pageToken: query.pageToken, limit: query.limit });
      const [present, { rooms, next: following }] = await Promise.all([presences.roomsOf(params.account), asked]);
      if (present === undefined) return { problem: unavailable('not every process that holds rooms could be asked') };
      return {
        answer: {
          present: present.rooms,
          settling: present.settling,
          roles: rooms.map((one) => ({ ...one, role: wordOf(Role, one.role || Role.ROLE_GUEST) })),
          next: following,
        },
      };
    } catch (error) {
      if (error instanceof ReaderUnavailable) return { problem: unavailable('the index of rooms cannot be read now') };
      throw error;
    }
  },
});
