/**
 * `npm run deploy:test [-- --only rollouts,drains]`: the manifests on a real API server, with real controllers and a real scheduler; nodes and pods are played by KWOK. Not tried
 * here: containers, probes, preStop, traffic, the enforcement of NetworkPolicies. The folders of the images are made, started and ended as processes. The last line says how many passed and failed; exit code 0: all.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { causeOf } from '@plaza/kit';
import type { KubeObject } from '../check/objects.js';
import { kubeBinaries } from './binaries.js';
import { startControlPlane, type ControlPlane } from './control-plane.js';
import { serveFigures, type Figures } from './figures.js';
import { deployFolder, hurried, kustomize, overlayFolder } from './manifests.js';
import { Serving } from './serving.js';
import { tryApply, tryPlaces } from './stages/applied.js';
import { tryDrains, tryEvictions, tryLastNodeOfZone, tryRollout } from './stages/disruptions.js';
import { tryImages } from './stages/images.js';
import { tryEngineFiles, tryOverlays } from './stages/overlays.js';
import { tryBroken } from './stages/refusals.js';
import { tryRights } from './stages/rights.js';
import { tryScaling } from './stages/scaling.js';
import { trySecrets } from './stages/secrets.js';
import { Trial } from './trial.js';

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const zones = ['zone-1', 'zone-2', 'zone-3'];
const nodes = ['a', 'b'].flatMap((letter) => zones.map((zone) => ({ name: `${zone}-${letter}`, zone })));
const names = nodes.map(({ name }) => name);

interface Stage {
  readonly trial: Trial;
  readonly plane: ControlPlane;
  readonly prod: readonly KubeObject[];
  readonly serving: Serving;
  readonly figures: Figures;
}

/** Each on the applied `prod`, in this order. */
const stages: Readonly<Record<string, (stage: Stage) => Promise<void>>> = {
  places: ({ trial, plane, serving }) => tryPlaces(trial, plane, serving),
  broken: ({ trial, plane, prod }) => tryBroken(trial, plane, prod),
  secrets: ({ trial, plane }) => trySecrets(trial, plane),
  rights: ({ trial, plane }) => tryRights(trial, plane),
  evictions: ({ trial, plane, serving }) => tryEvictions(trial, plane, serving),
  scaling: ({ trial, plane, serving, figures }) => tryScaling(trial, plane, serving, figures),
  rollouts: ({ trial, plane, serving, prod }) => tryRollout(trial, plane, serving, prod),
  drains: ({ trial, plane, serving }) => tryDrains(trial, plane, serving, names),
  zone: ({ trial, plane, serving, prod }) =>
    tryLastNodeOfZone(trial, plane, serving, { prod, spare: names.slice(zones.length), node: names[0] as string }),
};

async function tryAll(trial: Trial, plane: ControlPlane, wanted: readonly string[]): Promise<void> {
  await tryOverlays(trial, plane);
  await tryEngineFiles(trial, plane);
  const prod = await kustomize(plane, overlayFolder('prod'));
  const figures = await serveFigures(plane);
  figures.sockets = 30_000;
  const serving = await Serving.start(plane, 'plaza');
  try {
    await tryApply(trial, plane, hurried(prod));
    for (const name of wanted) await stages[name]?.({ trial, plane, prod, serving, figures });
  } finally {
    serving.stop();
    figures.close();
  }
}

const all = ['images', ...Object.keys(stages)];

class AskedWrongly extends Error {}

function readStages(args: readonly string[]): string[] {
  const { values } = parseArgs({ args: [...args], options: { only: { type: 'string', default: all.join(',') } } });
  const wanted = values.only.split(',');
  const unknown = wanted.find((name) => !all.includes(name));
  if (unknown !== undefined) throw new AskedWrongly(`--only ${unknown}: there are ${all.join(', ')}`);
  return wanted;
}

async function tryOnServers(trial: Trial, wanted: readonly string[]): Promise<void> {
  say('Kubernetes: built by Go where it is not in the cache yet');
  const { folder, found } = await kubeBinaries(join(deployFolder, 'test'));
  say(found);
  const plane = await startControlPlane(folder, nodes);
  try {
    await tryAll(trial, plane, wanted);
  } finally {
    await plane.stop();
  }
}

async function test(wanted: readonly string[]): Promise<number> {
  const trial = new Trial(say);
  try {
    if (wanted.includes('images')) await tryImages(trial);
    if (wanted.some((name) => name in stages)) await tryOnServers(trial, wanted);
  } catch (error) {
    trial.failed++;
    say(`FAIL the trial did not get to its end: ${causeOf(error)} ${causeOf((error as Error).cause ?? '')}`);
  }
  say(trial.summary);
  return trial.failed === 0 ? 0 : 1;
}

// Servers and the keeper do not hold the event loop.
const hold = setInterval(() => undefined, 60_000);
try {
  process.exitCode = await test(readStages(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(`deploy:test: ${causeOf(error)}\n`);
  process.exitCode = 64;
} finally {
  clearInterval(hold);
}
