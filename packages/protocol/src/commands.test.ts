import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  authenticateKind,
  bodyCaseOf,
  commandKinds,
  decodeBody,
  decodeCommand,
  encodeCommand,
  pingKind,
  readHistoryKind,
} from './commands.js';
import { anyBody } from './client-frames.arbitrary.js';

describe('the body of a client frame', () => {
  test('comes back as it was encoded', () => {
    fc.assert(
      fc.property(anyBody, (body) => {
        const encoded = encodeCommand(body);
        expect(decodeBody(encoded.kind, encoded.body)).toEqual(body);
      }),
    );
  });

  test('never throws, whatever kind and bytes', () => {
    const kind = fc.oneof(fc.constantFrom(...Object.values(commandKinds), 4, 5, 6), fc.nat(200));
    fc.assert(
      fc.property(kind, fc.uint8Array({ maxLength: 120 }), (k, input) => void decodeBody(k, input)),
      { numRuns: 3000 },
    );
  });

  test.each([
    ['an unknown kind', 150, []],
    ['no kind', 0, []],
    ['a string that is cut off', commandKinds.muteMember, [0x0a, 5, 0x61]],
    ['a position of 2^53', commandKinds.join, [0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10]],
    ['a stray end of a group', commandKinds.getRoom, [0x0c, 1, 2, 3]],
  ])('is refused: %s', (_, kind, input) => expect(decodeBody(kind, Uint8Array.from(input))).toBeUndefined());

  test.each([authenticateKind, pingKind, readHistoryKind])('of kind %s is no command to a room', (kind) => {
    expect(decodeBody(kind, new Uint8Array(0))).toBeDefined();
    expect(decodeCommand(kind, new Uint8Array(0))).toBeUndefined();
  });

  test('has a name for metrics', () => {
    expect(bodyCaseOf(commandKinds.kickMember)).toBe('kickMember');
    expect(bodyCaseOf(1000)).toBeUndefined();
  });
});
