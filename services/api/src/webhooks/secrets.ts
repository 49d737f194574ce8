import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const algorithm = 'aes-256-gcm';
const ivBytes = 12;
const tagBytes = 16;

/** What an endpoint's owner checks signatures with; shown once. */
export const newSecret = (): string => `whsec_${randomBytes(32).toString('base64url')}`;

/** It was sealed with another key, or is damaged. */
export class SecretUnreadable extends Error {
  override readonly name = 'SecretUnreadable';
}

/** Keeps secrets of endpoints unreadable at rest: AES-256-GCM under a key that is derived from a setting and stored nowhere. */
export class Sealer {
  readonly #key: Buffer;

  constructor(setting: string) {
    this.#key = Buffer.from(hkdfSync('sha256', setting, '', 'plaza webhook secrets', 32));
  }

  /** Bound to the endpoint: moved to another one it does not open. */
  seal(secret: string, endpoint: string): string {
    const iv = randomBytes(ivBytes);
    const cipher = createCipheriv(algorithm, this.#key, iv).setAAD(Buffer.from(endpoint));
    const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64url');
  }

  /** Throws SecretUnreadable. */
  open(sealed: string, endpoint: string): string {
    try {
      const bytes = Buffer.from(sealed, 'base64url');
      const decipher = createDecipheriv(algorithm, this.#key, bytes.subarray(0, ivBytes)).setAAD(Buffer.from(endpoint));
      decipher.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
      return Buffer.concat([decipher.update(bytes.subarray(ivBytes + tagBytes)), decipher.final()]).toString('utf8');
    } catch (error) {
      throw new SecretUnreadable('the secret does not open with this key: rotate it', { cause: error });
    }
  }
}
