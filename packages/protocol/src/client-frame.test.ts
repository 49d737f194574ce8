import { describe, expect, test } from '@jest/globals';
import { ClientFrame } from '@plaza/proto/client';
import fc from 'fast-check';
import { crackClientFrame, encodeClientFrame } from './client-frame.js';
import { commandKinds, decodeBody } from './commands.js';
import { anyClientFrame } from './client-frames.arbitrary.js';

const bytes = (...values: number[]) => Uint8Array.from(values);
const crack = (...values: number[]) => crackClientFrame(bytes(...values));

describe('a binary client frame', () => {
  test("is taken apart, its body left in the client's bytes", () => {
    const frame = encodeClientFrame({
      id: 7,
      commandId: 'c-1',
      room: 'lobby',
      body: { $case: 'muteMember', value: { account: 'mallory', notice: undefined } },
    });
    const cracked = crackClientFrame(frame)!;
    expect(cracked).toMatchObject({ id: 7, commandId: 'c-1', room: 'lobby', kind: commandKinds.muteMember });
    expect(cracked.body.buffer).toBe(frame.buffer);
    expect(decodeBody(cracked.kind, cracked.body)).toEqual({ $case: 'muteMember', value: { account: 'mallory', notice: undefined } });
  });

  test('survives any content on its way through', () => {
    fc.assert(
      fc.property(anyClientFrame, (frame) => {
        const { kind, body, ...rest } = crackClientFrame(encodeClientFrame(frame))!;
        expect(ClientFrame.create({ ...rest, body: kind ? decodeBody(kind, body) : undefined })).toEqual(frame);
      }),
    );
  });

  test('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (input) => void crackClientFrame(input)),
      { numRuns: 2000 },
    );
  });

  test('is malformed or another frame wherever it is cut off, and never a throw', () => {
    fc.assert(
      fc.property(anyClientFrame, fc.nat(), (frame, cut) => {
        const whole = encodeClientFrame(frame);
        const part = crackClientFrame(whole.subarray(0, whole.length ? cut % whole.length : 0));
        if (part && part.kind !== 0) expect(part.body.length).toBeLessThan(whole.length);
      }),
    );
  });

  test('without anything is an empty one', () => expect(crack()).toEqual({ id: 0, commandId: '', room: '', kind: 0, body: bytes() }));

  test('with two bodies has the last one', () => {
    expect(crack(0x2a, 0, 0x8a, 0x01, 0)).toMatchObject({ kind: commandKinds.leave });
    expect(crack(0x8a, 0x01, 0, 0x2a, 0)).toMatchObject({ kind: 5 });
  });

  test.each([
    ['varint', [0xf8, 0x3f, 0x96, 0x01]],
    ['64 bits', [0xf9, 0x3f, 1, 2, 3, 4, 5, 6, 7, 8]],
    ['length-delimited', [0xfa, 0x3f, 2, 1, 2]],
    ['32 bits', [0xfd, 0x3f, 1, 2, 3, 4]],
  ])('may have an unknown field: %s', (_, unknown) => {
    expect(crack(...unknown, 8, 9)).toMatchObject({ id: 9, kind: 0 });
  });

  test.each([
    ['an id above 32 bits', [8, 0xff, 0xff, 0xff, 0xff, 0x1f]],
    ['an id of more than five bytes', [8, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00]],
    ['an id that is cut off', [8, 0x80]],
    ['a tag that is cut off', [0x80]],
    ['field number 0', [0x02, 0]],
    ['an id as bytes', [0x0a, 1, 1]],
    ['a room as a varint', [0x18, 1]],
    ['a body as a varint', [0x20, 1]],
    ['a body longer than the frame', [0x22, 5, 1]],
    ['a room longer than the frame', [0x1a, 0xff, 0xff, 0xff, 0xff, 0x0f, 1]],
    ['a room that is not UTF-8', [0x1a, 2, 0xc3, 0x28]],
    ['a group', [0xfb, 0x3f, 0xfc, 0x3f]],
    ['an end of no group', [0xfc, 0x3f]],
    ['a wire type that does not exist', [0xff, 0x3f, 0]],
    ['an unknown varint without end', [0xf8, 0x3f, ...new Array<number>(11).fill(0x80), 1]],
    ['unknown 64 bits cut off', [0xf9, 0x3f, 1, 2, 3]],
  ])('is malformed with %s', (_, input) => expect(crack(...input)).toBeUndefined());
});
