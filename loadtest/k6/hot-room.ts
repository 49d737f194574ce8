import { settingsOf } from '../src/k6/settings.ts';
import { makeStage } from './lib/api.ts';
import { crowdOptions, speak as speakAtRate, speakersOf, watch as watchRoom } from './lib/crowd.ts';
import { reportOf } from './lib/report.ts';

/** A goal: far more messages a second than rounds of an edge, so that many ride in one frame. Nothing is sampled: the room has no budget. */
const settings = settingsOf(__ENV, { sockets: 200, rate: 200, seconds: 30, lagP95: 1000 });

export const options = crowdOptions(settings);
export const setup = (): string[] => makeStage(settings, speakersOf(settings));
export const watch = (): void => void watchRoom(settings);
export const speak = (tokens: string[]): void => void speakAtRate(settings, { tokens });
export const handleSummary = reportOf('Hot room', settings);
