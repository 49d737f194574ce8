import exec from 'k6/execution';
import type { Options, Scenario } from 'k6/options';
import { clearInterval, setInterval, setTimeout } from 'k6/timers';
import type { Settings } from '../../src/k6/settings.ts';
import { speech } from '../../src/k6/speech.ts';
import type { Reply } from './frames.ts';
import * as metrics from './metrics.ts';
import { tokenOf } from './token.ts';
import { Viewer, type ViewerOrder } from './viewer.ts';

/** The last words are said so long before all go. */
const quietMs = 2000;
/** An edge takes 20 frames a second of a connection. */
const sendsASpeaker = 10;

const vusOf = ({ sockets, socketsPerVu }: Settings): number => Math.ceil(sockets / socketsPerVu);
export const rampSeconds = ({ sockets, joinRate }: Settings): number => sockets / joinRate;
export const totalSeconds = (settings: Settings): number => rampSeconds(settings) + settings.seconds;
export const speakersOf = ({ rate }: Settings): number => Math.ceil(rate / sendsASpeaker);

/** Each iteration is one share of a crowd, to the end of the run: iterations are numbered over all generators, VUs are not. */
export const shares = (settings: Settings, run: string, vus: number): Scenario => ({
  executor: 'shared-iterations',
  exec: run,
  vus,
  iterations: vus,
  maxDuration: `${Math.ceil(totalSeconds(settings)) + 60}s`,
  gracefulStop: '5s',
});

export const viewersAlone = (settings: Settings): Scenario => shares(settings, 'watch', vusOf(settings));

/** Viewers in shares, and speakers beside them. */
export const crowdScenarios = (settings: Settings): Record<string, Scenario> => ({
  viewers: viewersAlone(settings),
  speakers: shares(settings, 'speak', speakersOf(settings)),
});

/** A crowd that nobody disturbs: everything that was said is accepted, and comes to everybody once, in order and in time. */
export const crowdOptions = (settings: Settings): Options => ({
  scenarios: crowdScenarios(settings),
  thresholds: {
    ...metrics.nothingBroken,
    ...metrics.nobodyDropped,
    plaza_messages: ['count>0'],
    plaza_accepted: ['rate==1'],
    plaza_lag_ms: [`p(95)<${settings.lagP95}`],
    plaza_reply_ms: [`p(95)<${settings.replyP95}`],
  },
});

const endMsOf = (settings: Settings): number => exec.scenario.startTime + 1000 * totalSeconds(settings);
const share = (): number => exec.scenario.iterationInTest;

/** This VU's viewers come at their times, one of each VU after the other, and go when the time is over. */
export function watch(settings: Settings, more: (number: number) => Partial<ViewerOrder> = () => ({})): Viewer[] {
  const vus = vusOf(settings);
  const viewers: Viewer[] = [];
  for (let number = share(); number < settings.sockets; number += vus) {
    const dueMs = exec.scenario.startTime + (1000 * number) / settings.joinRate;
    setTimeout(() => viewers.push(new Viewer({ ...orderOf(settings, number), ...more(number) })), Math.max(1, dueMs - Date.now()));
  }
  setTimeout(() => viewers.forEach((viewer) => viewer.leave()), Math.max(1, endMsOf(settings) - Date.now()));
  return viewers;
}

const orderOf = (settings: Settings, number: number): ViewerOrder => ({
  urls: settings.urls,
  first: number,
  room: settings.name,
  token: settings.tokenSecret === '' ? undefined : tokenOf(settings.tokenSecret, `${settings.name}-${number}`),
});

export interface SpeakerOrder {
  /** One a speaker. */
  readonly tokens: readonly string[];
  readonly filler?: string;
  /** Any but accepted ones. */
  readonly onOther?: (reply: Reply) => void;
  readonly viewer?: Partial<ViewerOrder>;
}

/** One who speaks at an even rate from the beginning until shortly before the end, and does not wait for the answers. */
export function speak(
  settings: Settings,
  { tokens, filler, onOther, viewer }: SpeakerOrder,
  perSecond = settings.rate / speakersOf(settings),
): Viewer {
  const speaker = `${settings.name}-s${share()}`;
  const own = new Viewer({ ...orderOf(settings, share()), token: tokens[share()], ...viewer });
  let number = 0;
  const timer = setInterval(() => {
    if (!own.isIn) return;
    const askedMs = Date.now();
    // Where some are refused, numbers would have holes.
    const text = speech({ sentMs: askedMs, speaker, number: onOther === undefined ? ++number : 0 }, settings.messageBytes, filler);
    own.ask({ sendMessage: { body: { text: { text } } } }, (reply) => {
      metrics.replyMs.add(Date.now() - askedMs);
      if (onOther === undefined) metrics.accepted.add(reply.accepted !== undefined);
      else if (reply.accepted === undefined) onOther(reply);
    });
  }, 1000 / perSecond);
  setTimeout(() => clearInterval(timer), Math.max(1, endMsOf(settings) - quietMs - Date.now()));
  setTimeout(() => own.leave(), Math.max(1, endMsOf(settings) - Date.now()));
  return own;
}

/** So long after the beginning. */
export const at = (seconds: number, act: () => void): void =>
  void setTimeout(act, Math.max(1, exec.scenario.startTime + 1000 * seconds - Date.now()));
