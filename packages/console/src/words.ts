import { LeaveReason, Role, type Event, type Member, type Message } from '@plaza/client';

/** What a room event says to people; undefined: nothing. Messages are drawn otherwise. */
export function sentenceOf(event: Event, nameOf: (account: string) => string): string | undefined {
  const { kind, operator, targets } = event;
  const who = targets.map(nameOf).join(', ');
  const was = who === 'You' ? 'were' : 'was';
  const by = operator === '' ? '' : ` by ${nameOf(operator)}`;
  switch (kind?.$case) {
    case 'entered':
      return `${nameOf(kind.value.member?.account ?? who)} came in`;
    case 'left':
      return kind.value.reason === LeaveReason.LEAVE_REASON_KICKED ? undefined : `${nameOf(kind.value.account)} left`;
    case 'muted':
      return `${who} ${was} muted${by}`;
    case 'unmuted':
    case 'timedUnmuted':
      return `${who} may speak again`;
    case 'timedMuted':
      return `${who} ${was} muted for ${spanOf(kind.value.seconds)}${by}`;
    case 'kicked':
      return `${who} ${was} removed${by}${kind.value.reason === '' ? '' : `: ${kind.value.reason}`}`;
    case 'blocked':
      return `${who} ${was} blocked${by}${kind.value.reason === '' ? '' : `: ${kind.value.reason}`}`;
    case 'unblocked':
      return `${who} may come in again`;
    case 'roomMuted':
      return `Only managers may speak now${by === '' ? '' : `: muted${by}`}`;
    case 'roomUnmuted':
      return 'Everybody may speak again';
    case 'tagMuted':
      return `Whoever has the tag ${kind.value.tag} was muted${kind.value.seconds === 0 ? '' : ` for ${spanOf(kind.value.seconds)}`}${by}`;
    case 'tagUnmuted':
      return `Whoever has the tag ${kind.value.tag} may speak again`;
    case 'messageRecalled':
      return kind.value.recalled > 0 ? `A message was taken back${by}` : `The messages of ${who} were taken back${by}`;
    case 'pinned':
      return `A message was pinned${by}`;
    case 'settingsChanged':
      return 'The rules of the room were changed';
    case 'roleChanged':
      return `${who} ${who === 'You' ? 'are' : 'is'} ${articled(roleName(kind.value.role))} now`;
    case 'memberUpdated':
      return renamed(who, kind.value);
    case 'roomUpdated':
      return 'The room was changed';
    case 'roomOpened':
      return 'The room was opened';
    case 'roomClosed':
      return `The room was closed${kind.value.reason === '' ? '' : `: ${kind.value.reason}`}`;
    default:
      return undefined;
  }
}

type MemberUpdated = Extract<NonNullable<Event['kind']>, { $case: 'memberUpdated' }>['value'];

const renamed = (who: string, { changes, previous }: MemberUpdated): string | undefined =>
  changes?.nickname === undefined
    ? undefined
    : `${who === 'You' ? 'You are' : `${previous?.nickname || who} is`} called ${changes.nickname || who} now`;

/** Each event's sentence, with the names that people had then; who was not seen before that is called as he is now. */
export function sentencesOf(events: readonly Event[], self: string, present: ReadonlyMap<string, string>): (string | undefined)[] {
  const names = new Map<string, string>();
  const nameOf = (account: string): string => (account === self ? 'You' : names.get(account) || present.get(account) || account);
  return events.map((event) => {
    const { kind } = event;
    if (kind?.$case === 'message') names.set(kind.value.account, kind.value.nickname);
    if (kind?.$case === 'entered' && kind.value.member !== undefined) names.set(kind.value.member.account, kind.value.member.nickname);
    return sentenceOf(event, nameOf);
  });
}

/** What a message says, in one line; what is not text by its kind. */
export function textOf({ body }: Pick<Message, 'body'>): string {
  const content = body?.content;
  if (content === undefined) return '';
  switch (content.$case) {
    case 'text':
      return content.value.text;
    case 'custom':
      return `[${content.value.subType}]`;
    case 'location':
      return `[place] ${content.value.title}`;
    case 'notification':
      return `${content.value.title}${content.value.text === '' ? '' : `: ${content.value.text}`}`;
    case 'tip':
      return `${content.value.count} × ${content.value.gift}${content.value.text === '' ? '' : `: ${content.value.text}`}`;
    default:
      return `[${content.$case}] ${content.value.name || content.value.url}`;
  }
}

/** Why a member may not speak; empty: it may. */
export function silenceOf(
  { role, muted, timedMuteLeftSeconds }: Pick<Member, 'role' | 'muted' | 'timedMuteLeftSeconds'>,
  roomMuted: boolean,
): string {
  if (role === Role.ROLE_CREATOR || role === Role.ROLE_ADMINISTRATOR) return '';
  if (muted) return 'You are muted';
  if (timedMuteLeftSeconds > 0) return `You are muted for ${spanOf(timedMuteLeftSeconds)}`;
  return roomMuted ? 'Only managers may speak now' : '';
}

export function roleName(role: Role): string {
  if (role === Role.ROLE_CREATOR) return 'creator';
  if (role === Role.ROLE_ADMINISTRATOR) return 'administrator';
  if (role === Role.ROLE_REGULAR) return 'member';
  return 'guest';
}

const articled = (name: string): string => `${/^[aeiou]/.test(name) ? 'an' : 'a'} ${name}`;

/** 90 -> "2 minutes". */
export function spanOf(seconds: number): string {
  const [count, unit] =
    seconds < 60
      ? [seconds, 'second']
      : seconds < 3600
        ? [seconds / 60, 'minute']
        : seconds < 86_400
          ? [seconds / 3600, 'hour']
          : [seconds / 86_400, 'day'];
  const whole = Math.round(count);
  return `${whole} ${unit}${whole === 1 ? '' : 's'}`;
}
