import type { Message } from '@plaza/proto/client';
import type { AccountId } from '../ids.js';
import { answer } from '../outcome.js';
import type { Context, Decision } from '../types.js';

/** A message to named accounts: no position, not in the log. The answer tells how many sessions get it, and who is not here. */
export function deliver(message: Message, receivers: readonly string[], { presence }: Context): Decision {
  const accounts = [...new Set(receivers)] as AccountId[];
  const present = accounts.filter((account) => presence.isPresent(account));
  const absent = accounts.filter((account) => !presence.isPresent(account));
  const sessions = present.reduce((sum, account) => sum + presence.sessionsOf(account), 0);
  return { ...answer({ $case: 'delivered', value: { sessions, absent } }), effects: { direct: { message, receivers: present } } };
}
