import type { Event } from '@plaza/proto/client';

type Kind = NonNullable<Event['kind']>;

/** After these something of the accounts that they name stays in the room, whether or not the history has the event. */
const marking: readonly Kind['$case'][] = [
  'roomCreated',
  'muted',
  'timedMuted',
  'blocked',
  'kicked',
  'roleChanged',
  'memberUpdated',
  'attributesChanged',
  'queueChanged',
  'pinned',
];

export const leavesMarks = ({ kind }: Event): boolean => kind !== undefined && marking.includes(kind.$case);

/** Every account that an event names: who did it, whom it concerns, whose things are in it. */
export const accountsIn = ({ operator, targets, kind }: Event): string[] =>
  [...new Set([operator, ...targets, ...inside(kind)])].filter((account) => account !== '');

function inside(kind: Event['kind']): string[] {
  switch (kind?.$case) {
    case 'message':
      return [kind.value.account];
    case 'messageRecalled':
      return [kind.value.account];
    case 'roomCreated':
      return [kind.value.creator];
    case 'pinned':
      return [kind.value.pinned?.message?.account ?? '', kind.value.pinned?.operator ?? ''];
    case 'queueChanged':
      return [...kind.value.elements, ...kind.value.previous].map(({ owner }) => owner);
    case 'attributesChanged':
      return [...kind.value.set, ...kind.value.previous].map(({ owner }) => owner);
    default:
      return [];
  }
}
