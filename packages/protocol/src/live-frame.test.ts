import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BadFrame, encodeLiveFrame, liveFlags, readLiveControl, readLiveHeader, readLiveSegments, type LiveFrame } from './live-frame.js';

const position = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const uint32 = fc.nat({ max: 0xffff_ffff });
const segment = fc.record({
  audience: fc.string({ unit: 'grapheme', maxLength: 20 }),
  last: position,
  bytes: fc.uint8Array({ maxLength: 60 }),
});
const anyLiveFrame: fc.Arbitrary<LiveFrame> = fc.record({
  flags: fc.nat({ max: 7 }),
  prev: position,
  last: position,
  epoch: position,
  head: position,
  sequence: position,
  accounts: uint32,
  connections: uint32,
  control: fc.uint8Array({ maxLength: 40 }),
  segments: fc.array(segment, { maxLength: 4 }),
});

const frame: LiveFrame = {
  flags: liveFlags.republished,
  prev: 10,
  last: 12,
  epoch: 3,
  head: 12,
  sequence: 99,
  accounts: 2,
  connections: 3,
  control: Uint8Array.of(1, 2),
  segments: [{ audience: '', last: 12, bytes: Uint8Array.of(7, 8, 9) }],
};

const readAll = (bytes: Uint8Array) => ({ ...readLiveHeader(bytes), control: readLiveControl(bytes), segments: readLiveSegments(bytes) });

function outcome(bytes: Uint8Array): 'read' | 'bad' {
  try {
    readAll(bytes);
    return 'read';
  } catch (error) {
    if (error instanceof BadFrame) return 'bad';
    throw error;
  }
}

describe('a live frame', () => {
  test('comes back as it was encoded', () => {
    fc.assert(fc.property(anyLiveFrame, (any) => expect(readAll(encodeLiveFrame(any))).toEqual(any)));
  });

  test('is read wherever it lies in a buffer', () => {
    const bytes = encodeLiveFrame(frame);
    const shifted = new Uint8Array(bytes.length + 5);
    shifted.set(bytes, 5);
    expect(readAll(shifted.subarray(5))).toEqual(frame);
  });

  test('is read as views, not copies', () => {
    const bytes = encodeLiveFrame(frame);
    expect(readLiveSegments(bytes)[0]!.bytes.buffer).toBe(bytes.buffer);
    expect(readLiveControl(bytes).buffer).toBe(bytes.buffer);
  });

  test('is bad wherever it is cut off, and with anything behind it', () => {
    fc.assert(
      fc.property(anyLiveFrame, fc.nat(), (any, cut) => {
        const bytes = encodeLiveFrame(any);
        expect(outcome(bytes.subarray(0, cut % bytes.length))).toBe('bad');
        expect(outcome(Uint8Array.from([...bytes, 0]))).toBe('bad');
      }),
    );
  });

  test('is read or bad, and nothing else, whatever the bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 150 }), (bytes) => void outcome(bytes)));
    const damaged = fc.tuple(anyLiveFrame, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }));
    fc.assert(
      fc.property(damaged, ([any, changes]) => {
        const bytes = encodeLiveFrame(any);
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        outcome(bytes);
      }),
      { numRuns: 1000 },
    );
  });

  test.each([
    ['another version', 0, 1],
    ['a position of 2^53', 8, 0xff],
    ['a control longer than the frame', 4, 0xff],
    ['more segments than there are', 3, 2],
    ['fewer segments than there are', 3, 0],
    ['a segment longer than the frame', 62 + 2, 0xff],
    ['an audience longer than the frame', 62, 0xff],
  ])('is bad: %s', (_, at, value) => {
    const bytes = encodeLiveFrame(frame);
    bytes[at] = value;
    expect(() => readAll(bytes)).toThrow(BadFrame);
  });

  test('is bad: an audience that is not UTF-8', () => {
    const bytes = encodeLiveFrame({ ...frame, segments: [{ audience: 'a', last: 12, bytes: new Uint8Array(0) }] });
    bytes[bytes.length - 1] = 0xff;
    expect(() => readLiveSegments(bytes)).toThrow(BadFrame);
  });

  test.each([
    ['a fraction', { prev: 0.5 }],
    ['a negative position', { last: -1 }],
    ['2^53', { head: 2 ** 53 }],
    ['an endless audience', { segments: [{ audience: 'a'.repeat(70_000), last: 12, bytes: new Uint8Array(0) }] }],
  ])('cannot be made with %s', (_, wrong) => expect(() => encodeLiveFrame({ ...frame, ...wrong })).toThrow(BadFrame));
});
