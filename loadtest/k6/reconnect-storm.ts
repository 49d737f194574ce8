import exec from 'k6/execution';
import { sleep } from 'k6';
import type { Options } from 'k6/options';
import { dropNow, settingsOf } from '../src/k6/settings.ts';
import { makeRoom } from './lib/api.ts';
import { at, rampSeconds, shares, totalSeconds, viewersAlone, watch as watchRoom } from './lib/crowd.ts';
import { nothingBroken } from './lib/metrics.ts';
import { platformSpeaker } from './lib/platform.ts';
import { reportOf } from './lib/report.ts';

/**
 * An edge dies half-way: everybody whose connection ended comes back to another one, joins behind what it has, and misses nothing. Who ends the connections:
 * somebody outside (`npm run k6` kills an edge of a cluster of its own, or runs --kill), or the clients, all of the first edge at once.
 */
const settings = settingsOf(__ENV, { sockets: 200, rate: 5, seconds: 30 });
/** k6 has it; its types do not. */
declare const console: { log(line: string): void };

export const options: Options = {
  scenarios: { viewers: viewersAlone(settings), speakers: shares(settings, 'speak', 1) },
  thresholds: {
    ...nothingBroken,
    plaza_dropped: ['count>0'],
    plaza_back: ['rate==1'],
    plaza_pause_ms: [`p(95)<${settings.pauseP95}`],
    plaza_told_holes: ['count==0'],
    plaza_messages: ['count>0'],
  },
};

export const setup = (): string => makeRoom(settings);

export function watch(): void {
  const viewers = watchRoom(settings);
  const isFirst = exec.scenario.iterationInTest === 0;
  at(rampSeconds(settings) + settings.seconds / 2, () => {
    if (settings.dropBy === 'clients') viewers.filter(({ url }) => url === settings.urls[0]).forEach((viewer) => viewer.drop());
    else if (isFirst) console.log(dropNow);
  });
}

/** By the server API: who speaks must not lose its own connection. */
export function speak(): void {
  const speaker = platformSpeaker(settings, `${settings.name}-p`);
  const endMs = exec.scenario.startTime + 1000 * (totalSeconds(settings) - 2);
  while (Date.now() < endMs) {
    speaker.say();
    sleep(1 / settings.rate);
  }
}

export const handleSummary = reportOf('Reconnect storm', settings);
