import type { GetRoom, ListMembers } from '@plaza/proto/client';
import { answer, refused } from '../outcome.js';
import type { Context, CreatedRoom, Decision } from '../types.js';
import { roomInfo } from '../views.js';

export const getRoom = (room: CreatedRoom, _command: GetRoom, context: Context): Decision =>
  answer({ $case: 'roomInfo', value: roomInfo(room, context.presence) });

/** Lists are read from the presence, which no decision sees whole. */
export const listMembers = (_room: CreatedRoom, _command: ListMembers, _context: Context): Decision =>
  refused('bad-request', 'member lists are asked for as a query');
