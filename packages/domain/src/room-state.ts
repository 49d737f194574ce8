import type { RoomId } from './ids.js';
import { defaultSettings } from './settings.js';
import type { CreatedRoom, RoomState } from './types.js';

/** A room before its first event. */
export const newRoom = (id: RoomId): RoomState => ({
  id,
  profile: undefined,
  settings: defaultSettings,
  terms: [],
  close: undefined,
  pinned: undefined,
  members: new Map(),
  mutedTags: new Map(),
  blockedDevices: new Map(),
  queue: undefined,
  attributes: new Map(),
  bots: new Map(),
  away: new Map(),
  restrictions: new Map(),
  last: 0,
  bucket: 0,
  bucketCount: 0,
  lastSequence: 0,
});

export const isCreated = (room: RoomState): room is CreatedRoom => room.profile !== undefined;
