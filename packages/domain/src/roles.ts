import { Role } from '@plaza/proto/client';

/** The roles that a member can have; `ROLE_UNSPECIFIED` on the wire is a guest. */
export type MemberRole = 'creator' | 'administrator' | 'regular' | 'guest' | 'anonymous';
export const memberRoles: readonly MemberRole[] = ['creator', 'administrator', 'regular', 'guest', 'anonymous'];

type Row = Readonly<Record<MemberRole, boolean>>;

const row = (creator: boolean, administrator: boolean, regular: boolean, guest: boolean, anonymous: boolean): Row => ({
  creator,
  administrator,
  regular,
  guest,
  anonymous,
});

/** Who may do what. Columns: creator, administrator, regular, guest, anonymous. */
export const acts = {
  receive: row(true, true, true, true, true),
  send: row(true, true, true, true, false),
  react: row(true, true, true, true, false),
  sendWhileRoomMuted: row(true, true, false, false, false),
  /** Slow mode, gates, same text, links and terms do not bind. */
  sendUnfiltered: row(true, true, false, false, false),
  setAdministrator: row(true, false, false, false, false),
  setRegular: row(true, true, false, false, false),
  /** Mute, timed mute, block, kick: of whom, says `withinReach`. */
  moderate: row(true, true, false, false, false),
  /** Room mute, tag mute, profile, settings, terms, bots, pinned message, recall of others' messages. */
  changeRoom: row(true, true, false, false, false),
  openAndClose: row(true, false, false, false, false),
  queueForEveryone: row(true, true, true, true, false),
  queueForManagers: row(true, true, false, false, false),
  /** Empty the queue, set its size, delete it. */
  resetQueue: row(true, true, false, false, false),
  writeAttributes: row(true, true, true, true, false),
  writeOthersAttributes: row(true, true, false, false, false),
  changeOwnProfile: row(true, true, true, true, false),
  saveOwnProfile: row(true, true, true, false, false),
  changeOthersProfile: row(true, true, false, false, false),
} as const satisfies Record<string, Row>;

export type Act = keyof typeof acts;

/** Whom an operator who may moderate at all can mute, block or kick: a row an operator, a column a target. */
export const withinReach: Readonly<Record<MemberRole, Row>> = {
  creator: row(false, true, true, true, true),
  administrator: row(false, false, true, true, true),
  regular: row(false, false, false, false, false),
  guest: row(false, false, false, false, false),
  anonymous: row(false, false, false, false, false),
};

/** Who can be muted, blocked and promoted at all; anonymous guests can only be kicked, and their devices blocked. */
export const keepsMarks = row(false, true, true, true, false);

const names: Readonly<Record<number, MemberRole>> = {
  [Role.ROLE_CREATOR]: 'creator',
  [Role.ROLE_ADMINISTRATOR]: 'administrator',
  [Role.ROLE_REGULAR]: 'regular',
  [Role.ROLE_ANONYMOUS]: 'anonymous',
};

export const roleName = (role: Role): MemberRole => names[role] ?? 'guest';

export const may = (role: Role, act: Act): boolean => acts[act][roleName(role)];
export const canReach = (operator: Role, target: Role): boolean => withinReach[roleName(operator)][roleName(target)];
export const canBeMarked = (target: Role): boolean => keepsMarks[roleName(target)];
/** Regular members and administrators: what the cap of permanent members counts. */
export const isAppointed = (role: Role): boolean => role === Role.ROLE_REGULAR || role === Role.ROLE_ADMINISTRATOR;
/** Creator, administrators and regular members stay in the lists when they are offline. */
export const isPermanent = (role: Role): boolean => role === Role.ROLE_CREATOR || isAppointed(role);
/** Creator and administrators. */
export const isManager = (role: Role): boolean => role === Role.ROLE_CREATOR || role === Role.ROLE_ADMINISTRATOR;
