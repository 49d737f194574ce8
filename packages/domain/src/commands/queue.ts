import {
  OfferMode,
  QueueChange,
  QueueRights,
  type QueueElement,
  type QueueOffer,
  type QueueResult,
  type QueueUpdate,
} from '@plaza/proto/client';
import { parseAccountId, type AccountId } from '../ids.js';
import { checkNames, checkRange, checkTexts, countLimits, textLimits } from '../limits.js';
import { answer, isUnknown, noticeRule, notKnownYet, placed, placeOfNext, refusal, refused, unchanged } from '../outcome.js';
import { refuse, type Refusal } from '../refusal.js';
import { may } from '../roles.js';
import type { CommandValue, Context, CreatedRoom, Decision, Queue } from '../types.js';
import { actorRole, operatorOf } from '../views.js';
import { lightened } from '../weight.js';
import type { Handler } from './handler.js';

type Notice = CommandValue<'dropQueue'>['notice'];
const defaultSize = 100;
const noQueue = refuse('no-queue');

// ---------------------------------------------------------------- the queue itself

/** Makes the queue, or sets its size: elements that exist stay if they fit. */
export const initQueue: Handler<'initQueue'> = (room, { size = defaultSize }, context) => {
  const no = mayReset(room, context) ?? checkRange('size', size, 0, countLimits.queueSize);
  if (no) return refusal(no);
  const count = room.queue?.items.size ?? 0;
  if (count > size) return refused('queue-full', `the queue has ${count} elements, which do not fit into ${size}`);
  if (room.queue?.size === size) return unchanged;
  return changed(room, context, QueueChange.QUEUE_CHANGE_INIT, [], [], { size });
};

/** Empties it; it stays. */
export const dropQueue: Handler<'dropQueue'> = (room, { notice }, context) => {
  const no = mayReset(room, context) ?? (room.queue ? checkTexts([noticeRule(notice)]) : noQueue);
  if (no) return refusal(no);
  return room.queue!.items.size === 0 ? unchanged : changed(room, context, QueueChange.QUEUE_CHANGE_DROP, contents(room), [], { notice });
};

/** There is none until the next init. */
export const deleteQueue: Handler<'deleteQueue'> = (room, { notice }, context) => {
  const no = mayReset(room, context) ?? (room.queue ? checkTexts([noticeRule(notice)]) : noQueue);
  return no ? refusal(no) : changed(room, context, QueueChange.QUEUE_CHANGE_DELETE, contents(room), [], { notice });
};

/** What goes with it; without its values where they would weigh too much. */
const contents = ({ queue }: CreatedRoom): QueueElement[] => lightened([...(queue?.items.values() ?? [])].map(({ element }) => element));

const mayReset = (room: CreatedRoom, { actor }: Context): Refusal | undefined =>
  may(actorRole(room, actor), 'resetQueue') ? undefined : refuse('not-allowed', 'only managers make, empty and delete the queue');

/** Why this actor may not write into the queue: its rights, or there is none. */
function mayWrite(room: CreatedRoom, { actor }: Context): Refusal | undefined {
  const act = room.profile.queueRights === QueueRights.QUEUE_RIGHTS_MANAGERS ? 'queueForManagers' : 'queueForEveryone';
  if (!may(actorRole(room, actor), act))
    return refuse('not-allowed', act === 'queueForManagers' ? 'only managers write into the queue' : undefined);
  return room.queue ? undefined : noQueue;
}

// ---------------------------------------------------------------- offer

/** A new key goes to the tail, a known one is replaced in place, and its owner is who wrote last. One offer is refused where it cannot be; of several each has its result. */
export const offerQueue: Handler<'offerQueue'> = (room, { elements: offers, mode, notice }, context) => {
  const no = mayWrite(room, context) ?? checkCount(offers, countLimits.queueOffers) ?? checkMode(mode) ?? checkTexts([noticeRule(notice)]);
  if (no) return refusal(no);
  const run = new Run(room, context);
  const results = offers.map((offer) => run.try(offer.key, () => offered(run, offer, mode)));
  const absent = offers.map((offer) => ownerOf(offer, context)).filter((_, i) => results[i]!.code === 'owner-absent');
  const unknown = absent.find((owner) => owner !== '' && isUnknown(context, owner as AccountId));
  if (unknown !== undefined) return notKnownYet(unknown);
  return concluded(run, QueueChange.QUEUE_CHANGE_OFFER, results, notice);
};

const ownerOf = ({ owner }: QueueOffer, { actor }: Context): string => owner || operatorOf(actor);

const checkMode = (mode: OfferMode): Refusal | undefined =>
  mode < 0 || mode > OfferMode.OFFER_MODE_UPDATE_ONLY ? refuse('bad-request', 'mode is both, insert only or update only') : undefined;

function offered(run: Run, offer: QueueOffer, mode: OfferMode): QueueElement | Refusal {
  const { room, context } = run;
  const known = run.get(offer.key);
  const owner = ownerOf(offer, context);
  return (
    checkOffer(offer) ??
    checkMayOwn(room, owner, context) ??
    checkInsert(run, known, mode) ??
    checkRevision(offer, known) ??
    checkTransient(offer, owner, context) ?? {
      key: offer.key,
      value: offer.value,
      owner,
      transient: offer.transient,
      revision: run.position,
    }
  );
}

const checkOffer = ({ key, value }: Pick<QueueOffer, 'key' | 'value'>): Refusal | undefined =>
  checkNames([key], 'key', textLimits.queueKey) ?? checkTexts([{ field: 'value', text: value, most: textLimits.queueValue, opaque: true }]);

/** Another owner than oneself is named by managers. */
function checkMayOwn(room: CreatedRoom, owner: string, { actor }: Context): Refusal | undefined {
  if (owner === operatorOf(actor)) return undefined;
  if (parseAccountId(owner) === undefined) return refuse('bad-request', 'owner is 1-64 of A-Z a-z 0-9 _ - . @ :');
  return may(actorRole(room, actor), 'queueForManagers') ? undefined : refuse('not-allowed', 'only managers offer for others');
}

function checkInsert(run: Run, known: QueueElement | undefined, mode: OfferMode): Refusal | undefined {
  if (known !== undefined)
    return mode === OfferMode.OFFER_MODE_INSERT_ONLY ? refuse('exists', 'the key is in the queue already') : undefined;
  if (mode === OfferMode.OFFER_MODE_UPDATE_ONLY) return refuse('not-found', 'the key is not in the queue');
  return run.count < run.queue.size ? undefined : refuse('queue-full', `the queue has its ${run.queue.size} elements`);
}

function checkRevision({ ifRevision }: { readonly ifRevision?: number | undefined }, known: QueueElement | undefined): Refusal | undefined {
  const revision = known?.revision ?? 0;
  return ifRevision === undefined || ifRevision === revision ? undefined : refuse('revision-conflict', `it has revision ${revision}`);
}

/** The platform itself is never present. */
const checkTransient = ({ transient }: QueueOffer, owner: string, { presence }: Context): Refusal | undefined =>
  transient && (owner === '' || !presence.isPresent(owner as AccountId)) ? refuse('owner-absent') : undefined;

// ---------------------------------------------------------------- poll, update

/** Takes the head, or the element of a key, and answers it. */
export const pollQueue: Handler<'pollQueue'> = (room, { key, ifRevision, notice }, context) => {
  const no = mayWrite(room, context) ?? checkTexts([noticeRule(notice)]);
  if (no) return refusal(no);
  const items = room.queue!.items;
  const element = (key === '' ? items.values().next().value : items.get(key))?.element;
  if (element === undefined) return refused('not-found', key === '' ? 'the queue is empty' : 'the key is not in the queue');
  const conflict = checkRevision({ ifRevision }, element);
  if (conflict) return refusal(conflict);
  return changed(room, context, QueueChange.QUEUE_CHANGE_POLL, [element], [], {
    notice,
    results: [{ key: element.key, code: '', why: '', element }],
  });
};

/** New values of known keys; unknown ones are answered `not-found`, never inserted. */
export const updateQueue: Handler<'updateQueue'> = (room, { elements: updates, notice }, context) => {
  const no = mayWrite(room, context) ?? checkCount(updates, countLimits.queueUpdates) ?? checkTexts([noticeRule(notice)]);
  if (no) return refusal(no);
  const run = new Run(room, context);
  const results = updates.map((update) => run.try(update.key, () => updated(run, update)));
  return concluded(run, QueueChange.QUEUE_CHANGE_UPDATE, results, notice);
};

function updated(run: Run, update: QueueUpdate): QueueElement | Refusal {
  const known = run.get(update.key);
  const no = checkOffer(update) ?? (known ? checkRevision(update, known) : refuse('not-found', 'the key is not in the queue'));
  return no ?? { ...known!, value: update.value, revision: run.position };
}

function checkCount(items: readonly { readonly key: string }[], most: number): Refusal | undefined {
  if (items.length === 0 || items.length > most) return refuse('bad-request', `1 to ${most} elements at once`);
  return new Set(items.map(({ key }) => key)).size < items.length ? refuse('bad-request', 'a key is there twice') : undefined;
}

// ---------------------------------------------------------------- several at once

/** The elements of one command, one after the other, as the queue would be behind each. */
class Run {
  readonly queue: Queue;
  /** Of the event: every element's revision. */
  readonly position: number;
  readonly written: QueueElement[] = [];
  #inserted = 0;

  constructor(
    readonly room: CreatedRoom,
    readonly context: Context,
  ) {
    this.queue = room.queue!;
    this.position = placeOfNext(room, context);
  }

  get count(): number {
    return this.queue.items.size + this.#inserted;
  }

  get(key: string): QueueElement | undefined {
    return this.queue.items.get(key)?.element;
  }

  try(key: string, attempt: () => QueueElement | Refusal): QueueResult {
    const outcome = attempt();
    if ('why' in outcome) return { key, code: outcome.code, why: outcome.why, element: this.get(key) };
    const known = this.get(key);
    if (known !== undefined && isSame(known, outcome)) return { key, code: '', why: '', element: known };
    if (known === undefined) this.#inserted++;
    this.written.push(outcome);
    return { key, code: '', why: '', element: outcome };
  }
}

/** Nothing but the revision would be another. */
const isSame = (known: QueueElement, wanted: QueueElement): boolean =>
  known.value === wanted.value && known.owner === wanted.owner && known.transient === wanted.transient;

function concluded(run: Run, change: QueueChange, results: QueueResult[], notice: Notice): Decision {
  const { room, context, written } = run;
  const [only] = results;
  if (results.length === 1 && only!.code !== '') return refused(only!.code as Refusal['code'], only!.why);
  if (written.length === 0 && results.every(({ code }) => code === '')) return unchanged;
  if (written.length === 0) return answer({ $case: 'queueResults', value: { position: 0, results } });
  const previous = lightened(written.flatMap(({ key }) => run.get(key) ?? []));
  return changed(room, context, change, written, previous, { notice, results });
}

interface More {
  readonly notice?: Notice;
  readonly size?: number;
  readonly results?: readonly QueueResult[];
}

function changed(
  room: CreatedRoom,
  context: Context,
  change: QueueChange,
  elements: QueueElement[],
  previous: QueueElement[],
  more: More,
): Decision {
  const kind = { $case: 'queueChanged', value: { change, elements, previous, size: more.size ?? 0 } } as const;
  const events = placed(room, context, [{ kind, notice: more.notice }]);
  const { position } = events[0]!.event;
  return { ...answer({ $case: 'queueResults', value: { position, results: [...(more.results ?? [])] } }), events };
}
