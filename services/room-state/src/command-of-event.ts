import { type Event } from '@plaza/proto/client';
import type { Command } from '@plaza/domain';

type EventCase = NonNullable<Event['kind']>['$case'];

const commands: Readonly<Record<EventCase, Command['$case']>> = {
  message: 'sendMessage',
  entered: 'join',
  left: 'leave',
  muted: 'muteMember',
  unmuted: 'unmuteMember',
  timedMuted: 'timedMuteMember',
  timedUnmuted: 'timedUnmuteMember',
  kicked: 'kickMember',
  roleChanged: 'setRole',
  roomCreated: 'createRoom',
  roomUpdated: 'updateRoom',
  roomOpened: 'openRoom',
  roomClosed: 'closeRoom',
};

/** The command whose first event this is: the log does not name it, and a repeat has to be of the same command. Empty: an event of a later version. */
export const commandOfEvent = ({ kind }: Event): string => (kind === undefined ? '' : commands[kind.$case]);
