import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { bodyCodecs, bodyKinds, clientFrameShape, uint64Names, type FieldShape } from '@plaza/proto/client-shapes';

const proto = readFileSync(new URL('../../../proto/plaza/v1/client.proto', import.meta.url), 'utf8').replace(/\/\/.*/g, '');
const fieldsOfType = (type: string) =>
  [...proto.matchAll(new RegExp(`^\\s*(?:optional |repeated )?${type} (\\w+) = \\d+;`, 'gm'))].map(([, name]) => camelCase(name!));
const camelCase = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
const otherFields = [...proto.matchAll(/^\s*(?:optional |repeated )?(\w+) (\w+) = \d+;/gm)].filter(([, type]) => type !== 'uint64');

describe('what is made of client.proto', () => {
  test('knows every command', () => {
    const oneof = proto.split('message ClientFrame {')[1]!.split('oneof body {')[1]!.split('}')[0]!;
    const numbers = [...oneof.matchAll(/\w+ (\w+) = (\d+);/g)].map(([, name, number]) => [camelCase(name!), Number(number)]);
    expect(bodyKinds).toEqual(Object.fromEntries(numbers));
    expect(Object.keys(bodyCodecs)).toEqual(Object.keys(bodyKinds));
    expect(numbers.length).toBeGreaterThan(50);
  });

  test('no number is used twice', () => expect(new Set(Object.values(bodyKinds)).size).toBe(Object.keys(bodyKinds).length));

  test('the names that become strings in JSON are exactly the uint64 fields', () => {
    expect([...uint64Names].sort()).toEqual([...new Set(fieldsOfType('uint64'))].sort());
  });

  test('no such name is a field of another type, and no other 64-bit type is used', () => {
    expect(otherFields.filter(([, type, name]) => uint64Names.has(camelCase(name!)) || /^(s?int|sint|s?fixed)64$/.test(type!))).toEqual([]);
  });

  test.each<[string, FieldShape]>([
    ['id', 'uint32'],
    ['getRoom', { fields: {} }],
    ['getMembers', { fields: { accounts: { repeated: 'string' } } }],
    ['muteMember', { fields: { account: 'string', notice: { fields: { notify: 'bool', ext: 'string' } } } }],
  ])('the shape of %s', (name, shape) => expect(clientFrameShape.fields[name]).toEqual(shape));

  test('a body is one of its contents', () => {
    const { body } = (clientFrameShape.fields['sendMessage'] as unknown as { fields: Record<string, { oneof: string[] }> }).fields;
    expect(body!.oneof).toEqual(['text', 'custom', 'image', 'voice', 'video', 'file', 'location', 'notification', 'tip']);
  });
});
