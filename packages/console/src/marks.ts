import type { Event, Pinned, RoomInfo } from '@plaza/client';

/** What of a room stands beside its messages, each as of a position: an event from before that changes nothing. */
export interface Marks {
  readonly pinned: Pinned | undefined;
  readonly pinnedAt: number;
  readonly roomMuted: boolean;
  readonly roomMutedAt: number;
}

export const marksOf = (room: Pick<RoomInfo, 'pinned' | 'roomMuted'> | undefined, position: number): Marks => ({
  pinned: room?.pinned,
  pinnedAt: position,
  roomMuted: room?.roomMuted ?? false,
  roomMutedAt: position,
});

export const marksAfter = (marks: Marks, events: readonly Event[]): Marks => events.reduce(after, marks);

function after(marks: Marks, { kind, position }: Event): Marks {
  const pinned = (to: Pinned | undefined): Marks => (position > marks.pinnedAt ? { ...marks, pinned: to, pinnedAt: position } : marks);
  const muted = (roomMuted: boolean): Marks => (position > marks.roomMutedAt ? { ...marks, roomMuted, roomMutedAt: position } : marks);
  switch (kind?.$case) {
    case 'pinned':
      return pinned(kind.value.pinned);
    case 'unpinned':
      return pinned(undefined);
    case 'messageRecalled':
      return isRecalled(marks.pinned, kind.value) ? pinned(undefined) : marks;
    case 'roomMuted':
      return muted(true);
    case 'roomUnmuted':
      return muted(false);
    default:
      return marks;
  }
}

type Recall = Extract<NonNullable<Event['kind']>, { $case: 'messageRecalled' }>['value'];

/** By its id. Of all messages of an account since a moment, the moment of a pinned one is not known: it goes with them. */
const isRecalled = (pinned: Pinned | undefined, { recalled, account }: Recall): boolean =>
  pinned !== undefined && (recalled > 0 ? pinned.messageId === String(recalled) : pinned.message?.account === account);
