import type { HistoryReader, MetricsReader } from '@plaza/bus';
import type { Clock, TokenClaims } from '@plaza/kit';
import { z, type ZodType } from 'zod';
import type { AuditLog } from './audit/audit-log.js';
import type { Cluster } from './cluster/cluster.js';
import type { Edges } from './edges.js';
import type { Problem } from './problems.js';
import type { Presences } from './presences.js';
import type { Rooms } from './rooms.js';
import type { Keys } from './keys.js';
import type { Scope } from './scopes.js';
import type { WebhookPorts } from './webhooks/webhook-ports.js';
import type { AccountList } from '@plaza/bus';

/** What handlers may ask. */
export interface Ports {
  readonly rooms: Rooms;
  readonly history: HistoryReader;
  readonly metrics: MetricsReader;
  readonly edges: Edges;
  readonly presences: Presences;
  readonly accounts: Pick<AccountList, 'isMuted' | 'isDisabled'>;
  readonly keys: Keys;
  readonly webhooks: WebhookPorts;
  readonly audit: Pick<AuditLog, 'chains' | 'query' | 'lines' | 'chainViews' | 'verify'>;
  readonly cluster: Pick<Cluster, 'processes' | 'living' | 'shards' | 'readers' | 'holderOf' | 'take' | 'holds' | 'order'>;
  readonly clock: Clock;
  /** Signs a token. Throws RangeError for claims that are out of range. */
  readonly issueToken: (claims: TokenClaims) => string;
}

/** One request after its checks. `commandId` is the Idempotency-Key, or made for this request. */
export interface Ask<P, Q, B> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly commandId: string;
}

/** `lines`: an answer too long for the memory, of which every line is an `A` as JSON. */
export type Outcome<A> = { readonly answer: A } | { readonly lines: AsyncIterable<string> } | { readonly problem: Problem };

export type Tag =
  'rooms' | 'messages' | 'members' | 'queue' | 'accounts' | 'tokens' | 'keys' | 'webhooks' | 'audit' | 'cluster' | 'figures' | 'demo';

export interface Description {
  /** In OpenAPI, metrics and log lines. */
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly tag: Tag;
  readonly summary: string;
  readonly description?: string;
  readonly status: 200 | 201;
  /** What the API key has to be allowed; absent: asked without a key. */
  readonly scope?: Scope;
  /** Default: application/json. */
  readonly media?: 'application/x-ndjson';
  /** Takes an Idempotency-Key. */
  readonly changes?: boolean;
  /** The longest body; without: as long as the server lets through (64 KiB). */
  readonly bodyLimitBytes?: number;
}

/** One thing that can be asked: its schemas beside what it does. */
export interface Operation extends Description {
  readonly params: ZodType;
  readonly query: ZodType;
  readonly body: ZodType | undefined;
  readonly answer: ZodType;
  readonly handle: (ask: Ask<unknown, unknown, unknown>, ports: Ports) => Promise<Outcome<unknown>>;
}

const nothing = z.strictObject({});
type Nothing = typeof nothing;

interface Typed<A extends ZodType, P extends ZodType, Q extends ZodType, B extends ZodType> extends Description {
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly answer: A;
  readonly handle: (ask: Ask<z.output<P>, z.output<Q>, z.output<B>>, ports: Ports) => Promise<Outcome<z.output<A>>>;
}

/** Ties the types of a handler to its schemas; the border has checked params, query and body against them before it calls the handler. */
export function operation<
  A extends ZodType,
  P extends ZodType = Nothing,
  Q extends ZodType = Nothing,
  B extends ZodType = ZodType<undefined>,
>(typed: Typed<A, P, Q, B>): Operation {
  const { params = nothing, query = nothing, body, handle, ...rest } = typed;
  return { ...rest, params, query, body, handle: handle as Operation['handle'] };
}
