import { cpus, loadavg, totalmem } from 'node:os';
import type { Step } from './faults/plan.js';
import type { StepResult } from './faults/run-step.js';
import { figuresOf } from './oracle/figures.js';
import type { Verdict } from './oracle/verdict.js';
import type { ClientRecord, Records } from './records.js';
import type { RunOptions } from './run-options.js';

/** An answer that took longer than this was held up. */
const promptMs = 250;

export interface StepFigures {
  readonly title: string;
  readonly hits: string;
  readonly lastedMs: number;
  readonly pauseP50Ms: number;
  readonly pauseMaxMs: number;
  readonly unavailable: number;
  /** From the beginning of the fault to the last answer that was held up; 0: none was. */
  readonly recoveryMs: number;
  readonly targetMs: number | undefined;
}

export function stepFigures(records: Records, result: StepResult): StepFigures {
  const part = { from: result.startedAt, until: result.endedAt };
  const { pause, unavailable } = figuresOf(records, part);
  return {
    title: result.title,
    hits: result.hits.join('; '),
    lastedMs: Math.round(result.healedAt - result.startedAt),
    pauseP50Ms: pause.p50,
    pauseMaxMs: pause.max,
    unavailable,
    recoveryMs: Math.max(0, ...records.clients.flatMap((client) => heldUpUntil(client, part).map((at) => Math.round(at - part.from)))),
    targetMs: targetOf(result.step),
  };
}

/** The widest of the pauses that its faults may cause; undefined: DESIGN names none for one of them. */
function targetOf(step: Step | undefined): number | undefined {
  const targets = step?.faults.map(({ fault }) => fault.targetMs) ?? [];
  return targets.length === 0 || targets.includes(undefined) ? undefined : Math.max(...(targets as number[]));
}

/** When the answers came that took too long, of what was first sent within the part. */
function heldUpUntil({ notes }: ClientRecord, { from, until }: { from: number; until: number }): number[] {
  const sentAt = new Map<number, number>();
  const answeredAt = new Map<number, number>();
  for (const note of notes) {
    if (note.kind === 'sent' && !sentAt.has(note.command)) sentAt.set(note.command, note.at);
    if (note.kind === 'reply' && note.reply.result?.$case !== 'unavailable') answeredAt.set(note.command, note.at);
  }
  return [...answeredAt].flatMap(([command, at]) => {
    const sent = sentAt.get(command);
    return sent !== undefined && sent >= from && sent < until && at - sent > promptMs ? [at] : [];
  });
}

const milliseconds = (ms: number): string => (ms >= 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${ms} ms`);

export function tableOf(figures: readonly StepFigures[]): string {
  const head =
    '| fault | hit | lasted | pause p50 | pause max | unavailable | recovery | allowed | kept |\n|---|---|---|---|---|---|---|---|---|';
  const rows = figures.map(({ title, hits, lastedMs, pauseP50Ms, pauseMaxMs, unavailable, recoveryMs, targetMs }) => {
    const kept = targetMs === undefined ? '' : pauseMaxMs <= targetMs ? 'yes' : pauseP50Ms <= targetMs ? 'p50' : 'no';
    const cells = [title, hits, milliseconds(lastedMs), milliseconds(pauseP50Ms), milliseconds(pauseMaxMs), String(unavailable)];
    return `| ${[...cells, milliseconds(recoveryMs), targetMs === undefined ? '' : milliseconds(targetMs), kept].join(' | ')} |`;
  });
  return [head, ...rows].join('\n');
}

export const verdictText = ({ rules, violations }: Verdict): string =>
  [
    ...rules.map(({ rule, checked, violations: count, missing }) => {
      return `${count === 0 ? '  ' : '! '}${rule.padEnd(30)} ${checked} looked at, ${count} violations${missing === '' ? '' : ` (not given: ${missing})`}`;
    }),
    ...violations.map(({ rule, room, account, position, evidence }) => `  ${rule}: ${room} ${account} ${position}: ${evidence}`),
  ].join('\n');

export interface Report {
  readonly options: RunOptions;
  readonly command: string;
  readonly date: string;
  readonly engines: readonly string[];
  readonly figures: readonly StepFigures[];
  readonly troubles: readonly string[];
  readonly skipped: readonly string[];
  readonly verdict: Verdict;
}

/** What is written into docs/faults.md, between its marks. */
export function reportText({ options, command, date, engines, figures, troubles, skipped, verdict }: Report): string {
  const { figures: all } = verdict;
  const list = (lines: readonly string[], none: string): string =>
    lines.length === 0 ? none : lines.map((line) => `- ${line}`).join('\n');
  return `- ${date}, seed ${options.seed}: \`${command}\`
- ${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}: the cluster, its engines and the swarm share it. Load average of the last 15 minutes: ${(loadavg()[2] ?? 0).toFixed(1)}
- 3 nats-server (R3), Redis, 1 Cassandra, 3 room-state, 3 edges, 2 history, 2 metrics, 2 api; ${options.sockets} sockets in ${options.rooms} rooms, ${options.ratePerSecond} acts a second, ${Math.round(options.hotShare * 100)} % of them in one room
${list(engines, '')}

**Pause**: the longest silence in the hot room that a client sat through from the beginning of the fault until calm had returned; half of the clients felt at most
p50. **Recovery**: from the beginning of the fault to the last answer that took more than ${promptMs} ms. **Allowed**: what DESIGN section 5 allows as a pause. **Kept**: \`p50\` means for
half of the clients.

${tableOf(figures)}

Over the whole run: ${all.commands} commands, answered in ${all.answer.p50} ms (p50), ${all.answer.p99} ms (p99), ${all.answer.max} ms (most); ${all.unavailable} replies said \`unavailable\`; ${all.eventsSeen} events were seen.

## The judge

| rule | looked at | violations |
|---|---|---|
${verdict.rules.map(({ rule, checked, violations, missing }) => `| ${rule} | ${checked}${missing === '' ? '' : ` (not given: ${missing})`} | ${violations} |`).join('\n')}

Troubles beside the rules:

${list(troubles, 'None.')}

Not tried in this run:

${list(skipped, 'Everything of the plan was tried.')}
`;
}
