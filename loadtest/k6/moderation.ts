import exec from 'k6/execution';
import { sleep } from 'k6';
import { Counter, Rate } from 'k6/metrics';
import type { Options } from 'k6/options';
import { setTimeout } from 'k6/timers';
import { settingsOf } from '../src/k6/settings.ts';
import { Silence } from '../src/k6/silence.ts';
import { ask, makeStage, speakerName } from './lib/api.ts';
import { crowdScenarios, shares, speak as speakAtRate, speakersOf, totalSeconds, watch as watchRoom } from './lib/crowd.ts';
import type { Batch, Reply } from './lib/frames.ts';
import { nobodyDropped, nothingBroken } from './lib/metrics.ts';
import { reportOf } from './lib/report.ts';
import type { Viewer } from './lib/viewer.ts';

/** Moderators mute, block and kick speakers who go on speaking: nobody sees a word of who is silenced, whatever the order in which things arrived at the room. */
const settings = settingsOf(__ENV, { sockets: 50, rate: 60, seconds: 30 });
const actsASecond = 4;
const againMs = 250;

const spoke = new Counter('plaza_spoke_while_silenced');
const silenced = new Counter('plaza_refused_as_silenced');
/** Refusals that moderation does not explain, and messages that nobody knows of. */
const unexpected = new Counter('plaza_unexpected_refusals');
const acted = new Rate('plaza_acts_done');

export const options: Options = {
  scenarios: { ...crowdScenarios(settings), moderator: shares(settings, 'moderate', 1) },
  thresholds: {
    ...nothingBroken,
    ...nobodyDropped,
    plaza_spoke_while_silenced: ['count==0'],
    plaza_refused_as_silenced: ['count>0'],
    plaza_unexpected_refusals: ['count==0'],
    plaza_acts_done: ['rate==1'],
    plaza_messages: ['count>0'],
    plaza_lag_ms: [`p(95)<${settings.lagP95}`],
    plaza_reply_ms: [`p(95)<${settings.replyP95}`],
  },
};

export const setup = (): string[] => makeStage(settings, speakersOf(settings));

export const watch = (): void =>
  void watchRoom(settings, () => {
    const silence = new Silence();
    return { onBatch: ({ events = [] }: Batch) => spoke.add(events.filter((event) => silence.broken(event)).length) };
  });

const explained = ['muted', 'timed-muted', 'blocked', 'not-joined', 'entry-refused'];

/** They go on whatever happens to them. */
export function speak(tokens: string[]): void {
  const own: Viewer = speakAtRate(settings, {
    tokens,
    onOther: ({ refused }: Reply) => (explained.includes(refused?.code ?? '') ? silenced : unexpected).add(1),
    viewer: { onRemoved: () => comeBack(() => own) },
  });
}

/** As often as it takes until it may enter again. */
function comeBack(viewer: () => Viewer): void {
  setTimeout(() => viewer().joinAgain(({ joined }) => joined === undefined && comeBack(viewer)), againMs);
}

export function moderate(): void {
  const endMs = exec.scenario.startTime + 1000 * (totalSeconds(settings) - 3);
  const speakers = speakersOf(settings);
  for (let number = 0; Date.now() < endMs; number++) {
    const member = `/v1/rooms/${settings.name}/members/${speakerName(settings, number % speakers)}`;
    const named = '/v1/rooms/:room/members/:account';
    const act = (method: 'PUT' | 'POST' | 'DELETE', what: string, body: object = {}): void => {
      acted.add(ask(settings, method, `${member}/${what}`, body, `${named}/${what}`).status === 200);
      sleep(1 / actsASecond);
    };
    const [begin, end] = pairs[number % pairs.length] as (typeof pairs)[number];
    begin(act);
    end(act);
  }
}

type Act = (method: 'PUT' | 'POST' | 'DELETE', what: string, body?: object) => void;
const pairs: readonly (readonly [(act: Act) => void, (act: Act) => void])[] = [
  [(act) => act('PUT', 'mute'), (act) => act('DELETE', 'mute')],
  [(act) => act('PUT', 'timed-mute', { seconds: 60 }), (act) => act('DELETE', 'timed-mute')],
  [(act) => act('PUT', 'timed-mute', { seconds: 1 }), () => sleep(1)],
  [(act) => act('POST', 'kick', { reason: 'load' }), () => undefined],
  [(act) => act('PUT', 'block', { reason: 'load' }), (act) => act('DELETE', 'block')],
];

export const handleSummary = reportOf('Moderation under fire', settings);
