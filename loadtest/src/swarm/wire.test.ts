import { describe, expect, test } from '@jest/globals';
import { ServerFrame } from '@plaza/proto/client';
import { Lags, latest, stamped } from './lags.js';
import { countFrame, noFrames } from './wire.js';

const event = (position: number, text = 'x'): object => ({
  position,
  timeMs: 1,
  operator: 'ada',
  kind: { $case: 'message', value: { body: { content: { $case: 'text', value: { text } } } } },
});
const batch = (prev: number, ...positions: number[]): object => ({
  room: 'r',
  prev,
  last: positions.at(-1) ?? prev + 1,
  events: positions.map((position) => event(position)),
});
const frame = (frame: object): Uint8Array => ServerFrame.encode(ServerFrame.fromPartial(frame)).finish();

describe('a frame is counted without decoding', () => {
  test.each<[string, object[], Partial<ReturnType<typeof noFrames>>]>([
    [
      'two batches in one frame',
      [{ batches: [batch(2 ** 45, 2 ** 45 + 1, 2 ** 45 + 2), batch(2 ** 45 + 2, 2 ** 45 + 9)] }],
      { events: 3, breaks: 0 },
    ],
    ['a chain over frames', [{ batches: [batch(1, 2)] }, { batches: [batch(2, 3)] }], { events: 2, breaks: 0, last: 3 }],
    ['a gap', [{ batches: [batch(1, 2)] }, { batches: [batch(3, 4)] }], { breaks: 1 }],
    ['a repeat', [{ batches: [batch(1, 2)] }, { batches: [batch(1, 2)] }], { breaks: 1 }],
    ['an advance', [{ batches: [batch(1, 2)] }, { batches: [batch(2)] }, { batches: [batch(3, 4)] }], { events: 2, breaks: 0 }],
    [
      'a hole that was told',
      [{ batches: [batch(1, 2)] }, { body: { $case: 'incomplete', value: { room: 'r' } } }, { batches: [batch(7, 8)] }],
      { told: 1, breaks: 0 },
    ],
    [
      'a signal between',
      [{ batches: [batch(1, 2)], body: { $case: 'signal', value: { room: 'r', head: 2, accounts: 3 } } }],
      { events: 1, breaks: 0 },
    ],
  ])('%s', (_, frames, expected) => {
    const count = noFrames();
    for (const one of frames) {
      const bytes = frame(one);
      countFrame(bytes, 0, bytes.length, count);
    }
    expect(count).toMatchObject(expected);
  });
});

describe('watched sockets', () => {
  test('take the lag from the stamp in the text, whatever the protocol', () => {
    const lags = new Lags();
    const text = stamped(200);
    expect(text).toHaveLength(200);
    const plaza = frame({ batches: [{ room: 'r', prev: 1, last: 2, events: [event(2, text)] }] });
    lags.sawFrame(plaza, 0, plaza.length);
    const other = Buffer.from(`42["message","${text}"]`);
    lags.saw(other, 0, other.length);
    const taken = lags.take();
    expect(taken).toHaveLength(1);
    expect(taken[0]![1]).toBeGreaterThanOrEqual(0);
    expect(lags.take()).toEqual([]);
  });

  test('do not take a frame whose events are out of order', () => {
    const bytes = frame({ batches: [{ room: 'r', prev: 1, last: 4, events: [event(3), event(2)] }] });
    expect(() => new Lags().sawFrame(bytes, 0, bytes.length)).toThrow('position 2 after 3');
  });

  test('of several the last one counts', () => {
    expect(
      latest([
        [['a', 1]],
        [
          ['a', 3],
          ['b', 2],
        ],
        [['a', 2]],
      ]),
    ).toEqual(
      new Map([
        ['a', 3],
        ['b', 2],
      ]),
    );
  });
});
