import { check } from 'k6';
import exec from 'k6/execution';
import { Rate } from 'k6/metrics';
import type { Options } from 'k6/options';
import { settingsOf } from '../src/k6/settings.ts';
import { ask, makeRoom, textOf, type Answer } from './lib/api.ts';
import { crowdScenarios, totalSeconds, watch as watchRoom } from './lib/crowd.ts';
import { nobodyDropped, nothingBroken } from './lib/metrics.ts';
import { platformSpeaker } from './lib/platform.ts';
import { reportOf } from './lib/report.ts';

/** What a platform's servers ask of the API, at an even rate, while viewers watch: each answer is right, what was written is read, viewers see what was said. */
const settings = settingsOf(__ENV, { sockets: 20, rate: 50, seconds: 30, replyP95: 500 });
const quietSeconds = 2;
const { viewers } = crowdScenarios(settings);

/** Of the answers: whether they say what they should. */
const right = new Rate('plaza_api_right');

export const options: Options = {
  scenarios: {
    viewers: viewers!,
    platform: {
      executor: 'constant-arrival-rate',
      exec: 'mix',
      rate: settings.rate,
      timeUnit: '1s',
      duration: `${Math.max(1, Math.floor(totalSeconds(settings) - quietSeconds))}s`,
      preAllocatedVUs: Math.max(2, Math.ceil(settings.rate / 10)),
      maxVUs: Math.max(10, Math.ceil(settings.rate)),
    },
  },
  thresholds: {
    ...nothingBroken,
    ...nobodyDropped,
    plaza_api_right: ['rate==1'],
    http_req_failed: ['rate==0'],
    http_req_duration: [`p(95)<${settings.replyP95}`],
    plaza_messages: ['count>0'],
    dropped_iterations: ['count==0'],
  },
};

export function setup(): void {
  makeRoom(settings);
  if (ask(settings, 'PUT', `/v1/rooms/${settings.name}/queue`, { size: 1000 }).status !== 200) throw new Error('no queue');
}

export const watch = (): void => void watchRoom(settings);

const path = `/v1/rooms/${settings.name}`;
const named = '/v1/rooms/:room';
let turn = 0;
let speaker: ReturnType<typeof platformSpeaker> | undefined;

const isRight = (what: string, answer: Answer, good: (answer: Answer) => boolean): void => right.add(check(answer, { [what]: good }));

function say(): void {
  speaker ??= platformSpeaker(settings, `${settings.name}-p${exec.vu.idInTest}`);
  speaker.say();
}

/** What one writes is what one reads right after it. */
function attribute(): void {
  const key = `vu-${exec.vu.idInTest}`;
  const value = String(turn);
  isRight(
    'attribute set',
    ask(settings, 'PATCH', `${path}/attributes`, { attributes: [{ key, value }] }, `${named}/attributes`),
    ({ status }) => status === 200,
  );
  isRight('attribute read as it was written', ask(settings, 'GET', `${path}/attributes`, undefined, `${named}/attributes`), (answer) =>
    textOf(answer).includes(`"key":"${key}","value":"${value}"`),
  );
}

function queue(): void {
  const key = `vu-${exec.vu.idInTest}-${turn}`;
  isRight(
    'offered to the queue',
    ask(settings, 'POST', `${path}/queue/offer`, { elements: [{ key, value: 'x' }] }, `${named}/queue/offer`),
    ({ status }) => status === 200,
  );
  isRight(
    'taken from the queue',
    ask(settings, 'POST', `${path}/queue/poll`, { key }, `${named}/queue/poll`),
    (answer) => answer.status === 200 && textOf(answer).includes(key),
  );
}

const read =
  (what: string, suffix: string): (() => void) =>
  () =>
    isRight(what, ask(settings, 'GET', path + suffix, undefined, named + suffix.replace(/\?.*/, '')), ({ status }) => status === 200);

const counts = (): void =>
  isRight('counts', ask(settings, 'POST', `${path}/counts`, {}, `${named}/counts`), ({ status }) => status === 200);

const token = (): void =>
  isRight(
    'token',
    ask(settings, 'POST', '/v1/tokens', { account: `${settings.name}-t` }),
    (answer) => answer.status === 201 && textOf(answer).includes('token'),
  );

/** Of ten turns: four say something, the others read and write what a platform does beside it. */
const acts = [
  say,
  read('room', ''),
  say,
  read('history', '/messages?limit=20'),
  say,
  attribute,
  read('members', '/members'),
  say,
  queue,
  counts,
  token,
];

export function mix(): void {
  (acts[turn++ % acts.length] as () => void)();
}

export const handleSummary = reportOf('Server API mix', settings);
