import { Role, type Member } from '@plaza/proto/client';
import type { Ask } from '../records.js';
import type { RoomAtEnd } from '../readings.js';
import type { Evidence } from './evidence.js';
import type { LoggedEvent } from './logged.js';
import { Model } from './model.js';
import { Findings, type Rule } from './rule.js';

/**
 * Queue, roles, mutes and attributes follow from the logged events, each of which could happen where it stands and is what its command asked for; and what
 * the API shows at the end is what follows.
 */
export const replay: Rule = {
  name: 'state-equals-replay',
  needs: ['log', 'rooms'],
  judge(evidence) {
    const findings = new Findings();
    for (const { room } of evidence.records.rooms) {
      const model = new Model();
      const end = evidence.readers.rooms?.get(room);
      if (end === undefined) findings.charge({ room }, 'it was not read at the end');
      let compared = false;
      const compare = (position: number): void => {
        if (compared || end === undefined || position <= end.head) return;
        compared = true;
        for (const why of differences(model, end)) findings.check({ room, position: end.head }, why);
      };
      for (const logged of evidence.events.get(room) ?? []) {
        compare(logged.position);
        const before = conditionBroken(model, logged, evidence);
        const why = before ?? model.take(logged.event);
        findings.check({ room, position: logged.position }, why && `${logged.event.kind?.$case}: ${why}`);
        if (before !== undefined) model.take(logged.event);
      }
      compare(Infinity);
    }
    return findings;
  },
};

/** What the command had made a condition of, or meant, and was not so. */
function conditionBroken(model: Model, { event, asker, commandId }: LoggedEvent, evidence: Evidence): string | undefined {
  const ask: Ask | undefined = evidence.askedAs(asker, commandId)?.sent.ask;
  const { kind } = event;
  if (ask?.$case === 'offerQueue' || ask?.$case === 'updateQueue') {
    if (kind?.$case !== 'queueChanged') return undefined;
    const written = new Set(kind.value.elements.map(({ key }) => key));
    return ask.value.elements
      .flatMap(({ key, ifRevision }) => revisionBroken(key, ifRevision, model.queue?.get(key)?.revision, written))
      .at(0);
  }
  if (ask?.$case === 'setAttributes' || ask?.$case === 'removeAttributes') {
    const all = new Set(ask.value.attributes.map(({ key }) => key));
    return ask.value.attributes
      .flatMap(({ key, ifRevision }) => revisionBroken(key, ifRevision, model.attributes.get(key)?.revision, all))
      .at(0);
  }
  if (ask?.$case !== 'pollQueue' || kind?.$case !== 'queueChanged') return undefined;
  const [taken] = kind.value.elements;
  const due = ask.value.key === '' ? model.queue?.keys().next().value : ask.value.key;
  if (taken?.key !== due) return `took ${taken?.key}, due was ${due}`;
  return revisionBroken(due ?? '', ask.value.ifRevision, model.queue?.get(due ?? '')?.revision, new Set([due ?? ''])).at(0);
}

function revisionBroken(key: string, asked: number | undefined, is: number | undefined, written: ReadonlySet<string>): string[] {
  return asked === undefined || !written.has(key) || asked === (is ?? 0) ? [] : [`${key}: asked for revision ${asked}, it was ${is ?? 0}`];
}

/** One entry a thing that was compared; undefined: it is as it should be. */
function differences(model: Model, { info, members, queue, attributes }: RoomAtEnd): (string | undefined)[] {
  const shown = new Map(members.map((member) => [member.account, member]));
  const accounts = new Set([...model.members.keys(), ...shown.keys()]);
  return [
    info.roomMuted === model.roomMuted ? undefined : `roomMuted is ${String(info.roomMuted)}, by the log ${String(model.roomMuted)}`,
    listDifference(
      'muted tags',
      info.mutedTags
        .map(({ tag }) => tag)
        .sort()
        .join(),
      [...model.mutedTags].sort().join(),
    ),
    ...[...accounts].map((account) => memberDifference(model, account, shown.get(account))),
    listDifference(
      'queue',
      queue === undefined ? 'none' : queue.map(inShort).join(),
      model.queue === undefined ? 'none' : [...model.queue.values()].map(inShort).join(),
    ),
    listDifference('attributes', sorted(attributes), sorted([...model.attributes.values()])),
  ];
}

function memberDifference(model: Model, account: string, shown: Member | undefined): string | undefined {
  const known = model.members.get(account);
  const [is, due] = [
    `${shown?.role || Role.ROLE_GUEST} ${shown?.muted ?? false} ${shown?.blocked ?? false} ${shown?.level ?? 0}`,
    `${known?.role || Role.ROLE_GUEST} ${known?.muted ?? false} ${known?.blocked ?? false} ${known?.level ?? 0}`,
  ];
  if (is !== due) return `${account}: role, muted, blocked, level are ${is}, by the log ${due}`;
  const muted = (shown?.timedMuteLeftSeconds ?? 0) > 0;
  return muted && (known?.mutedUntilMs ?? 0) === 0 ? `${account}: muted for a time, by the log not` : undefined;
}

const listDifference = (what: string, is: string, due: string): string | undefined =>
  is === due ? undefined : `${what} is ${is.slice(0, 120)}, by the log ${due.slice(0, 120)}`;

interface Written {
  readonly key: string;
  readonly value: string;
  readonly owner: string;
  readonly revision: number;
}
const inShort = ({ key, value, owner, revision }: Written): string => `${key}=${value} of ${owner} at ${revision}`;
const sorted = (all: readonly Written[]): string => all.map(inShort).sort().join();
