import type { Log } from '@plaza/log';
import type { DeadLetters } from './dead-letters.js';
import type { Deliveries } from './deliveries.js';
import type { Mailer } from './mailer.js';
import type { Sealer } from './secrets.js';

/** What the operations on webhooks stand on. */
export interface WebhookPorts {
  readonly deliveries: Deliveries;
  readonly letters: DeadLetters;
  readonly sealer: Sealer;
  /** Endpoints may be at private addresses, and on this machine without TLS. */
  readonly privateAllowed: boolean;
  readonly log: Log;
  readonly mailer: Mailer;
}
