import { hmac } from 'k6/crypto';
import { b64encode } from 'k6/encoding';

const hour = 3600;
const part = (value: object): string => b64encode(JSON.stringify(value), 'rawurl');
const head = part({ alg: 'HS256', typ: 'JWT' });

/** A token as the platform would sign one (docs/protocol.md, docs/configuration.md PLAZA_TOKEN_SECRET): cheaper than asking the API for each viewer. */
export function tokenOf(secret: string, account: string): string {
  const seconds = Math.floor(Date.now() / 1000);
  const signed = `${head}.${part({ sub: account, iat: seconds, exp: seconds + hour, cap: ['enter', 'send'] })}`;
  return `${signed}.${hmac('sha256', secret, signed, 'base64rawurl')}`;
}
