import { countLimits, textLimits } from '@plaza/domain';
import { MemberList, Role, type Member } from '@plaza/proto/client';
import { z } from 'zod';
import { operation } from '../operation.js';
import { problem, unavailable } from '../problems.js';
import { commandOf, noticeOf, roomOperation } from '../room-operation.js';
import { expectCase } from '../rooms.js';
import {
  accounts,
  change,
  inRoom,
  label,
  limits,
  next,
  notice,
  ofMember,
  only,
  page,
  pageToken,
  settling,
  tag,
  tags,
  textOf,
} from '../schemas.js';
import { memberView, viewChange, viewMember } from '../views.js';
import { valueOf, wordsOf } from '../words.js';

const reading = { tag: 'members', scope: 'rooms:read', bulk: true } as const;

export const listMembers = roomOperation({
  ...reading,
  id: 'listMembers',
  method: 'GET',
  path: '/v1/rooms/:room/members',
  summary: 'List members',
  description:
    'One row an account: who is present by the time of entry, permanent members and restricted accounts by the time of their last change.',
  params: inRoom,
  query: z.strictObject({ list: z.enum(wordsOf(MemberList)).default('online'), tag: tag.optional(), pageToken, limit: page(100, 100) }),
  answer: z.object({ members: z.array(memberView), next, settling }).meta({ id: 'MemberPage' }),
  command: (given) => ({
    listMembers: { list: valueOf(MemberList, given.list), tag: given.tag ?? '', pageToken: given.pageToken, limit: given.limit },
  }),
  view(result) {
    const { members, ...rest } = expectCase(result, 'memberPage').value;
    return { members: members.map(viewMember), ...rest };
  },
});

export const queryMembers = roomOperation({
  ...reading,
  id: 'queryMembers',
  method: 'POST',
  path: '/v1/rooms/:room/members/query',
  summary: 'Get many members',
  params: inRoom,
  body: z.strictObject({ accounts: accounts(countLimits.queriedAccounts) }).meta({ examples: [{ accounts: ['ann', 'bob'] }] }),
  answer: z
    .object({ members: z.array(memberView), absent: z.array(z.string()).describe('The room knows nothing of them.'), settling })
    .meta({ id: 'FoundMembers' }),
  command: (given) => ({ getMembers: { accounts: given.accounts } }),
  view(result) {
    const { members, ...rest } = expectCase(result, 'membersFound').value;
    return { members: members.map(viewMember), ...rest };
  },
});

export const getMember = operation({
  id: 'getMember',
  method: 'GET',
  path: '/v1/rooms/:room/members/:account',
  tag: 'members',
  scope: 'rooms:read',
  summary: 'Get a member',
  status: 200,
  params: ofMember,
  answer: memberView,
  async handle({ params: { room, account }, commandId }, { rooms }) {
    const outcome = await rooms.query({ room, commandId }, commandOf({ getMembers: { accounts: [account] } }));
    if ('problem' in outcome) return outcome;
    const found = expectCase(outcome.result, 'membersFound').value;
    const [member]: (Member | undefined)[] = found.members;
    if (found.settling && member?.online !== true)
      return { problem: unavailable('not known yet after a takeover: whether the account is here') };
    return member === undefined
      ? { problem: problem('not-found', 'the room knows nothing of this account') }
      : { answer: viewMember(member) };
  },
});

const named = z.array(z.object({ name: z.string(), accounts: z.number().int(), connections: z.number().int() }));

export const countMembers = roomOperation({
  ...reading,
  id: 'countMembers',
  method: 'POST',
  path: '/v1/rooms/:room/counts',
  summary: 'Count members',
  description: 'Exact, by these tags and by device kind.',
  params: inRoom,
  body: z.strictObject({ tags: z.array(tag).max(countLimits.countedTags).default([]) }),
  answer: z
    .object({
      accounts: z.number().int(),
      connections: z.number().int(),
      bots: z.number().int(),
      settling,
      tags: named,
      deviceKinds: named,
    })
    .meta({ id: 'Counts' }),
  command: (given) => ({ countMembers: { tags: given.tags } }),
  view: (result) => expectCase(result, 'memberCounts').value,
});

export const listSessions = roomOperation({
  ...reading,
  id: 'listSessions',
  method: 'GET',
  path: '/v1/rooms/:room/sessions',
  summary: 'List the sessions with a tag',
  params: inRoom,
  query: z.strictObject({ tag, pageToken, limit: page(100, 100) }),
  answer: z
    .object({
      sessions: z.array(
        z.object({
          account: z.string(),
          device: z.object({ id: z.string(), kind: z.string() }),
          tags: z.array(z.string()),
          enteredMs: z.number().int(),
        }),
      ),
      next,
      settling,
    })
    .meta({ id: 'SessionPage' }),
  command: (given) => ({ listSessions: only(given, ['tag', 'pageToken', 'limit']) }),
  view(result) {
    const { sessions, ...rest } = expectCase(result, 'sessionPage').value;
    return { sessions: sessions.map((row) => ({ ...row, device: row.device ?? { id: '', kind: '' } })), ...rest };
  },
});

const common = { tag: 'members', scope: 'members:write', changes: true, params: ofMember, answer: change, view: viewChange } as const;
const settableRole = z.enum(['guest', 'regular', 'administrator']);

export const setRole = roomOperation({
  ...common,
  id: 'setRole',
  method: 'PUT',
  path: '/v1/rooms/:room/members/:account/role',
  summary: 'Set the role of an account',
  description: 'The account may never have entered. `guest` takes a role away.',
  body: z.strictObject({ role: settableRole, ...notice }),
  command: (given) => ({ setRole: { account: given.account, role: valueOf(Role, given.role), notice: noticeOf(given) } }),
});

export const updateMember = roomOperation({
  ...common,
  id: 'updateMember',
  method: 'PATCH',
  path: '/v1/rooms/:room/members/:account',
  summary: 'Change role, level, labels and profile of an account',
  description: 'In one step. What is not named stays as it is.',
  body: z
    .strictObject({
      nickname: textOf(limits.nickname).optional(),
      avatar: textOf(limits.url).optional(),
      ext: textOf(limits.ext).optional(),
      save: z.boolean().default(false).describe('The profile is kept when a permanent member leaves.'),
      role: settableRole.optional(),
      level: z.int().min(0).max(0x7fff_ffff).optional(),
      labels: z.array(label).max(countLimits.labels).optional(),
      ...notice,
    })
    .meta({ examples: [{ role: 'regular', level: 3, labels: [{ name: 'dj', level: 1, saved: true }] }] }),
  command: (given) => ({
    updateMember: {
      ...only(given, ['account', 'nickname', 'avatar', 'ext', 'save', 'level']),
      ...(given.role === undefined ? {} : { role: valueOf(Role, given.role) }),
      ...(given.labels === undefined ? {} : { labels: { labels: given.labels } }),
      notice: noticeOf(given),
    },
  }),
});

export const setTags = roomOperation({
  ...common,
  id: 'setTags',
  method: 'PUT',
  path: '/v1/rooms/:room/members/:account/tags',
  summary: 'Set the tags of an account that is present',
  body: z.strictObject({
    tags,
    device: textOf(textLimits.deviceId).default('').describe('Only the session of this device; without: all.'),
    notify: notice.notify,
    notifyExt: notice.notifyExt,
  }),
  command: (given) => ({ setTags: { account: given.account, tags: given.tags, deviceId: given.device, notice: noticeOf(given) } }),
});
