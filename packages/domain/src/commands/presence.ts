import { DeviceConflict, DevicePolicy, LeaveReason, NoticesMode, Role, type Join, type Leave, type Member } from '@plaza/proto/client';
import { matchesAudience, parseAudience } from '../audience.js';
import { comingHappenings, leavingHappenings } from '../dependents.js';
import { checkTags, checkTexts, textLimits } from '../limits.js';
import { answer, audienceOf, placed, refusal, refused, unchanged, type Happening } from '../outcome.js';
import { returnMs } from '../recent.js';
import { refuse, type Refusal } from '../refusal.js';
import type { Context, CreatedRoom, Decision, SessionActor } from '../types.js';
import { labelsOf, memberView, roleOf, roomInfo } from '../views.js';
import { isRosterFull } from './roles.js';

/** Enters the room. The first session of an account is told to the room where notices are on. */
export function join(room: CreatedRoom, command: Join, context: Context): Decision {
  const { actor, presence } = context;
  if (actor.kind !== 'session') return refused('not-allowed', 'only a session can join');
  const no = mayEnter(room, actor, context) ?? checkEntry(command, context);
  if (no) return refusal(no);
  const devices = devicesFor(room, actor, context);
  if ('code' in devices) return refusal(devices);
  const role = hintedRole(room, actor, context);
  const self = { ...selfView(room, actor, command, context), role };
  const first = presence.sessionsOf(actor.account) === 0;
  const happenings = [...comingHappenings(room, actor.account), ...roleHappenings(room, actor, role)];
  if (first && noticesOn(room, presence.accounts + 1, context)) happenings.push(entered(self, actor));
  const counts = { accounts: presence.accounts + (first ? 1 : 0), connections: presence.connections + 1, settling: presence.settling };
  const recent = command.after === undefined ? missedWhileAway(actor, context) : [];
  const value = { self, room: roomInfo(room, counts), complete: true, completeFrom: 0, recent };
  const effects = devices.displaced.length === 0 ? {} : { effects: { displaced: devices.displaced } };
  return { events: placed(room, context, happenings), reply: { $case: 'joined', value }, ...effects };
}

function mayEnter(room: CreatedRoom, { account, anonymous, deviceId }: SessionActor, { nowMs }: Context): Refusal | undefined {
  if (!room.profile.open) return refuse('room-closed');
  if (anonymous && !room.profile.anonymousAllowed) return refuse('anonymous-refused');
  const record = room.members.get(account);
  if (record?.blocked) return refuse('blocked');
  const waitMs = (record?.refusedUntilMs ?? 0) - nowMs;
  if (waitMs > 0) return refuse('entry-refused', `entry is refused for another ${Math.ceil(waitMs / 1000)} s`, waitMs);
  const deviceMs = (room.blockedDevices.get(deviceId) ?? 0) - nowMs;
  return deviceMs > 0 ? refuse('device-blocked', `the device is blocked for another ${Math.ceil(deviceMs / 1000)} s`, deviceMs) : undefined;
}

function checkEntry({ nickname, avatar, ext, tags, noticeAudience }: Join, { limits }: Context): Refusal | undefined {
  const no = checkTexts([
    { field: 'nickname', text: nickname, most: textLimits.nickname },
    { field: 'avatar', text: avatar, most: textLimits.avatar },
    { field: 'ext', text: ext, most: limits.extCodePoints, opaque: true },
  ]);
  const audience = noticeAudience === '' ? undefined : parseAudience(noticeAudience);
  return no ?? checkTags(tags) ?? (typeof audience === 'object' ? audience : undefined);
}

/** Which other devices of the account have to go, or why this one may not come. The same device replaces itself, whatever the policy. */
function devicesFor({ settings }: CreatedRoom, actor: SessionActor, { presence }: Context): { displaced: string[] } | Refusal {
  const others = presence.devicesOf(actor.account).filter(({ deviceId }) => deviceId === '' || deviceId !== actor.deviceId);
  const policy = settings.devicePolicy;
  const rivals =
    policy === DevicePolicy.DEVICE_POLICY_ONE_PER_KIND ? others.filter(({ deviceKind }) => deviceKind === actor.deviceKind) : others;
  const most = policy === DevicePolicy.DEVICE_POLICY_ONE || policy === DevicePolicy.DEVICE_POLICY_ONE_PER_KIND ? 1 : settings.devices;
  const tooMany = rivals.slice(0, Math.max(0, rivals.length + 1 - most));
  if (tooMany.length > 0 && settings.deviceConflict === DeviceConflict.DEVICE_CONFLICT_NEWEST_REFUSED) {
    return refuse(
      'too-many-devices',
      `the account may be here with ${most} device(s)${most === 1 && rivals !== others ? ' of a kind' : ''}`,
    );
  }
  return { displaced: tooMany.map(({ deviceId }) => deviceId) };
}

/** The role that the account has from now on: the room's own, or the token's where the room gave none and has a place. */
function hintedRole(room: CreatedRoom, { account, anonymous, roleHint }: SessionActor, context: Context): Role {
  const role = roleOf(room, account, anonymous);
  const appoints = roleHint === Role.ROLE_REGULAR || roleHint === Role.ROLE_ADMINISTRATOR;
  return role === Role.ROLE_GUEST && appoints && !isRosterFull(room, account, context) ? roleHint : role;
}

function roleHappenings(room: CreatedRoom, { account, anonymous }: SessionActor, role: Role): Happening[] {
  const previous = roleOf(room, account, anonymous);
  return role === previous ? [] : [{ kind: { $case: 'roleChanged', value: { role, previous } }, targets: [account] }];
}

function selfView(room: CreatedRoom, actor: SessionActor, command: Join, { nowMs }: Context): Member {
  const record = room.members.get(actor.account);
  return {
    ...memberView(room, actor.account, nowMs),
    nickname: actor.nickname || command.nickname || (record?.nickname ?? ''),
    avatar: actor.avatar || command.avatar || (record?.avatar ?? ''),
    ext: command.ext || (record?.ext ?? ''),
    labels: labelsOf(room, actor),
    tags: [...actor.tags],
    online: true,
    enteredMs: nowMs,
  };
}

const entered = (member: Member, { account, noticeAudience }: SessionActor): Happening => ({
  kind: { $case: 'entered', value: { member } },
  targets: [account],
  audience: audienceOf(noticeAudience),
});

/** Messages of class high from while the account was away, for who comes back soon. */
function missedWhileAway({ account, tags }: SessionActor, { presence, recent, nowMs }: Context) {
  const leftMs = presence.leftMs(account);
  if (leftMs === 0 || nowMs - leftMs > returnMs) return [];
  const own = new Set(tags);
  const forThem = recent.highSince(leftMs).filter(({ audience }) => typeof audience === 'string' || matchesAudience(audience.tags, own));
  return forThem.map(({ event }) => event);
}

/** Ends one session. The last one of an account is told to the room where notices are on, and noted where something goes with it. */
export function leave(room: CreatedRoom, _command: Leave, context: Context): Decision {
  const { actor, presence } = context;
  if (actor.kind !== 'session') return refused('not-allowed', 'only a session can leave');
  const sessions = presence.sessionsOf(actor.account);
  if (sessions === 0) return unchanged;
  const happenings = sessions > 1 ? [] : lastLeaves(room, actor, context);
  const events = placed(room, context, happenings);
  // Without an event there is no position to name.
  return { ...answer({ $case: 'done', value: { position: events.at(-1)?.event.position ?? 0, secondsLeft: undefined } }), events };
}

function lastLeaves(room: CreatedRoom, actor: SessionActor, context: Context): Happening[] {
  const { accounts } = context.presence;
  const noted = leavingHappenings(room, [actor.account], accounts - 1);
  if (!noticesOn(room, accounts, context)) return noted;
  const reason = actor.disconnected ? LeaveReason.LEAVE_REASON_DISCONNECTED : LeaveReason.LEAVE_REASON_ASKED;
  const kind = { $case: 'left', value: { account: actor.account, reason } } as const;
  return [...noted, { kind, targets: [actor.account], audience: audienceOf(actor.noticeAudience) }];
}

/** `accounts`: the room's size with the member whose notice it is. */
export function noticesOn(room: CreatedRoom, accounts: number, { limits }: Pick<Context, 'limits'>): boolean {
  const mode = room.profile.notices;
  if (mode === NoticesMode.NOTICES_MODE_ON || mode === NoticesMode.NOTICES_MODE_OFF) return mode === NoticesMode.NOTICES_MODE_ON;
  return accounts <= limits.noticesUpTo;
}
