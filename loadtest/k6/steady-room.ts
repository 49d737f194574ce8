import { settingsOf } from '../src/k6/settings.ts';
import { makeStage } from './lib/api.ts';
import { crowdOptions, speak as speakAtRate, speakersOf, watch as watchRoom } from './lib/crowd.ts';
import { reportOf } from './lib/report.ts';

/** A room on an ordinary evening: viewers come at an even rate, some speak, all see everything once and in order. */
const settings = settingsOf(__ENV, { sockets: 200, rate: 8, seconds: 60, lagP95: 500 });

export const options = crowdOptions(settings);
export const setup = (): string[] => makeStage(settings, speakersOf(settings));
export const watch = (): void => void watchRoom(settings);
export const speak = (tokens: string[]): void => void speakAtRate(settings, { tokens });
export const handleSummary = reportOf('Steady room', settings);
