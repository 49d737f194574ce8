import { Role } from '@plaza/proto/client';

/** The roles that a member can have; `ROLE_UNSPECIFIED` on the wire is a guest. */
export type MemberRole = 'creator' | 'administrator' | 'regular' | 'guest' | 'anonymous';

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
  send: row(true, true, true, true, false),
  sendWhileRoomMuted: row(true, true, false, false, false),
  setAdministrator: row(true, false, false, false, false),
  setRegular: row(true, true, false, false, false),
  moderate: row(true, true, false, false, false),
  changeRoom: row(true, true, false, false, false),
  openAndClose: row(true, false, false, false, false),
} as const satisfies Record<string, Row>;

export type Act = keyof typeof acts;

/** Whom an operator who may moderate at all can mute or kick: a row an operator, a column a target. */
const withinReach: Readonly<Record<MemberRole, Row>> = {
  creator: row(false, true, true, true, true),
  administrator: row(false, false, true, true, true),
  regular: row(false, false, false, false, false),
  guest: row(false, false, false, false, false),
  anonymous: row(false, false, false, false, false),
};

/** Who can be muted and promoted at all; anonymous guests can only be kicked. */
const keepsMarks = row(false, true, true, true, false);

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
