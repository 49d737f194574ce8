import type { Role } from '@plaza/proto/client';
import {
  AttributeSlot,
  AwaySlot,
  BotSlot,
  CloseSlot,
  DeviceSlot,
  HeadSlot,
  MemberSlot,
  PinnedSlot,
  ProfileSlot,
  QueueElementSlot,
  QueueSlot,
  RestrictionSlot,
  SettingsSlot,
  TagSlot,
  TermsSlot,
} from '@plaza/proto/log';
import type { AccountId, RoomId } from './ids.js';
import { newRoom } from './room-state.js';
import { defaultSettings, withSettings } from './settings.js';
import type { QueueItem, RoomState } from './types.js';

/** One part of a room's state, as projections and snapshots keep it; value undefined: it is gone. */
export interface SlotChange {
  readonly name: string;
  readonly value: Uint8Array | undefined;
}

export interface StoredSlot {
  readonly name: string;
  readonly value: Uint8Array;
}

/** A slot that a room has once. */
interface Single {
  encode(room: RoomState): Uint8Array | undefined;
  decode(room: RoomState, value: Uint8Array): void;
}

/** Slots that a room has for each key of a kind: `<prefix>/<key>`. */
interface Keyed {
  keys(room: RoomState): Iterable<string>;
  encode(room: RoomState, key: string): Uint8Array | undefined;
  decode(room: RoomState, value: Uint8Array): void;
}

const singles: Readonly<Record<string, Single>> = {
  head: {
    encode: (room) => HeadSlot.encode(room).finish(),
    decode: (room, value) => void Object.assign(room, HeadSlot.decode(value)),
  },
  profile: {
    encode: ({ profile }) => profile && ProfileSlot.encode(profile).finish(),
    decode: (room, value) => void (room.profile = ProfileSlot.decode(value)),
  },
  settings: {
    encode: ({ settings }) => (settings === defaultSettings ? undefined : SettingsSlot.encode({ settings }).finish()),
    decode: (room, value) => void (room.settings = withSettings(defaultSettings, SettingsSlot.decode(value).settings)),
  },
  terms: {
    encode: ({ terms }) => (terms.length === 0 ? undefined : TermsSlot.encode({ terms: [...terms] }).finish()),
    decode: (room, value) => void (room.terms = TermsSlot.decode(value).terms),
  },
  close: {
    encode: ({ close }) => close && CloseSlot.encode({ close }).finish(),
    decode: (room, value) => void (room.close = CloseSlot.decode(value).close),
  },
  pinned: {
    encode: ({ pinned }) => pinned && PinnedSlot.encode({ pinned }).finish(),
    decode: (room, value) => void (room.pinned = PinnedSlot.decode(value).pinned),
  },
  queue: {
    encode: ({ queue }) => queue && QueueSlot.encode(queue).finish(),
    decode: (room, value) => void Object.assign(queueOf(room), QueueSlot.decode(value)),
  },
};

const keyed: Readonly<Record<string, Keyed>> = {
  member: {
    keys: (room) => room.members.keys(),
    encode: (room, key) =>
      encoded(room.members.get(key as AccountId), (member) => MemberSlot.encode({ ...member, labels: [...member.labels] })),
    decode: (room, value) => {
      const slot = MemberSlot.decode(value);
      const account = slot.account as AccountId;
      room.members.set(account, { ...slot, account, role: slot.role as Role });
    },
  },
  tag: {
    keys: (room) => room.mutedTags.keys(),
    encode: (room, tag) => encoded(room.mutedTags.get(tag), (untilMs) => TagSlot.encode({ tag, untilMs })),
    decode: ({ mutedTags }, value) => {
      const { tag, untilMs } = TagSlot.decode(value);
      mutedTags.set(tag, untilMs);
    },
  },
  device: {
    keys: (room) => room.blockedDevices.keys(),
    encode: (room, deviceId) => encoded(room.blockedDevices.get(deviceId), (untilMs) => DeviceSlot.encode({ deviceId, untilMs })),
    decode: ({ blockedDevices }, value) => {
      const { deviceId, untilMs } = DeviceSlot.decode(value);
      blockedDevices.set(deviceId, untilMs);
    },
  },
  q: {
    keys: (room) => room.queue?.items.keys() ?? [],
    encode: (room, key) => encoded(room.queue?.items.get(key), (item) => QueueElementSlot.encode(item)),
    decode: (room, value) => {
      const { element, order } = QueueElementSlot.decode(value);
      if (element !== undefined) queueOf(room).items.set(element.key, { element, order });
    },
  },
  attribute: {
    keys: (room) => room.attributes.keys(),
    encode: (room, key) => encoded(room.attributes.get(key), (attribute) => AttributeSlot.encode({ attribute })),
    decode: ({ attributes }, value) => {
      const { attribute } = AttributeSlot.decode(value);
      if (attribute !== undefined) attributes.set(attribute.key, attribute);
    },
  },
  bot: {
    keys: (room) => room.bots.keys(),
    encode: (room, key) => encoded(room.bots.get(key as AccountId), (record) => BotSlot.encode(record)),
    decode: ({ bots }, value) => {
      const { bot, addedMs, untilMs } = BotSlot.decode(value);
      if (bot !== undefined) bots.set(bot.account as AccountId, { bot, addedMs, untilMs });
    },
  },
  away: {
    keys: (room) => room.away.keys(),
    encode: (room, account) => encoded(room.away.get(account), (sinceMs) => AwaySlot.encode({ account, sinceMs })),
    decode: ({ away }, value) => {
      const { account, sinceMs } = AwaySlot.decode(value);
      away.set(account, sinceMs);
    },
  },
  restriction: {
    keys: (room) => room.restrictions.keys(),
    encode: (room, key) => encoded(room.restrictions.get(key as AccountId), (restriction) => RestrictionSlot.encode({ restriction })),
    decode: ({ restrictions }, value) => {
      const { restriction } = RestrictionSlot.decode(value);
      if (restriction !== undefined) restrictions.set(restriction.account as AccountId, restriction);
    },
  },
};

const encoded = <T>(value: T | undefined, encode: (value: T) => { finish(): Uint8Array }): Uint8Array | undefined =>
  value === undefined ? undefined : encode(value).finish();

/** The names of slots, for `apply`. */
export const memberSlot = (account: AccountId): string => `member/${account}`;
export const tagSlot = (tag: string): string => `tag/${tag}`;
export const deviceSlot = (deviceId: string): string => `device/${deviceId}`;
export const queueItemSlot = (key: string): string => `q/${key}`;
export const attributeSlot = (key: string): string => `attribute/${key}`;
export const botSlot = (account: AccountId): string => `bot/${account}`;
export const awaySlot = (account: string): string => `away/${account}`;
export const restrictionSlot = (account: AccountId): string => `restriction/${account}`;

/** A room's position in its log. It changes with every record and is written once a second, so it is encoded when it is asked for. */
export class HeadOf implements StoredSlot {
  readonly name = 'head';

  constructor(private readonly head: Pick<RoomState, 'last' | 'lastSequence' | 'bucket' | 'bucketCount'>) {}

  get value(): Uint8Array {
    return HeadSlot.encode(this.head).finish();
  }
}

/** The slots of these names as they are now. Unknown names are gone. */
export const slotsOf = (room: RoomState, names: Iterable<string>): SlotChange[] =>
  Array.from(names, (name) => ({ name, value: valueOf(room, name) }));

/** Everything of a room that is kept. */
export const allSlots = (room: RoomState): StoredSlot[] =>
  slotsOf(room, namesOf(room)).filter((slot): slot is StoredSlot => slot.value !== undefined);

function* namesOf(room: RoomState): IterableIterator<string> {
  yield* Object.keys(singles);
  for (const [prefix, kind] of Object.entries(keyed)) for (const key of kind.keys(room)) yield `${prefix}/${key}`;
}

function valueOf(room: RoomState, name: string): Uint8Array | undefined {
  const [prefix, key] = split(name);
  return key === undefined ? singles[prefix]?.encode(room) : keyed[prefix]?.encode(room, key);
}

/** The room that these slots were taken from. Slots of unknown names are a newer version's, and passed over. Throws where a value is malformed. */
export function roomFromSlots(id: RoomId, slots: Iterable<StoredSlot>): RoomState {
  const room = newRoom(id);
  for (const { name, value } of slots) {
    const [prefix, key] = split(name);
    (key === undefined ? singles[prefix] : keyed[prefix])?.decode(room, value);
  }
  if (room.queue !== undefined) sortItems(room.queue.items);
  return room;
}

/** Before the first slash, and behind it; keys may have slashes of their own. */
function split(name: string): [string, string | undefined] {
  const at = name.indexOf('/');
  return at < 0 ? [name, undefined] : [name.slice(0, at), name.slice(at + 1)];
}

const queueOf = (room: RoomState): NonNullable<RoomState['queue']> => (room.queue ??= { size: 0, nextOrder: 0, items: new Map() });

function sortItems(items: Map<string, QueueItem>): void {
  const sorted = [...items].sort(([, a], [, b]) => a.order - b.order);
  items.clear();
  for (const [key, item] of sorted) items.set(key, item);
}
