import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { freePort } from '@plaza/testkit';
import { findNats, findRedis, Keeper, run, ServerProcess, tcpAnswer } from '@plaza/testkit/engines';
import { checkManifests } from '../../check/check.js';
import { ofKind, type KubeObject } from '../../check/objects.js';
import { renderOverlay } from '../../check/render.js';
import { comparable, deployFolder, fileOf, kustomize, overlayFolder } from '../manifests.js';
import { dryRun, namespace } from './common.js';
import type { ControlPlane } from '../control-plane.js';
import { expectThat, type Trial } from '../trial.js';

export const overlays = ['dev', 'prod', 'mtls'] as const;

/** What is rendered is what the fast tests look at, has no mistake by the services' tables, and the API server takes it without a warning. */
export async function tryOverlays(trial: Trial, plane: ControlPlane): Promise<void> {
  await plane.kubectl('apply', '--filename', join(deployFolder, 'test/podmonitor.yaml'));
  await plane.kubectl('wait', '--for=condition=Established', 'crd', '--all');
  for (const overlay of overlays) {
    const objects = await kustomize(plane, overlayFolder(overlay));
    await trial.check(`${overlay}: no mistake by the tables of the services`, () => {
      const mistakes = checkManifests(objects);
      expectThat(mistakes.length === 0, mistakes.join('\n'));
      return `${objects.length} objects`;
    });
    await trial.check(`${overlay}: rendered by kubectl as by the fast tests`, () =>
      expectSame(comparable(objects), comparable(renderOverlay(overlayFolder(overlay)))),
    );
    await trial.check(`${overlay}: taken by the API server without a warning`, () => taken(plane, overlay, objects));
  }
  await trial.check('components: taken with prod', async () => {
    const folder = join(plane.folder, 'components');
    mkdirSync(folder);
    cpSync(join(deployFolder, 'kubernetes'), join(plane.folder, 'kubernetes'), { recursive: true });
    const paths = ['overlays/prod', 'components/monitoring', 'components/platform-https'].map((path) => `../kubernetes/${path}`);
    writeFileSync(join(folder, 'kustomization.yaml'), kustomizationOf(paths));
    return await taken(plane, 'components', await kustomize(plane, folder));
  });
}

const kustomizationOf = ([overlay = '', ...components]: readonly string[]): string =>
  JSON.stringify({ apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', namespace, resources: [overlay], components });

async function taken(plane: ControlPlane, name: string, objects: readonly KubeObject[]): Promise<string> {
  // What is in a namespace is judged by its labels: it has to be there, and a dry run makes none.
  await plane.kubectl('apply', '--filename', fileOf(plane, `${name}-namespace`, ofKind(objects, 'Namespace')));
  const said = await plane.kubectl(...dryRun, fileOf(plane, name, objects));
  return `${said.trim().split('\n').length} objects`;
}

function expectSame(real: unknown, own: unknown): undefined {
  const [a, b] = [real, own] as Record<string, unknown>[];
  for (const key of new Set([...Object.keys(a ?? {}), ...Object.keys(b ?? {})]))
    expectThat(isDeepStrictEqual(a?.[key], b?.[key]), `${key}: ${JSON.stringify(a?.[key])}\nis not ${JSON.stringify(b?.[key])}`);
}

/** Real servers read the configuration files of the engines. */
export async function tryEngineFiles(trial: Trial, plane: ControlPlane): Promise<void> {
  await tryRedisFile(trial, plane);
  const nats = (await findNats()).path;
  for (const overlay of overlays) {
    await trial.check(`${overlay}: nats.conf is read by nats-server`, async () => {
      const conf = await configFile(plane, overlay, 'nats.conf');
      const folder = join(plane.folder, `nats-${overlay}`);
      mkdirSync(folder);
      writeFileSync(join(folder, 'nats.conf'), conf.replaceAll('/etc/nats-tls/', `${plane.certificates}/`));
      writeFileSync(join(folder, 'auth.conf'), 'authorization { user: plaza, password: "of the trial" }\n');
      await run(nats, ['-t', '-c', join(folder, 'nats.conf')], 10_000, { POD_NAME: 'nats-0' });
      return undefined;
    });
  }
}

/** It starts, with the file of the Secret beside, and asks for the password that stands there. */
async function tryRedisFile(trial: Trial, plane: ControlPlane): Promise<void> {
  await trial.check('prod: redis.conf is read by redis-server, which asks for the password', async () => {
    const conf = await configFile(plane, 'prod', 'redis.conf');
    const keeper = new Keeper();
    const port = await freePort();
    const written = conf.replaceAll('/etc/redis/', `${keeper.folder}/`).replace('dir /data', `dir ${keeper.folder}`);
    writeFileSync(join(keeper.folder, 'redis.conf'), written.replace('port 6379', `port ${port}\nbind 127.0.0.1`));
    writeFileSync(join(keeper.folder, 'auth.conf'), 'requirepass of-the-trial\n');
    const server = new ServerProcess({
      name: 'redis',
      command: (await findRedis()).path,
      args: [join(keeper.folder, 'redis.conf')],
      folder: keeper.folder,
      answers: () => tcpAnswer('127.0.0.1', port, 'PING\r\n', '-NOAUTH'),
      startMs: 10_000,
      guard: keeper.guard,
    });
    try {
      await server.start();
      await tcpAnswer('127.0.0.1', port, 'AUTH of-the-trial\r\n', '+OK');
      return undefined;
    } finally {
      await server.stop();
      await keeper.close();
    }
  });
}

async function configFile(plane: ControlPlane, overlay: string, file: string): Promise<string> {
  const objects = await kustomize(plane, overlayFolder(overlay));
  const found = ofKind(objects, 'ConfigMap').find(({ data }) => data?.[file] !== undefined)?.data?.[file];
  if (found === undefined) throw new Error(`${overlay} has no ${file}`);
  return found;
}
