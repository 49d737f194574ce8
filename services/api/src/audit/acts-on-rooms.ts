import {
  CloseKind,
  ContentRule,
  DeviceConflict,
  DevicePolicy,
  NoticesMode,
  QueueRights,
  type CloseSchedule,
  type RoomChanges,
  type RoomSettings,
} from '@plaza/proto/client';
import { wordOf } from '../words.js';
import { isByItself, plain, type Judges } from './act.js';
import type { Details } from './entry.js';

type Cases =
  | 'roomCreated'
  | 'roomUpdated'
  | 'roomOpened'
  | 'roomClosed'
  | 'tagMuted'
  | 'tagUnmuted'
  | 'roomMuted'
  | 'roomUnmuted'
  | 'settingsChanged'
  | 'termsChanged'
  | 'botsChanged';

/** What is done to a room as a whole. */
export const actsOnRooms: Judges<Cases> = {
  roomCreated: ({ creator, profile, settings, close }) => ({
    targets: [creator],
    details: { profile: changesOf(profile), settings: settingsOf(settings), ...closeOf(close) },
  }),
  roomUpdated: ({ changes, previous, close, previousClose, closeChanged }) => ({
    details: { ...changesOf(changes), ...(closeChanged ? closeOf(close, null) : {}) },
    previous: { ...changesOf(previous), ...closeOf(previousClose) },
  }),
  roomOpened: ({ close }) => ({ details: closeOf(close) }),
  /** Also when a delayed close, which somebody had set, does it. */
  roomClosed: ({ reason, close }) => ({ reason, details: closeOf(close) }),
  tagMuted: (value) => ({ details: plain(value) }),
  tagUnmuted: (value, by) => (isByItself(by) ? undefined : { details: plain(value) }),
  roomMuted: () => ({}),
  roomUnmuted: () => ({}),
  /** The terms have an event of their own, which says more. */
  settingsChanged: ({ changes, previous }) =>
    changes === undefined ? undefined : { details: settingsOf(changes), previous: settingsOf(previous) },
  termsChanged: (value) => ({ details: plain(value) }),
  botsChanged({ added, removed, untilMs, expired, cleared }) {
    if (expired) return undefined;
    return { details: plain({ added: added.map(({ account }) => account), removed, cleared, untilMs: untilMs || undefined }) };
  },
};

function changesOf(changes: RoomChanges | undefined): Details {
  const { notices, queueRights, ...rest } = changes ?? {};
  return plain({
    ...rest,
    notices: notices && wordOf(NoticesMode, notices),
    queueRights: queueRights && wordOf(QueueRights, queueRights),
  });
}

function settingsOf(settings: RoomSettings | undefined): Details {
  const { links, terms, gates, devicePolicy, deviceConflict, ...rest } = settings ?? {};
  return plain({
    ...rest,
    links: links && wordOf(ContentRule, links),
    terms: terms && wordOf(ContentRule, terms),
    gates: gates?.gates,
    devicePolicy: devicePolicy && wordOf(DevicePolicy, devicePolicy),
    deviceConflict: deviceConflict && wordOf(DeviceConflict, deviceConflict),
  });
}

/** `absent`: what stands for a delayed close that is none any more. */
function closeOf(close: CloseSchedule | undefined, absent?: null): Details {
  if (close === undefined) return absent === undefined ? {} : { delayedClose: absent };
  const { kind, seconds, startMs } = close;
  return { delayedClose: { kind: wordOf(CloseKind, kind), seconds, startMs } };
}
