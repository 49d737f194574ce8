import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { developmentMark } from './config.js';

export interface DevelopmentSecrets {
  /** For HS256 tokens. */
  readonly tokenSecret: string;
  /** For the server API. */
  readonly apiKey: string;
  /** True when they were made just now: the one time to print them. */
  readonly made: boolean;
}

/**
 * The secrets of a data folder, made at its first start (file mode 0600). They carry the development mark, so that no service that listens on
 * more than loopback starts with them.
 */
export function developmentSecrets(folder: string): DevelopmentSecrets {
  const file = join(folder, 'development-secrets.json');
  if (existsSync(file)) return { ...(JSON.parse(readFileSync(file, 'utf8')) as { tokenSecret: string; apiKey: string }), made: false };
  mkdirSync(folder, { recursive: true });
  const secrets = {
    tokenSecret: developmentMark + randomBytes(32).toString('base64url'),
    apiKey: developmentMark + randomBytes(24).toString('base64url'),
  };
  writeFileSync(file, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  return { ...secrets, made: true };
}

/**
 * How an API key is kept: SHA-256, hex. Keys are random and long, so that a slow hash would guard nothing. The hash of a development key keeps the
 * mark: who has only the hash can still tell.
 */
export const hashApiKey = (apiKey: string): string =>
  (apiKey.startsWith(developmentMark) ? developmentMark : '') + createHash('sha256').update(apiKey).digest('hex');
