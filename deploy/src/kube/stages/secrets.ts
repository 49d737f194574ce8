import { join } from 'node:path';
import { run } from '@plaza/testkit/engines';
import { secretMistakes } from '../../check/secrets.js';
import { deployFolder, kustomize, overlayFolder } from '../manifests.js';
import { namespace } from './common.js';
import type { ControlPlane } from '../control-plane.js';
import { expectThat, type Trial } from '../trial.js';

/** Secrets of a real cluster, looked into by `deploy:check --secrets`. */
export async function trySecrets(trial: Trial, plane: ControlPlane): Promise<void> {
  const main = join(deployFolder, 'dist/check/main.js');
  const checked = (): Promise<string> =>
    run(process.execPath, [main, overlayFolder('prod'), '--secrets', namespace], 60_000, { KUBECONFIG: plane.kubeconfig }).catch(
      (error: unknown) => (error as Error).message,
    );
  const create = (name: string, ...literals: string[]): Promise<string> =>
    plane.kubectl('--namespace', namespace, 'create', 'secret', 'generic', name, ...literals.map((literal) => `--from-literal=${literal}`));
  await trial.check('missing secrets are named', async () => {
    const said = await checked();
    for (const key of ['plaza-tokens, key token-secret', 'plaza-api, key api-keys', 'plaza-nats, key password', 'plaza-redis, key url'])
      expectThat(said.includes(`Secret ${key}`), said);
    return undefined;
  });
  await trial.check('a secret for development is refused, the rest is right', async () => {
    await create('plaza-tokens', `token-secret=dev-${'x'.repeat(40)}`);
    await create('plaza-api', `api-keys=${'a'.repeat(64)}`);
    await create('plaza-nats', 'password=of-the-trial');
    await create('plaza-redis', 'url=redis://:of-the-trial@redis:6379');
    const said = await checked();
    expectThat(/key token-secret .*development secret/.test(said) && !said.includes('x'.repeat(40)) && said.includes('1 mistake(s)'), said);
    return undefined;
  });
  await trial.check('right secrets are right', async () => {
    await plane.kubectl('--namespace', namespace, 'delete', 'secret', 'plaza-tokens');
    await create('plaza-tokens', `token-secret=${'x'.repeat(40)}`);
    const objects = await kustomize(plane, overlayFolder('prod'));
    expectThat((await checked()).includes('0 mistake(s)'), await checked());
    // And a reader that finds none of them says so of each.
    expectThat((await secretMistakes(objects, () => Promise.resolve(undefined))).length > 3, 'nothing was missed');
    return undefined;
  });
}
