import type { Options } from 'k6/options';
import { settingsOf } from '../src/k6/settings.ts';
import { actsAt, actsOf, makeRoomWithQueue } from './lib/acts.ts';
import { viewersAlone, watch as watchRoom } from './lib/crowd.ts';
import { nobodyDropped, nothingBroken } from './lib/metrics.ts';
import { reportOf } from './lib/report.ts';

/** What a platform's servers ask of the API, at an even rate, while viewers watch: each answer is right, what was written is read, viewers see what was said. */
const settings = settingsOf(__ENV, { sockets: 20, rate: 50, seconds: 30, replyP95: 500 });

export const options: Options = {
  scenarios: { viewers: viewersAlone(settings), platform: actsAt(settings, settings.rate) },
  thresholds: {
    ...nothingBroken,
    ...nobodyDropped,
    plaza_accepted: ['rate==1'],
    plaza_api_right: ['rate==1'],
    plaza_api_unavailable: ['count==0'],
    http_req_failed: ['rate==0'],
    http_req_duration: [`p(95)<${settings.replyP95}`],
    plaza_messages: ['count>0'],
    dropped_iterations: ['count==0'],
  },
};

export const setup = (): void => makeRoomWithQueue(settings);
export const watch = (): void => void watchRoom(settings);
export const mix = actsOf(settings);
export const handleSummary = reportOf('Server API mix', settings);
