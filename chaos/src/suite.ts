import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startCluster } from '@plaza/testkit/cluster';
import { Links } from './faults/links.js';
import { readCluster } from './faults/read-cluster.js';
import { planOf, stepText, type Step } from './faults/plan.js';
import { runStep, type StepResult } from './faults/run-step.js';
import { Scene } from './faults/scene.js';
import { SmallDisks } from './faults/small-disks.js';
import type { Fault } from './faults/fault.js';
import { faultsOf } from './faults/table.js';
import { WebhookEndpoint } from './platform/endpoint.js';
import { buildPreviousEdge, previousHindrance } from './previous-build.js';
import type { Readers } from './readings.js';
import type { Records } from './records.js';
import type { RunOptions } from './run-options.js';
import { Backend } from './swarm/backend.js';
import { startSwarm, type Swarm } from './swarm/swarm.js';

export interface SuiteResult {
  readonly records: Records;
  readonly readers: Readers;
  readonly results: readonly StepResult[];
  readonly engines: readonly string[];
  /** Faults that cannot be tried here, and steps for which there was no time. */
  readonly skipped: readonly string[];
}

const times = { calmMs: 5000, readyMs: 120_000 };
const calmAtFirstMs = 10_000;
const progressMs = 5000;
/** PLAZA_ABSENCE_MS: shorter than the default, so that owners are gone for longer than it within a run. */
const graceMs = 6000;
/** PLAZA_GRACE_MS and PLAZA_SETTLING_MS: their defaults. */
const edgeGraceMs = 15_000;
const settlingMs = 20_000;
/** An edge or its client may be stopped for 10 s before its holder hears of an end. */
const absenceSlackMs = 12_000;

/** What can be tried here of what was asked for, and why not the rest. */
export function possibleFaults(options: RunOptions): { readonly faults: readonly Fault[]; readonly skipped: readonly string[] } {
  const hindrances = { 'small-disks': SmallDisks.hindrance(), 'previous-build': previousHindrance(options.previous) };
  const hindranceOf = ({ needs }: Fault): string | undefined => (needs === undefined ? undefined : hindrances[needs]);
  const all = faultsOf(options.faults);
  return {
    faults: all.filter((fault) => hindranceOf(fault) === undefined),
    skipped: all.flatMap((fault) => (hindranceOf(fault) === undefined ? [] : [`${fault.name}: ${hindranceOf(fault)}`])),
  };
}

/** A run from nothing to its readings; whatever it started has ended when this settles. Rejects when `signal` aborts. */
export async function runSuite(options: RunOptions, say: (line: string) => void, signal: AbortSignal): Promise<SuiteResult> {
  const { faults, skipped } = possibleFaults(options);
  for (const line of skipped) say(`NOT TRIED: ${line}`);
  const plan = planOf(options.seed, options.minutes, faults, options.alone);
  for (const step of plan) say(`plan ${stepText(step)}`);
  const ends: (() => unknown)[] = [];
  try {
    return await onCluster(options, plan, skipped, say, signal, ends);
  } finally {
    say('stopping everything');
    for (const end of ends.reverse()) await end();
  }
}

async function onCluster(
  options: RunOptions,
  plan: readonly Step[],
  skipped: readonly string[],
  say: (line: string) => void,
  signal: AbortSignal,
  ends: (() => unknown)[],
): Promise<SuiteResult> {
  const needs = new Set(plan.flatMap((step) => step.faults.map(({ fault }) => fault.needs)));
  const clocks = join(options.folder, 'clocks');
  mkdirSync(clocks, { recursive: true });
  const data = join(options.folder, 'cluster');
  ends.push(() => keepLogsOnly(data));
  const disks = needs.has('small-disks') ? new SmallDisks(join(options.folder, 'disks')) : undefined;
  if (disks !== undefined) ends.push(() => disks.unmount());
  if (needs.has('previous-build')) say(`building the edge of ${options.previous}`);
  const previousFolder = join(options.folder, 'previous');
  ends.push(() => rm(previousFolder, { recursive: true, force: true }));
  const previousEdge = needs.has('previous-build') ? buildPreviousEdge(options.previous, previousFolder) : undefined;
  signal.throwIfAborted();

  const links = new Links();
  ends.push(() => links.close());
  const cluster = await startCluster({
    ...{ edges: 3, holders: 3, histories: 2, metrics: 2, apis: 2, natsServers: 3 },
    dataFolder: data,
    logLevel: options.logLevel,
    link: links.link,
    ...(disks === undefined ? {} : { natsStore: disks.of }),
    mains: { 'room-state': fileURLToPath(new URL('./faults/shifted-holder.js', import.meta.url)) },
    env: {
      CHAOS_CLOCKS: clocks,
      PLAZA_ABSENCE_MS: String(graceMs),
      PLAZA_GRACE_MS: String(edgeGraceMs),
      PLAZA_SETTLING_MS: String(settlingMs),
      PLAZA_WEBHOOK_PRIVATE: 'true',
    },
    onProgress: say,
  });
  ends.push(() => cluster.stop());
  signal.throwIfAborted();
  const scene = await Scene.open({ cluster, links, clocks, disks, previousEdge });
  ends.push(() => scene.close());

  const apiUrl = `http://${await links.open({ from: '', to: 'api' }, cluster.apiAddresses)}`;
  const { apiKey } = cluster.ready;
  const startedMs = Date.now();
  const backend = new Backend(apiUrl, apiKey);
  const endpoint = await WebhookEndpoint.open(backend, { seed: options.seed });
  ends.push(() => endpoint.close());
  const { seed, rooms, sockets, ratePerSecond, hotShare } = options;
  const size = { seed, rooms, sockets, ratePerSecond, hotShare, graceMs, absenceSlackMs, edgeGraceMs, settlingMs };
  const swarm = await startSwarm({ apiUrl, apiKey, connectUrls: () => cluster.connectUrls, ...size });
  scene.hotRoom = swarm.rooms[0] as string;
  say(`the swarm acts; the hot room is ${scene.hotRoom}`);
  const results = await breakIt(options, scene, swarm, plan, say, signal);

  say('no more faults: the swarm becomes quiet');
  await swarm.quiesce();
  const readers = await readCluster(scene, swarm, { backend, endpoint, startedMs }, say);
  const records = await swarm.stop();
  await writeDown(options.folder, records, readers);
  const late = plan.slice(results.length - 1).map((step) => `step ${stepText(step).trim()}: there was no time`);
  return { records, readers, results, engines: cluster.engines.found, skipped: [...skipped, ...late] };
}

/** Some calm, then the steps, while there is time. */
async function breakIt(
  options: RunOptions,
  scene: Scene,
  swarm: Swarm,
  plan: readonly Step[],
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<StepResult[]> {
  const progress = setInterval(() => say(`  ${progressText(swarm)}`), progressMs);
  try {
    await wait(calmAtFirstMs, undefined, { signal });
    const results = [await calm(signal)];
    const endMs = performance.now() + options.minutes * 60_000;
    for (const step of plan) {
      if (performance.now() > endMs) break;
      say(`step ${stepText(step).trim()}`);
      results.push(await runStep(scene, options.seed, step, times, say, signal));
    }
    return results;
  } finally {
    clearInterval(progress);
  }
}

/** What the figures are without a fault, on this machine, now. */
async function calm(signal: AbortSignal): Promise<StepResult> {
  const startedAt = performance.now();
  await wait(calmAtFirstMs, undefined, { signal });
  const endedAt = performance.now();
  return { title: 'no fault', step: undefined, hits: [], startedAt, healedAt: endedAt, readyAt: endedAt, endedAt, troubles: [] };
}

function progressText(swarm: Swarm): string {
  const { connected, sent, answered, unavailable, events } = swarm.progress();
  return `${connected} connected, ${sent} sent, ${answered} answered, ${unavailable} unavailable, ${events} events seen`;
}

/** Big things a line an item: a string of everything may be too long. */
async function writeDown(folder: string, { clients, ...rest }: Records, { log = [], ...others }: Readers): Promise<void> {
  writeFileSync(join(folder, 'run.json'), JSON.stringify(rest));
  const plain = { ...others, history: [...(others.history ?? [])], rooms: [...(others.rooms ?? [])] };
  writeFileSync(join(folder, 'readings.json'), JSON.stringify(plain));
  await writeLines(join(folder, 'clients.jsonl'), clients);
  await writeLines(join(folder, 'log.jsonl'), log);
}

async function writeLines(file: string, items: readonly unknown[]): Promise<void> {
  const out = createWriteStream(file);
  for (const item of items)
    if (!out.write(`${JSON.stringify(item)}\n`)) await new Promise<void>((resolve) => out.once('drain', () => resolve()));
  await new Promise<void>((resolve) => out.end(() => resolve()));
}

const keepLogsOnly = (data: string): Promise<unknown> =>
  Promise.all(['nats', 'redis', 'cassandra'].map((name) => rm(join(data, name), { recursive: true, force: true })));
