import { QueueChange } from '@plaza/proto/client';
import type { LoggedEvent } from './logged.js';

/** Events that are nobody's act on others, whoever made them. */
const noActs: readonly string[] = ['message', 'entered', 'left', 'away'];
/** What ends by itself is nobody's act; a delayed close that closes is. */
const endsByItself: readonly string[] = ['timedUnmuted', 'tagUnmuted', 'memberUpdated', 'botsChanged', 'attributesChanged', 'queueChanged'];

const ofTheWhole: readonly QueueChange[] = [QueueChange.QUEUE_CHANGE_INIT, QueueChange.QUEUE_CHANGE_DROP, QueueChange.QUEUE_CHANGE_DELETE];

/** Whether an event is a management act: the judge's own reading of docs/audit.md, "What is an act". */
export function isAct({ event: { kind, operator, targets }, apiKey }: LoggedEvent): boolean {
  if (kind === undefined || noActs.includes(kind.$case)) return false;
  if (operator === '' && apiKey === '' && endsByItself.includes(kind.$case)) return false;
  if (kind.$case === 'messageRecalled') return kind.value.recalled === 0 || kind.value.account !== operator;
  if (kind.$case === 'attributesChanged') return !areOf(operator, [...kind.value.set, ...kind.value.previous]);
  if (kind.$case === 'memberUpdated') {
    const { level, labels, tags } = kind.value.changes ?? {};
    return level !== undefined || labels !== undefined || tags !== undefined || operator !== targets[0];
  }
  if (kind.$case !== 'queueChanged') return true;
  const { change, elements, previous } = kind.value;
  if (change === QueueChange.QUEUE_CHANGE_OWNER_LEFT) return false;
  return ofTheWhole.includes(change) || !areOf(operator, [...elements, ...previous]);
}

/** Whether all of it is one's own. */
const areOf = (operator: string, owned: readonly { readonly owner: string }[]): boolean =>
  operator !== '' && owned.every(({ owner }) => owner === operator);
