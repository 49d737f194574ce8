import { causeOf } from '@plaza/kit';
import { findCassandra } from './find-cassandra.js';
import { findChromium } from './chromium.js';
import { findK6 } from './find-k6.js';
import { findNats } from './find-nats.js';
import { findPrometheus } from './find-prometheus.js';
import { findRedis } from './find-redis.js';
import { findSchemathesis } from './schemathesis.js';

export const engineNames = ['nats', 'redis', 'cassandra', 'chromium', 'schemathesis', 'prometheus', 'k6'] as const;
export type EngineName = (typeof engineNames)[number];

export interface Finding {
  readonly name: EngineName;
  /** How it was found, in a line; undefined: it is missing. */
  readonly found: string | undefined;
  readonly missing: string | undefined;
}

const finders: Readonly<Record<EngineName, () => Promise<{ found: string }>>> = {
  nats: findNats,
  redis: findRedis,
  cassandra: findCassandra,
  chromium: findChromium,
  schemathesis: findSchemathesis,
  prometheus: findPrometheus,
  k6: findK6,
};

/** Finds or fetches the engines, one after another, and says of each how or why not. */
export async function prepareEngines(names: readonly EngineName[] = engineNames): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const name of names) {
    try {
      findings.push({ name, found: (await finders[name]()).found, missing: undefined });
    } catch (error) {
      findings.push({ name, found: undefined, missing: reasonOf(error) });
    }
  }
  return findings;
}

function reasonOf(error: unknown): string {
  const cause = typeof error === 'object' && error !== null && 'cause' in error ? error.cause : undefined;
  return cause === undefined ? causeOf(error) : `${causeOf(error)} (${causeOf(cause)})`;
}
