import { eventually } from '@plaza/testkit';
import type { Figures } from '../figures.js';
import type { Serving } from '../serving.js';
import { patience, replicasNow } from './common.js';
import type { ControlPlane } from '../control-plane.js';
import { expectThat, type Trial } from '../trial.js';

export async function tryScaling(trial: Trial, plane: ControlPlane, serving: Serving, figures: Figures): Promise<void> {
  const scalesTo = (sockets: number, edges: number): Promise<string> => {
    figures.sockets = sockets;
    return eventually(async () => {
      const wanted = await replicasNow(plane, 'deployment/edge', '{.spec.replicas}');
      expectThat(
        wanted === edges && serving.now('edge') === edges && serving.all('edge') === edges,
        `${wanted} edges wanted, ${serving.now('edge')} serve`,
      );
      return `${sockets} sockets, ${edges} edges`;
    }, patience);
  };
  await trial.check('autoscaler: more sockets, more edges', () => scalesTo(90_000, 10));
  await trial.check('autoscaler: fewer sockets, fewer edges, never below its least', () => scalesTo(1000, 6));
}
