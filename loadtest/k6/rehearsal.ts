import type { Options } from 'k6/options';
import { settingsOf } from '../src/k6/settings.ts';
import { actsAt, actsOf, makeRoomWithQueue } from './lib/acts.ts';
import { viewersAlone, watch as watchRoom } from './lib/crowd.ts';
import { nothingBroken } from './lib/metrics.ts';
import { reportOf } from './lib/report.ts';

/** The mix beside the crowd of `npm run rehearse`: some viewers who speak JSON, and a platform's servers, while an edge and a holder are killed. */
const settings = settingsOf(__ENV, { sockets: 50, rate: 5, seconds: 60 });

export const options: Options = {
  scenarios: { viewers: viewersAlone(settings), platform: actsAt(settings, Math.ceil(settings.rate)) },
  thresholds: {
    ...nothingBroken,
    plaza_accepted: ['rate==1'],
    plaza_api_right: ['rate==1'],
    plaza_pause_ms: [`p(95)<${settings.pauseP95}`],
    plaza_told_holes: ['count==0'],
    plaza_messages: ['count>0'],
  },
};

export const setup = (): void => makeRoomWithQueue(settings);
export const watch = (): void => void watchRoom(settings);
export const mix = actsOf(settings);
export const handleSummary = reportOf('Mix of the rehearsal', settings);
