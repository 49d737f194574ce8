import { expect, test } from '@jest/globals';
import { Silence, type EventFrame } from './silence.js';

const says = (account: string, timeMs = '5000'): EventFrame => ({ timeMs, message: { account } });
const to = (kind: keyof EventFrame, ...targets: string[]): EventFrame => ({ targets, [kind]: {} });
const timed = (untilMs: string): EventFrame => ({ targets: ['a'], timedMuted: { untilMs } });

test.each<[string, readonly EventFrame[], boolean]>([
  ['nothing happened', [says('a')], false],
  ['another one is muted', [to('muted', 'b'), says('a')], false],
  ['muted', [to('muted', 'b', 'a'), says('a')], true],
  ['muted and unmuted', [to('muted', 'a'), to('unmuted', 'a'), says('a')], false],
  ['muted for a time', [timed('5001'), says('a')], true],
  ['muted for a time that is over, as nobody has said yet', [timed('5000'), says('a')], false],
  ['muted for a time that was ended', [timed('9000'), to('timedUnmuted', 'a'), says('a')], false],
  ['muted for a shorter time instead', [timed('9000'), timed('4000'), says('a')], false],
  ['muted twice over, one of them lifted', [to('muted', 'a'), timed('9000'), to('unmuted', 'a'), says('a')], true],
  ['blocked', [to('blocked', 'a'), says('a')], true],
  ['blocked and unblocked', [to('blocked', 'a'), to('unblocked', 'a'), says('a')], false],
  ['the platform itself', [to('muted', 'a'), { message: {} }], false],
])('a message after: %s', (_, events, broken) => {
  const silence = new Silence();
  expect(events.map((event) => silence.broken(event)).at(-1)).toBe(broken);
});
