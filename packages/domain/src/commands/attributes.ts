import type { Attribute, AttributeWrite } from '@plaza/proto/client';
import { checkNames, checkTexts, countLimits, textLimits } from '../limits.js';
import { answer, done, noticeRule, placeOfNext, refusal, unchanged } from '../outcome.js';
import { refuse, type Refusal } from '../refusal.js';
import { may } from '../roles.js';
import type { Context, CreatedRoom } from '../types.js';
import { actorRole, operatorOf } from '../views.js';
import { lightened } from '../weight.js';
import type { Handler } from './handler.js';

/** All of them or none. Whoever writes one first owns it; later writes by its owner or managers leave it so. */
export const setAttributes: Handler<'setAttributes'> = (room, { attributes: writes, notice }, context) => {
  const no =
    checkKeys(writes.map(({ key }) => key)) ??
    checkValues(writes) ??
    checkTexts([noticeRule(notice)]) ??
    mayWriteAll(room, writes, context) ??
    checkOwners(room, writes, context);
  if (no) return refusal(no);
  const fresh = writes.filter(({ key }) => !room.attributes.has(key)).length;
  if (room.attributes.size + fresh > countLimits.attributes)
    return refusal(refuse('too-many', `more than ${countLimits.attributes} attributes`));
  const set = writes.filter((write) => isNews(room, write)).map((write) => written(room, write, context));
  if (set.length === 0) return unchanged;
  const previous = lightened(set.flatMap(({ key }) => room.attributes.get(key) ?? []));
  return done(room, context, { kind: { $case: 'attributesChanged', value: { set, removed: [], previous } }, notice });
};

export const removeAttributes: Handler<'removeAttributes'> = (room, { attributes: removals, notice }, context) => {
  const no = checkKeys(removals.map(({ key }) => key)) ?? checkTexts([noticeRule(notice)]) ?? mayWriteAll(room, removals, context);
  if (no) return refusal(no);
  const gone = removals.flatMap(({ key }) => room.attributes.get(key) ?? []);
  if (gone.length === 0) return unchanged;
  const removed = gone.map(({ key }) => key);
  return done(room, context, { kind: { $case: 'attributesChanged', value: { set: [], removed, previous: lightened(gone) } }, notice });
};

export const listAttributes: Handler<'listAttributes'> = (room, { keys }) => {
  const no = keys.length === 0 ? undefined : checkKeys(keys);
  if (no) return refusal(no);
  const attributes = keys.length === 0 ? [...room.attributes.values()] : keys.flatMap((key) => room.attributes.get(key) ?? []);
  return answer({ $case: 'attributePage', value: { attributes } });
};

function checkKeys(keys: readonly string[]): Refusal | undefined {
  if (keys.length === 0 || keys.length > countLimits.attributes)
    return refuse('bad-request', `1 to ${countLimits.attributes} attributes at once`);
  if (new Set(keys).size < keys.length) return refuse('bad-request', 'a key is there twice');
  return checkNames(keys, 'key', textLimits.attributeKey);
}

const checkValues = (writes: readonly AttributeWrite[]): Refusal | undefined =>
  checkTexts(writes.map(({ value: text }) => ({ field: 'value', text, most: textLimits.attributeValue, opaque: true })));

/** What goes with its owner needs one: the platform itself is never there, so it never leaves. */
function checkOwners(room: CreatedRoom, writes: readonly AttributeWrite[], { actor }: Context): Refusal | undefined {
  const without = writes.find(({ key, withOwner }) => withOwner && (room.attributes.get(key)?.owner ?? operatorOf(actor)) === '');
  return without && refuse('bad-request', `the attribute ${without.key} has no owner to go with: name an operator`);
}

interface Write {
  readonly key: string;
  readonly ifRevision?: number | undefined;
}

function mayWriteAll(room: CreatedRoom, writes: readonly Write[], context: Context): Refusal | undefined {
  const role = actorRole(room, context.actor);
  if (!may(role, 'writeAttributes')) return refuse('not-allowed', 'anonymous guests only read');
  for (const { key, ifRevision } of writes) {
    const known = room.attributes.get(key);
    const own = known === undefined || known.owner === operatorOf(context.actor);
    if (!own && !may(role, 'writeOthersAttributes')) return refuse('not-allowed', `the attribute ${key} is another’s`);
    const revision = known?.revision ?? 0;
    if (ifRevision !== undefined && ifRevision !== revision)
      return refuse('revision-conflict', `the attribute ${key} has revision ${revision}`);
  }
  return undefined;
}

function isNews({ attributes }: CreatedRoom, { key, value, withOwner }: AttributeWrite): boolean {
  const known = attributes.get(key);
  return known === undefined || known.value !== value || known.withOwner !== withOwner;
}

function written(room: CreatedRoom, { key, value, withOwner }: AttributeWrite, context: Context): Attribute {
  const owner = room.attributes.get(key)?.owner ?? operatorOf(context.actor);
  return { key, value, withOwner, owner, revision: placeOfNext(room, context), updatedMs: context.nowMs };
}
