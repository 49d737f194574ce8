import type { Message } from '@plaza/proto/client';
import type { AccountId } from '../ids.js';
import { answer, isUnknown, notKnownYet } from '../outcome.js';
import type { Context, Decision } from '../types.js';

const mostNamed = 3;

/**
 * A message to named accounts: no position, not in the log. The answer tells how many sessions get it, and who is not here; nobody gets it while that is
 * not known of each.
 */
export function deliver(message: Message, receivers: readonly string[], context: Context): Decision {
  const { presence } = context;
  const accounts = [...new Set(receivers)] as AccountId[];
  const unknown = accounts.filter((account) => isUnknown(context, account));
  if (unknown.length > 0) return notKnownYet(...unknown.slice(0, mostNamed));
  const present = accounts.filter((account) => presence.isPresent(account));
  const absent = accounts.filter((account) => !presence.isPresent(account));
  const sessions = present.reduce((sum, account) => sum + presence.sessionsOf(account), 0);
  return { ...answer({ $case: 'delivered', value: { sessions, absent } }), effects: { direct: { message, receivers: present } } };
}
