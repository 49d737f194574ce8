import type { Outcome } from '../../operation.js';
import { problem, unavailable, type Problem } from '../../problems.js';
import { LettersAway } from '../dead-letters.js';
import { DeliveriesAway, type Deliveries } from '../deliveries.js';
import type { Endpoint } from '../endpoint.js';

/** What the stores' absence means to the asker. */
export async function guarded<A>(work: () => Promise<Outcome<A>>): Promise<Outcome<A>> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DeliveriesAway) return { problem: unavailable('the webhooks cannot be kept or read now') };
    if (error instanceof LettersAway) return { problem: unavailable('the dead letters cannot be kept or read now') };
    throw error;
  }
}

export const noWebhook: Problem = problem('not-found', 'there is no such webhook');
const tries = 5;

/** With the endpoint, where there is one. */
export const withEndpoint = <A>(
  deliveries: Deliveries,
  id: string,
  work: (endpoint: Endpoint) => Promise<Outcome<A>>,
): Promise<Outcome<A>> =>
  guarded(async () => {
    const endpoint = await deliveries.endpoint(id);
    return endpoint === undefined ? { problem: noWebhook } : work(endpoint);
  });

/** Changes an endpoint, again where somebody else was first. `change` gives what is to be, or why not; `note` what keeps it from being noted before. */
export const changeEndpoint = (
  deliveries: Deliveries,
  id: string,
  change: (endpoint: Endpoint) => Endpoint | { readonly problem: Problem },
  note: () => Promise<Problem | undefined>,
): Promise<Endpoint | { readonly problem: Problem }> => changed(deliveries, id, change, note, tries);

async function changed(
  deliveries: Deliveries,
  id: string,
  change: (endpoint: Endpoint) => Endpoint | { readonly problem: Problem },
  note: () => Promise<Problem | undefined>,
  left: number,
): Promise<Endpoint | { readonly problem: Problem }> {
  if (left === 0) return { problem: unavailable('others are changing the webhook') };
  const endpoint = await deliveries.endpoint(id);
  if (endpoint === undefined) return { problem: noWebhook };
  const wanted = change(endpoint);
  if ('problem' in wanted) return wanted;
  const no = await note();
  if (no !== undefined) return { problem: no };
  const next = { ...wanted, revision: endpoint.revision + 1 };
  return (await deliveries.put(next)) ? next : changed(deliveries, id, change, note, left - 1);
}
