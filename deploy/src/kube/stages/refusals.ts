import { causeOf } from '@plaza/kit';
import type { KubeObject } from '../../check/objects.js';
import { broken, brokenVariants } from '../broken.js';
import { fileOf } from '../manifests.js';
import { dryRun } from './common.js';
import type { ControlPlane } from '../control-plane.js';
import { expectThat, type Trial } from '../trial.js';

export async function tryBroken(trial: Trial, plane: ControlPlane, objects: readonly KubeObject[]): Promise<void> {
  for (const [index, variant] of brokenVariants.entries())
    await trial.check(`refused: ${variant.what}`, async () => {
      const file = fileOf(plane, `broken-${index}`, [broken(objects, variant)]);
      const said = await plane.kubectl(...dryRun, file).then(
        () => undefined,
        (error: unknown) => (error as Error).message,
      );
      expectThat(said !== undefined, 'it was taken');
      expectThat(variant.says.test(said ?? ''), `it was refused for something else: ${said}`);
      return causeOf(new Error(said)).slice(-160);
    });
}
