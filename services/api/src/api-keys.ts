import { createHash, timingSafeEqual } from 'node:crypto';
import { developmentMark } from '@plaza/kit';

const longestKey = 256;

/** The API keys that are let in, known by their SHA-256 only. */
export class ApiKeys {
  readonly #hashes: readonly Buffer[];

  /** Hex; a development mark in front is no part of the hash. */
  constructor(hashes: readonly string[]) {
    this.#hashes = hashes.map((hash) => Buffer.from(hash.startsWith(developmentMark) ? hash.slice(developmentMark.length) : hash, 'hex'));
  }

  /** Which key an `Authorization` header carries, by its number. Every hash is compared, each in constant time. */
  find(authorization: string | undefined): number | undefined {
    const key = /^Bearer +([\x21-\x7e]+)$/i.exec(authorization ?? '')?.[1];
    if (key === undefined || key.length > longestKey) return undefined;
    const given = createHash('sha256').update(key).digest();
    let found: number | undefined;
    this.#hashes.forEach((hash, number) => {
      if (timingSafeEqual(hash, given)) found = number;
    });
    return found;
  }
}
