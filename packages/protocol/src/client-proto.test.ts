import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { MessageClass, NoticesMode, Role } from '@plaza/proto/client';
import { bodyKinds } from './commands.js';
import { uint64Names } from './json.js';
import { clientFrameShape, type FieldShape, type MessageShape } from './json-shapes.js';

interface Field {
  readonly message: string;
  readonly name: string;
  readonly type: string;
  readonly number: number;
  readonly oneof: string;
}

const camelCase = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** Just enough of a parser for a file without nested messages. */
function readFields(proto: string): Field[] {
  const fields: Field[] = [];
  let message = '';
  let oneof = '';
  for (const line of proto.split('\n').map((text) => text.replace(/\/\/.*/, '').trim())) {
    const field = /^(?:optional |repeated )?(\w+) (\w+) = (\d+);$/.exec(line);
    if (/^message \w+ \{/.test(line)) message = line.split(' ')[1]!;
    if (/^enum /.test(line)) message = '';
    if (/^oneof /.test(line)) oneof = line.split(' ')[1]!;
    if (line === '}') oneof = '';
    if (field && message) fields.push({ message, name: camelCase(field[2]!), type: field[1]!, number: Number(field[3]), oneof });
  }
  return fields;
}

const fields = readFields(readFileSync(new URL('../../../proto/plaza/v1/client.proto', import.meta.url), 'utf8'));
const enums: Record<string, Readonly<Record<string, number>>> = { Role, MessageClass, NoticesMode };

/** The shape of a message as client.proto has it. */
function shapeOf(message: string): MessageShape {
  const own = fields.filter((field) => field.message === message);
  const shape = { fields: Object.fromEntries(own.map((field) => [field.name, fieldShape(field.type)])) };
  const oneof = own.filter((field) => field.oneof).map((field) => field.name);
  return oneof.length ? { ...shape, oneof } : shape;
}

function fieldShape(type: string): FieldShape {
  if (type === 'string' || type === 'bool' || type === 'uint32' || type === 'uint64') return type;
  const values = enums[type];
  return values ? { enum: values } : shapeOf(type);
}

describe('what is written by hand agrees with client.proto', () => {
  test('the file is understood: every message with fields is there', () => {
    expect(fields.length).toBeGreaterThan(130);
    expect(fields.filter((field) => field.message === 'ClientFrame' && field.oneof)).toHaveLength(Object.keys(bodyKinds).length);
  });

  test('the names that become strings in JSON are exactly its uint64 fields', () => {
    const names = fields.filter((field) => field.type === 'uint64').map((field) => field.name);
    expect([...uint64Names].sort()).toEqual([...new Set(names)].sort());
  });

  test('no such name is a field of another type', () => {
    const others = fields.filter((field) => uint64Names.has(field.name) && field.type !== 'uint64');
    expect(others).toEqual([]);
  });

  test('no other 64-bit type is used', () => {
    expect(fields.filter((field) => /^(u?int|sint|s?fixed)64$/.test(field.type) && field.type !== 'uint64')).toEqual([]);
  });

  test('the shapes of JSON client frames are its messages', () => {
    expect(clientFrameShape).toEqual(shapeOf('ClientFrame'));
  });

  test('the kinds are its field numbers', () => {
    const numbers = fields.filter((field) => field.message === 'ClientFrame' && field.oneof).map((field) => [field.name, field.number]);
    expect(bodyKinds).toEqual(Object.fromEntries(numbers));
  });
});
