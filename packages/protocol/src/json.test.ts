import { describe, expect, test } from '@jest/globals';
import { ClientFrame, MessageClass, ServerFrame } from '@plaza/proto/client';
import fc from 'fast-check';
import { anyClientFrame } from './client-frames.arbitrary.js';
import { decodeBody } from './commands.js';
import { batchesToJson, clientFrameToJson, crackClientFrameJson, jsonBatchFrame, serverFrameFromJson, serverFrameToJson } from './json.js';

const crack = (value: unknown) => crackClientFrameJson(JSON.stringify(value));
const bodyOf = (value: unknown) => {
  const cracked = crack(value)!;
  return decodeBody(cracked.kind, cracked.body);
};
const batch = (room: string) => ({
  room,
  prev: 2 ** 53 - 3,
  last: 2 ** 53 - 2,
  events: [],
  skipped: [{ class: MessageClass.MESSAGE_CLASS_LOW, count: 2 }],
});

describe('a JSON client frame', () => {
  test('is taken apart as the same binary frame is', () => {
    fc.assert(
      fc.property(anyClientFrame, (frame) => {
        const { kind, body, ...rest } = crackClientFrameJson(clientFrameToJson(frame))!;
        expect(ClientFrame.create({ ...rest, body: kind ? decodeBody(kind, body) : undefined })).toEqual(frame);
      }),
    );
  });

  test('never throws, whatever the text or value', () => {
    fc.assert(fc.property(fc.string(), (text) => void crackClientFrameJson(text)));
    fc.assert(fc.property(fc.jsonValue(), (value) => void crack(value)));
    const names = fc.constantFrom(
      'id',
      'commandId',
      'room',
      'join',
      'sendMessage',
      'body',
      'text',
      'setRole',
      'role',
      'notice',
      '__proto__',
    );
    fc.assert(
      fc.property(fc.dictionary(names, fc.oneof(fc.jsonValue(), fc.dictionary(names, fc.jsonValue()))), (value) => void crack(value)),
    );
  });

  test('may use the names of the proto file, strings for numbers, numbers for enums, and null for nothing', () => {
    expect(bodyOf({ id: '3', command_id: 'x', timed_mute_member: { account: 'a', seconds: '60', notice: null } })).toEqual({
      $case: 'timedMuteMember',
      value: { account: 'a', seconds: 60, notice: undefined },
    });
    expect(bodyOf({ setRole: { account: 'a', role: 4 } })).toEqual(bodyOf({ setRole: { account: 'a', role: 'ROLE_ADMINISTRATOR' } }));
    expect(bodyOf({ join: { after: '9007199254740991' } })).toMatchObject({ value: { after: 9007199254740991 } });
  });

  test.each([
    ['an array', []],
    ['a string', 'join'],
    ['null', null],
    ['a number', 4],
    ['an unknown name', { id: 1, shout: {} }],
    ['an unknown name inside', { sendMessage: { body: { text: { text: 'x', colour: 'red' } } } }],
    ['__proto__', JSON.parse('{"__proto__":{"id":1}}')],
    ['constructor', { constructor: {} }],
    ['a name in both spellings', { commandId: 'a', command_id: 'b' }],
    ['two bodies', { ping: {}, getRoom: {} }],
    ['two contents', { sendMessage: { body: { text: { text: 'x' }, custom: { subType: 'y' } } } }],
    ['a number as text', { sendMessage: { body: { text: { text: 5 } } } }],
    ['a string as text message', { sendMessage: { body: { text: 'hello' } } }],
    ['a number as room', { room: 12 }],
    ['an object as room', { room: {} }],
    ['a boolean as id', { id: true }],
    ['a negative id', { id: -1 }],
    ['a fraction as id', { id: 1.5 }],
    ['an id above 32 bits', { id: 4294967296 }],
    ['an id as words', { id: 'one' }],
    ['a position of 2^53', { join: { after: '9007199254740992' } }],
    ['an empty position', { join: { after: '' } }],
    ['a string as boolean', { muteMember: { account: 'a', notice: { notify: 'yes' } } }],
    ['an unknown role', { setRole: { account: 'a', role: 'KING' } }],
    ['a role that is no role', { setRole: { account: 'a', role: 17 } }],
    ['the mark of unknown roles', { setRole: { account: 'a', role: 'UNRECOGNIZED' } }],
    ['an array as body', { join: [] }],
    ['a list where one is due', { muteMember: { account: ['a'] } }],
    ['one where a list is due', { getMembers: { accounts: 'a' } }],
    ['a list with something wrong in it', { getMembers: { accounts: ['a', 5] } }],
    ['a latitude as words', { sendMessage: { body: { location: { latitude: 'north' } } } }],
    ['an unpaired surrogate', { sendMessage: { body: { text: { text: 'x\ud800' } } } }],
  ])('is malformed: %s', (_, value) => expect(crack(value)).toBeUndefined());

  test('is malformed where it is no JSON', () => expect(crackClientFrameJson('{"id":1')).toBeUndefined());
});

describe('a server frame as JSON', () => {
  const frame = ServerFrame.create({ batches: [batch('a'), batch('b')] });

  test('has its 64-bit numbers as strings and others as numbers', () => {
    const json = JSON.parse(serverFrameToJson(ServerFrame.encode(frame).finish())) as unknown;
    const expected = { prev: '9007199254740989', last: '9007199254740990', skipped: [{ class: 'MESSAGE_CLASS_LOW', count: 2 }] };
    expect(json).toEqual({
      batches: [
        { room: 'a', ...expected },
        { room: 'b', ...expected },
      ],
    });
  });

  test('is read back as it was', () => expect(serverFrameFromJson(serverFrameToJson(ServerFrame.encode(frame).finish()))).toEqual(frame));

  test('is the same when its batches are transcoded apart and joined', () => {
    const parts = [batchesToJson(ServerFrame.encode(frame).finish()), batchesToJson(ServerFrame.encode(frame).finish())];
    expect(serverFrameFromJson(jsonBatchFrame(parts))).toEqual(ServerFrame.create({ batches: [...frame.batches, ...frame.batches] }));
  });

  test.each(['[]', 'null', '3', '{', ''])('is none: %s', (text) => expect(serverFrameFromJson(text)).toBeUndefined());
});
