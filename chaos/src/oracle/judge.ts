import { accepted } from './accepted.js';
import { answers } from './answers.js';
import { audit } from './audit.js';
import { counters } from './counters.js';
import { directed } from './directed.js';
import { evidenceOf } from './evidence.js';
import { figuresOf } from './figures.js';
import { history } from './history.js';
import { logChain } from './log-chain.js';
import { refused } from './refused.js';
import { removed } from './removed.js';
import { replay } from './replay.js';
import { restrained } from './restrained.js';
import type { Charge, Rule } from './rule.js';
import { seen } from './seen.js';
import { transient } from './transient.js';
import type { Judge, Verdict } from './verdict.js';
import { webhooks } from './webhooks.js';

export const rules: readonly Rule[] = [
  logChain,
  answers,
  accepted,
  refused,
  seen,
  restrained,
  removed,
  directed,
  history,
  counters,
  webhooks,
  audit,
  replay,
  transient,
];

const mostShown = 20;

/** Judges a run. Pure. A rule whose readings are absent judges nothing, and the verdict says so. */
export const judge: Judge = (records, readers): Verdict => {
  const evidence = evidenceOf(records, readers);
  const judged = rules.map((rule) => {
    const missing = rule.needs.filter((name) => readers[name] === undefined);
    const finding = missing.length > 0 ? { checked: 0, charges: [] } : rule.judge(evidence);
    return { rule: rule.name, missing: missing.join(), ...finding };
  });
  return {
    violations: judged.flatMap(({ rule, charges }) => shown(charges).map((charge) => ({ rule, ...charge }))),
    rules: judged.map(({ rule, checked, charges, missing }) => ({ rule, checked, violations: charges.length, missing })),
    figures: figuresOf(records, { from: records.startedAt, until: records.quietAt }),
  };
};

/** The first of each room. */
function shown(charges: readonly Charge[]): readonly Charge[] {
  const counts = new Map<string, number>();
  return charges.filter(({ room }) => {
    const count = (counts.get(room) ?? 0) + 1;
    counts.set(room, count);
    return count <= mostShown;
  });
}
