import { randomBytes } from 'node:crypto';
import { anonymousPrefix, type Capability, type TokenClaims, type Verified } from '@plaza/kit';
import { refuse, type Refusal, type RoomId } from '@plaza/domain';
import { Role, type Label } from '@plaza/proto/client';
import { noLabels, noTags, type Connection } from './connection.js';
import type { EdgeContext } from './context.js';
import { frameOf } from './frames.js';

/** 12 characters of base64url. */
const nameBytes = 9;
const retryMs = 2000;
const roles = { regular: Role.ROLE_REGULAR, administrator: Role.ROLE_ADMINISTRATOR } as const;

/** Takes a token for the connection; again for the same account: a renewal. Undefined: taken. At once, but where the platform's keys have to be asked. */
export function authenticateBy(
  edge: EdgeContext,
  connection: Connection,
  token: string,
): Refusal | undefined | Promise<Refusal | undefined> {
  const verified = edge.tokens.verify(token, edge.clock.now());
  return verified instanceof Promise ? verified.then((later) => take(edge, connection, later)) : take(edge, connection, verified);
}

function take(edge: EdgeContext, connection: Connection, verified: Verified): Refusal | undefined {
  if ('invalid' in verified) return refuse(verified.invalid, undefined, verified.invalid === 'auth-unavailable' ? retryMs : undefined);
  const { claims } = verified;
  const known = connection.account === claims.account;
  if (!known && connection.account !== '' && (!connection.anonymous || connection.sessions.length > 0)) {
    return refuse('not-allowed', 'the connection belongs to another account');
  }
  if (edge.accounts.isDisabled(claims.account)) return refuse('disabled');
  const { labels } = connection;
  assume(connection, claims);
  if (known) renew(edge, connection, labels);
  else welcome(edge, connection);
  return undefined;
}

/** Its sessions have the labels of the new token, where the platform did not give them others at entry; rooms that it does not open are left. */
function renew(edge: EdgeContext, { sessions, rooms, labels }: Connection, former: readonly Label[]): void {
  for (const session of sessions) {
    if (session.profile.labels === former) session.change({ labels });
    session.renewed = true;
    if (rooms?.includes(session.feed.room) === false) edge.sessions.expel(session, 'not-allowed', 'the new token does not open this room');
  }
}

/** A connection that enters a room without a token is an anonymous guest from then on. */
export function becomeAnonymous(edge: EdgeContext, connection: Connection): void {
  connection.account = anonymousPrefix + randomBytes(nameBytes).toString('base64url');
  connection.anonymous = true;
  welcome(edge, connection);
}

/** What the token says about entering. */
export function mayEnter(connection: Connection, room: RoomId): Refusal | undefined {
  if (connection.rooms !== undefined && !connection.rooms.includes(room)) return refuse('not-allowed', 'the token does not open this room');
  if (connection.capabilities?.includes('enter') === false) return refuse('not-allowed', 'the token does not allow to enter');
  return undefined;
}

function assume(connection: Connection, claims: TokenClaims): void {
  connection.account = claims.account;
  connection.anonymous = false;
  connection.capabilities = setOf(claims.capabilities);
  connection.rooms = claims.rooms;
  connection.tokenExpiresMs = claims.expiresMs;
  connection.warned = false;
  connection.nickname = claims.nickname ?? '';
  connection.avatar = claims.avatar ?? '';
  connection.tags = claims.tags ?? noTags;
  connection.labels = claims.labels?.map((label) => ({ ...label, saved: false })) ?? noLabels;
  connection.roleHint = claims.role === undefined ? Role.ROLE_UNSPECIFIED : roles[claims.role];
  // Who is in a room is there with a device of this kind.
  if (claims.deviceKind !== undefined && connection.sessions.length === 0) connection.deviceKind = claims.deviceKind;
}

/** Each set of capabilities once, not once a connection. */
const capabilitySets = new Map<string, readonly Capability[]>();

function setOf(capabilities: readonly Capability[]): readonly Capability[] {
  const key = capabilities.join();
  const known = capabilitySets.get(key);
  if (known === undefined) capabilitySets.set(key, capabilities);
  return known ?? capabilities;
}

function welcome(edge: EdgeContext, connection: Connection): void {
  const { account, anonymous, tokenExpiresMs } = connection;
  connection.send(frameOf({ $case: 'welcome', value: { account, anonymous, tokenExpiresMs, edge: edge.id } }));
}
