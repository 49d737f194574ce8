import { accountsRoom } from '@plaza/domain';
import type { Problem } from '../problems.js';
import type { Rooms } from '../rooms.js';
import { brief, plain } from './act.js';

/** Acts of the server API that are no room's, and so have no event of their own. */
export const notedActs = [
  'key-created',
  'key-deleted',
  'webhook-created',
  'webhook-updated',
  'webhook-deleted',
  'webhook-secret-rotated',
  'webhook-replayed',
  'dead-letters-resent',
  'dead-letter-deleted',
  'shard-handed-over',
  'edge-drained',
  'edge-drain-ended',
] as const;
export type NotedAct = (typeof notedActs)[number];

const longest = 4096;

/**
 * Puts such an act into the log, by way of the room of accounts, and so into the audit log. It comes before the act itself: what cannot be audited is not done.
 * Undefined: it is in the log.
 */
export async function noteAct(rooms: Rooms, commandId: string, act: NotedAct, details: object): Promise<Problem | undefined> {
  const noted = await rooms.command({ room: accountsRoom, commandId }, { $case: 'noteAct', value: { act, details: textOf(details) } });
  return 'problem' in noted ? noted.problem : undefined;
}

/** Long lists are kept by their hash. */
function textOf(details: object): string {
  const text = JSON.stringify(plain(details));
  return text.length <= longest ? text : JSON.stringify({ ...onlyTexts(details), long: brief(text) });
}

const onlyTexts = (details: object): object =>
  plain(Object.fromEntries(Object.entries(details).filter(([, value]) => typeof value === 'string')));
