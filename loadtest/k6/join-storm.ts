import type { Options } from 'k6/options';
import { settingsOf } from '../src/k6/settings.ts';
import { makeStage } from './lib/api.ts';
import { crowdScenarios, speak as speakAtRate, speakersOf, watch as watchRoom } from './lib/crowd.ts';
import { nobodyDropped, nothingBroken } from './lib/metrics.ts';
import { reportOf } from './lib/report.ts';

/** The doors open: as many a second as `joinRate` says, into a room in which somebody speaks. Who is told to come again does, and all get in. */
const settings = settingsOf(__ENV, { sockets: 2000, joinRate: 500, rate: 5, seconds: 10, joinP95: 2000 });

export const options: Options = {
  scenarios: crowdScenarios(settings),
  thresholds: {
    ...nothingBroken,
    ...nobodyDropped,
    plaza_join_ms: [`p(95)<${settings.joinP95}`],
    plaza_messages: ['count>0'],
    plaza_accepted: ['rate==1'],
    plaza_lag_ms: [`p(95)<${settings.lagP95}`],
  },
};

export const setup = (): string[] => makeStage(settings, speakersOf(settings));
export const watch = (): void => void watchRoom(settings);
export const speak = (tokens: string[]): void => void speakAtRate(settings, { tokens });
export const handleSummary = reportOf('Join storm', settings);
