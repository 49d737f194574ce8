import { LeaveReason, NoticesMode, type Join, type Leave, type Member } from '@plaza/proto/client';
import { checkTexts, textLimits } from '../limits.js';
import { answer, placed, refusal, refused, unchanged } from '../outcome.js';
import type { Context, CreatedRoom, Decision, SessionActor } from '../types.js';
import { memberView, roleOf, roomInfo } from '../views.js';

/** Enters the room. The first session of an account is told to the room where notices are on. */
export function join(room: CreatedRoom, command: Join, context: Context): Decision {
  const { actor, presence, nowMs } = context;
  if (actor.kind !== 'session') return refused('not-allowed', 'only a session can join');
  const no = mayEnter(room, actor) ?? checkEntry(command, context);
  if (no) return no;
  const self: Member = {
    ...memberView(room, actor.account, nowMs),
    role: roleOf(room, actor.account, actor.anonymous),
    nickname: actor.nickname || command.nickname,
    avatar: actor.avatar || command.avatar,
    ext: command.ext,
    online: true,
    enteredMs: nowMs,
  };
  const first = presence.sessionsOf(actor.account) === 0;
  const told = first && noticesOn(room, presence.accounts + 1, context);
  const one = first ? 1 : 0;
  const counts = { accounts: presence.accounts + one, connections: presence.connections + one, settling: presence.settling };
  const events = told ? placed(room, context, [{ kind: { $case: 'entered', value: { member: self } }, targets: [actor.account] }]) : [];
  return { events, reply: { $case: 'joined', value: { self, room: roomInfo(room, counts), complete: true, completeFrom: 0, recent: [] } } };
}

function mayEnter(room: CreatedRoom, actor: SessionActor): Decision | undefined {
  if (!room.profile.open) return refused('room-closed');
  if (actor.anonymous && !room.profile.anonymousAllowed) return refused('anonymous-refused');
  return room.members.get(actor.account)?.blocked ? refused('blocked') : undefined;
}

function checkEntry({ nickname, avatar, ext }: Join, { limits }: Context): Decision | undefined {
  const no = checkTexts([
    { field: 'nickname', text: nickname, most: textLimits.nickname },
    { field: 'avatar', text: avatar, most: textLimits.avatar },
    { field: 'ext', text: ext, most: limits.extCodePoints, opaque: true },
  ]);
  return no && refusal(no);
}

/** Ends one session. The last one of an account is told to the room where notices are on. */
export function leave(room: CreatedRoom, _command: Leave, context: Context): Decision {
  const { actor, presence } = context;
  if (actor.kind !== 'session') return refused('not-allowed', 'only a session can leave');
  const sessions = presence.sessionsOf(actor.account);
  if (sessions === 0) return unchanged;
  // Without an event there is no position to name.
  if (sessions > 1 || !noticesOn(room, presence.accounts, context))
    return answer({ $case: 'done', value: { position: 0, secondsLeft: undefined } });
  const reason = actor.disconnected ? LeaveReason.LEAVE_REASON_DISCONNECTED : LeaveReason.LEAVE_REASON_ASKED;
  const events = placed(room, context, [{ kind: { $case: 'left', value: { account: actor.account, reason } }, targets: [actor.account] }]);
  return { events, reply: { $case: 'done', value: { position: events[0]!.event.position, secondsLeft: undefined } } };
}

/** `accounts`: the room's size with the member whose notice it is. */
function noticesOn(room: CreatedRoom, accounts: number, context: Context): boolean {
  const mode = room.profile.notices;
  if (mode === NoticesMode.NOTICES_MODE_ON || mode === NoticesMode.NOTICES_MODE_OFF) return mode === NoticesMode.NOTICES_MODE_ON;
  return accounts <= context.limits.noticesUpTo;
}
