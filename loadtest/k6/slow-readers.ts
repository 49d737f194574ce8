import exec from 'k6/execution';
import { sleep } from 'k6';
import { Counter, Rate } from 'k6/metrics';
import type { Options } from 'k6/options';
import ws from 'k6/ws';
import { Chain } from '../src/k6/chain.ts';
import { settingsOf } from '../src/k6/settings.ts';
import { ask, makeStage, speakerName } from './lib/api.ts';
import { crowdScenarios, rampSeconds, shares, speak as speakAtRate, speakersOf, totalSeconds, watch as watchRoom } from './lib/crowd.ts';
import type { ServerFrame } from './lib/frames.ts';
import { nobodyDropped, nothingBroken } from './lib/metrics.ts';
import { reportOf } from './lib/report.ts';

/**
 * One of ten more sockets reads nothing while large messages come, until the room says that it is gone, or for `stallSeconds`: the others do not notice, and the
 * slow get everything, or are told of their hole, or were closed and read that it was with 4508; never a silent hole. `k6/ws` runs a socket's handlers and its
 * reading in one loop, so that a handler that does not end is a reader that does not read: the kernel's buffers fill, then the edge's. `k6/websockets` reads on.
 */
const settings = settingsOf(__ENV, { sockets: 50, rate: 20, seconds: 60, messageBytes: 4096, stallSeconds: 45, lagP95: 1000 });
const slow = Math.max(1, Math.floor(settings.sockets / 10));
const tooSlow = 4508;
/** An edge keeps the code for some seconds for who reads on. */
const lookSeconds = 0.5;

const silentHoles = new Counter('plaza_slow_silent_holes');
const toldHoles = new Counter('plaza_slow_told_holes');
/** Of the slow readers: closed with the code for it. */
const closedSlow = new Rate('plaza_slow_closed');
const slowMessages = new Counter('plaza_slow_messages');
/** Slow readers that got everything, were told, or were closed as too slow. */
const accounted = new Rate('plaza_slow_accounted');

export const options: Options = {
  scenarios: { ...crowdScenarios(settings), slow: shares(settings, 'stall', slow) },
  thresholds: {
    ...nothingBroken,
    ...nobodyDropped,
    plaza_messages: ['count>0'],
    plaza_lag_ms: [`p(95)<${settings.lagP95}`],
    plaza_slow_silent_holes: ['count==0'],
    plaza_slow_accounted: ['rate==1'],
    plaza_slow_messages: ['count>0'],
    plaza_slow_closed: [`rate>=${settings.slowClosed}`],
  },
};

export const setup = (): string[] => makeStage(settings, speakersOf(settings) + slow);
export const watch = (): void => void watchRoom(settings);
/** Of three bytes each: large for the wire, within the limit of characters. */
export const speak = (tokens: string[]): void => void speakAtRate(settings, { tokens, filler: '話' });

/** An account of its own: whether the edge has closed its socket is asked of the room. */
export function stall(tokens: string[]): void {
  const number = speakersOf(settings) + exec.scenario.iterationInTest;
  const chain = new Chain();
  const startMs = exec.scenario.startTime + 1000 * rampSeconds(settings);
  const endMs = exec.scenario.startTime + 1000 * totalSeconds(settings);
  let stalled = false;
  let gone = false;
  let ok = false;
  let closedWith = 0;
  const url = `${settings.urls[number % settings.urls.length]}?room=${settings.name}&token=${tokens[number]}`;
  ws.connect(url, { tags: { name: 'connect' } }, (socket) => {
    socket.on('message', (text) => {
      read(JSON.parse(text) as ServerFrame, chain);
      if (!stalled && chain.position !== undefined && Date.now() > startMs) {
        stalled = true;
        gone = untilGone(speakerName(settings, number));
      }
    });
    socket.on('close', (code) => {
      closedWith = code;
      ok ||= code === tooSlow;
    });
    socket.setTimeout(
      () => {
        ok = stalled && !gone && chain.position !== undefined;
        socket.close();
      },
      Math.max(1, endMs - Date.now()),
    );
  });
  accounted.add(ok);
  closedSlow.add(closedWith === tooSlow);
}

/** Meanwhile nothing is read. False: the time is over, and it is still there. */
function untilGone(account: string): boolean {
  for (const endMs = Date.now() + 1000 * settings.stallSeconds; Date.now() < endMs; sleep(lookSeconds)) {
    const member = ask(settings, 'GET', `/v1/rooms/${settings.name}/members/${account}`, undefined, '/v1/rooms/:room/members/:account');
    if (member.status === 404 || (member.status === 200 && member.json('online') === false)) return true;
  }
  return false;
}

function read({ batches = [], reply, incomplete }: ServerFrame, chain: Chain): void {
  if (reply?.joined !== undefined) chain.joined(reply.head);
  if (incomplete !== undefined) {
    chain.skipTo(incomplete.until);
    toldHoles.add(1);
  }
  for (const batch of batches) {
    if (!['taken', 'early'].includes(chain.take(batch))) silentHoles.add(1);
    slowMessages.add(batch.events?.length ?? 0);
  }
}

export const handleSummary = reportOf('Slow readers', settings);
