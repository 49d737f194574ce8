import { check } from 'k6';
import exec from 'k6/execution';
import { Counter, Rate } from 'k6/metrics';
import type { Scenario } from 'k6/options';
import type { Settings } from '../../src/k6/settings.ts';
import { ask, makeRoom, textOf, type Answer } from './api.ts';
import { totalSeconds } from './crowd.ts';
import { platformSpeaker } from './platform.ts';

/** Of the answers: whether they say what they should. */
const right = new Rate('plaza_api_right');
/** Nobody knows: to be asked again. It is honest, and no answer. */
const unavailable = new Counter('plaza_api_unavailable');
const quietSeconds = 2;

export function makeRoomWithQueue(settings: Settings): void {
  makeRoom(settings);
  if (ask(settings, 'PUT', `/v1/rooms/${settings.name}/queue`, { size: 1000 }).status !== 200) throw new Error('no queue');
}

/** So many acts a second, however long each takes. */
export const actsAt = (settings: Settings, rate: number): Scenario => ({
  executor: 'constant-arrival-rate',
  exec: 'mix',
  rate,
  timeUnit: '1s',
  duration: `${Math.max(1, Math.floor(totalSeconds(settings) - quietSeconds))}s`,
  preAllocatedVUs: Math.max(2, Math.ceil(rate / 10)),
  maxVUs: Math.max(10, Math.ceil(rate)),
});

/** What a platform's servers ask of the API, one thing a call: of eleven four say something, the others read and write what a platform does beside it. */
export function actsOf(settings: Settings): () => void {
  const path = `/v1/rooms/${settings.name}`;
  const named = '/v1/rooms/:room';
  let turn = 0;
  let speaker: ReturnType<typeof platformSpeaker> | undefined;

  const isRight = (what: string, answer: Answer, good: (answer: Answer) => boolean): boolean => {
    if (answer.status === 503) unavailable.add(1);
    else right.add(check(answer, { [what]: good }));
    return answer.status < 300;
  };
  const isOk = ({ status }: Answer): boolean => status === 200;
  const say = (): void => {
    speaker ??= platformSpeaker(settings, `${settings.name}-p${exec.vu.idInTest}`);
    speaker.say();
  };
  /** What one writes is what one reads right after it. */
  const attribute = (): void => {
    const [key, value] = [`vu-${exec.vu.idInTest}`, String(turn)];
    const set = ask(settings, 'PATCH', `${path}/attributes`, { attributes: [{ key, value }] }, `${named}/attributes`);
    if (!isRight('attribute set', set, isOk)) return;
    const read = ask(settings, 'GET', `${path}/attributes`, undefined, `${named}/attributes`);
    isRight('attribute read as it was written', read, (answer) => textOf(answer).includes(`"key":"${key}","value":"${value}"`));
  };
  const queue = (): void => {
    const key = `vu-${exec.vu.idInTest}-${turn}`;
    const offered = ask(settings, 'POST', `${path}/queue/offer`, { elements: [{ key, value: 'x' }] }, `${named}/queue/offer`);
    if (!isRight('offered to the queue', offered, isOk)) return;
    const taken = ask(settings, 'POST', `${path}/queue/poll`, { key }, `${named}/queue/poll`);
    isRight('taken from the queue', taken, (answer) => isOk(answer) && textOf(answer).includes(key));
  };
  const read = (what: string, suffix: string) => (): void =>
    void isRight(what, ask(settings, 'GET', path + suffix, undefined, named + suffix.replace(/\?.*/, '')), isOk);
  const counts = (): void => void isRight('counts', ask(settings, 'POST', `${path}/counts`, {}, `${named}/counts`), isOk);
  const token = (): void =>
    void isRight(
      'token',
      ask(settings, 'POST', '/v1/tokens', { account: `${settings.name}-t` }),
      (answer) => answer.status === 201 && textOf(answer).includes('token'),
    );

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
  return () => acts[turn++ % acts.length]?.();
}
