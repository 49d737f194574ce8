import { OfferMode, type QueueOffer } from '@plaza/proto/client';
import type { Act, Choice, Turn } from './turn.js';

const seats = 12;
const notice = { notify: true, ext: '' };

const offerOf = ({ prng, sight, account, count }: Turn): QueueOffer => {
  const key = `seat-${prng.between(0, seats - 1)}`;
  const ifRevision = prng.chance(0.3) ? (sight.queue.get(key)?.revision ?? 0) : undefined;
  return { key, value: `${account} ${count}`, owner: '', transient: prng.chance(0.6), ifRevision };
};

const offer: Act = (turn) => ({ $case: 'offerQueue', value: { elements: [offerOf(turn)], mode: OfferMode.OFFER_MODE_BOTH, notice } });

const offerMany: Act = (turn) => {
  const all = [offerOf(turn), offerOf(turn), offerOf(turn)];
  const elements = all.filter(({ key }, i) => all.findIndex((other) => other.key === key) === i);
  const mode = turn.prng.pick([OfferMode.OFFER_MODE_BOTH, OfferMode.OFFER_MODE_INSERT_ONLY, OfferMode.OFFER_MODE_UPDATE_ONLY])!;
  return { $case: 'offerQueue', value: { elements, mode, notice } };
};

const poll: Act = ({ prng, sight }) => {
  const known = prng.chance(0.5) ? prng.pick([...sight.queue.values()]) : undefined;
  const ifRevision = known !== undefined && prng.chance(0.3) ? known.revision : undefined;
  return { $case: 'pollQueue', value: { key: known?.key ?? '', ifRevision, notice } };
};

const update: Act = ({ prng, sight, account, count }) => {
  const known = prng.pick([...sight.queue.values()]);
  if (known === undefined) return undefined;
  const ifRevision = prng.chance(0.5) ? known.revision : undefined;
  return { $case: 'updateQueue', value: { elements: [{ key: known.key, value: `${account} ${count} new`, ifRevision }], notice } };
};

export const queueActs: readonly Choice[] = [
  [5, offer],
  [1, offerMany],
  [2, poll],
  [2, update],
];

export const queueOfManagers: readonly Choice[] = [[0.3, () => ({ $case: 'dropQueue', value: { notice } })]];
