import { createHash } from 'node:crypto';
import { signatureOf } from '@plaza/kit';

/**
 * The header that proves a delivery: `t=<Unix seconds>,v1=<hex>[,v1=<hex>]`, each v1 the HMAC-SHA256 of "t.body" under one of the secrets that are
 * valid, newest first. A receiver takes it when any of them matches its own secret.
 */
export function signaturesOf(secrets: readonly string[], body: string, nowMs: number): string {
  const each = secrets.map((secret) => signatureOf(secret, body, nowMs).split(','));
  return [each[0]![0], ...each.map(([, signature]) => signature)].join(',');
}

/** The same events to the same endpoint have the same id, also when they are delivered again. */
export const deliveryId = (endpoint: string, room: string, from: number, to: number): string =>
  createHash('sha256').update(`${endpoint}\n${room}\n${from}\n${to}`).digest('hex').slice(0, 32);
