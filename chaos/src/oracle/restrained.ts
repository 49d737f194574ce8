import { Role } from '@plaza/proto/client';
import type { Evidence } from './evidence.js';
import type { LoggedEvent } from './logged.js';
import { Findings, type Rule } from './rule.js';

/** What holds an account back, by the position of the event that began it. */
interface Restraint {
  muted?: number | undefined;
  blocked?: number | undefined;
  timedMuted?: Timed | undefined;
  refused?: Timed | undefined;
}

interface Timed {
  readonly since: number;
  readonly untilMs: number;
}

/**
 * No message of an account stands in the log after what mutes or blocks it (or its room, or a tag of its sender) and before what lifts that: the log's order
 * is the order of the replies, as `accepted-once-at-position` holds each reply to its place. A timed mute lasts until its time by the messages' own.
 */
export const restrained: Rule = {
  name: 'restrained-silent',
  needs: ['log'],
  judge(evidence) {
    const findings = new Findings();
    for (const [room, events] of evidence.events) judgeRoom(room, events, evidence, findings);
    return findings;
  },
};

function judgeRoom(room: string, events: readonly LoggedEvent[], evidence: Evidence, findings: Findings): void {
  const restraints = new Map<string, Restraint>();
  const managers = new Set<string>();
  const creator = evidence.records.rooms.find((plan) => plan.room === room)?.creator;
  if (creator !== undefined) managers.add(creator);
  let roomMuted: number | undefined;
  const mutedTags = new Map<string, Timed>();
  for (const { event, position } of events) {
    const { kind, targets, timeMs } = event;
    if (kind === undefined) continue;
    if (kind.$case === 'roomMuted') roomMuted ??= position;
    else if (kind.$case === 'roomUnmuted') roomMuted = undefined;
    else if (kind.$case === 'tagMuted') mutedTags.set(kind.value.tag, { since: position, untilMs: kind.value.untilMs || Infinity });
    else if (kind.$case === 'tagUnmuted') mutedTags.delete(kind.value.tag);
    else if (kind.$case === 'message' && kind.value.account !== '') {
      const { account, commandId } = kind.value;
      const tags = evidence.askedAs(account, commandId)?.client.tags ?? [];
      const whole = roomMuted === undefined ? silencedBy(mutedTags, tags, timeMs) : `the room is muted since ${roomMuted}`;
      const held = holding(restraints.get(account) ?? {}, timeMs) ?? (managers.has(account) ? undefined : whole);
      findings.check({ room, account, position }, held === undefined ? undefined : `${commandId} was accepted although ${held}`);
    }
    for (const target of targets) note(restraints, managers, target, event, position);
  }
}

function holding({ muted, blocked, timedMuted, refused }: Restraint, timeMs: number): string | undefined {
  if (muted !== undefined) return `its account is muted since ${muted}`;
  if (blocked !== undefined) return `its account is blocked since ${blocked}`;
  if (timedMuted !== undefined && timeMs < timedMuted.untilMs)
    return `its account is muted for a time since ${timedMuted.since}, until ${timedMuted.untilMs}`;
  if (refused !== undefined && timeMs < refused.untilMs) return `entry is refused since ${refused.since}, until ${refused.untilMs}`;
  return undefined;
}

function silencedBy(mutedTags: ReadonlyMap<string, Timed>, tags: readonly string[], timeMs: number): string | undefined {
  const tag = tags.find((one) => timeMs < (mutedTags.get(one)?.untilMs ?? 0));
  return tag && `the tag ${tag} is muted since ${mutedTags.get(tag)?.since}`;
}

function note(
  restraints: Map<string, Restraint>,
  managers: Set<string>,
  account: string,
  { kind }: LoggedEvent['event'],
  position: number,
): void {
  const known = restraints.get(account) ?? {};
  restraints.set(account, known);
  if (kind?.$case === 'muted') known.muted ??= position;
  else if (kind?.$case === 'unmuted') known.muted = undefined;
  else if (kind?.$case === 'blocked') known.blocked ??= position;
  else if (kind?.$case === 'unblocked') known.blocked = undefined;
  else if (kind?.$case === 'timedMuted') known.timedMuted = { since: position, untilMs: kind.value.untilMs };
  else if (kind?.$case === 'timedUnmuted') known.timedMuted = undefined;
  else if (kind?.$case === 'kicked' && kind.value.refusedUntilMs > 0)
    known.refused = { since: position, untilMs: kind.value.refusedUntilMs };
  if (kind?.$case === 'roleChanged' && kind.value.role >= Role.ROLE_ADMINISTRATOR) managers.add(account);
  else if (kind?.$case === 'roleChanged' || kind?.$case === 'blocked') managers.delete(account);
}
