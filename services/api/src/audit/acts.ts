import type { Event } from '@plaza/proto/client';
import type { LoggedEvent } from '@plaza/proto/log';
import type { By, EventCase, Judge, Judges } from './act.js';
import { actsOnContent } from './acts-on-content.js';
import { actsOnMembers } from './acts-on-members.js';
import { actsOnRooms } from './acts-on-rooms.js';
import type { AuditedAct } from './entry.js';
import { notedActs } from './note-act.js';

/** What of everything that a room's log can hold is a management act. A new kind of event does not compile before it is judged here. */
export const judges: Judges<EventCase> = { ...actsOnMembers, ...actsOnRooms, ...actsOnContent };

/** The names that a query can ask for. */
export const actNames: readonly string[] = [
  ...Object.keys(judges)
    .filter((name) => !['message', 'entered', 'left', 'away', 'actNoted'].includes(name))
    .map(kebab),
  ...notedActs,
  'device-unblocked',
  'log-hole',
].sort();

/** `timedMuted` is `timed-muted`. */
function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Undefined: no management act, or one of a kind that this version does not know. */
export function actOf(
  sequence: number,
  room: string,
  logged: Pick<LoggedEvent, 'apiKey' | 'command'>,
  event: Event,
): AuditedAct | undefined {
  const { kind, operator, targets, timeMs, position, notifyExt } = event;
  if (kind === undefined) return undefined;
  const by: By = { operator, targets, apiKey: apiKeyOf(logged, operator) };
  const act = (judges[kind.$case] as Judge<EventCase>)(kind.value, by);
  if (act === undefined) return undefined;
  return {
    ...{ sequence, room, position: String(position), timeMs, operator, apiKey: by.apiKey, notifyExt },
    act: act.act ?? kebab(kind.$case),
    targets: [...(act.targets ?? targets)],
    reason: act.reason ?? '',
    details: act.details ?? {},
    previous: act.previous ?? {},
  };
}

/** Records of holders that did not log the key yet: an answered command without an operator is the server API's. */
const apiKeyOf = ({ apiKey, command }: Pick<LoggedEvent, 'apiKey' | 'command'>, operator: string): string =>
  apiKey ?? (operator === '' && command !== 0 ? 'unknown' : '');
