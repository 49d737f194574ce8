import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './run.mjs';

const scalars = ['string', 'bool', 'uint32', 'uint64', 'double'];
const camelCase = (name) => name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());

/** The fields and enums of a proto file without nested messages and maps. */
function readProto(text) {
  const fields = [];
  const enums = [];
  let message = '';
  let oneof = '';
  for (const line of text.split('\n').map((one) => one.replace(/\/\/.*/, '').trim())) {
    const field = /^(optional |repeated )?(\w+) (\w+) = (\d+);$/.exec(line);
    if (/^message \w+ \{/.test(line)) message = line.split(' ')[1];
    if (/^enum \w+ \{/.test(line)) {
      message = '';
      enums.push(line.split(' ')[1]);
    }
    if (/^oneof /.test(line)) oneof = line.split(' ')[1];
    if (line === '}') oneof = '';
    if (field !== null && message !== '') {
      const [, label, type, name, number] = field;
      fields.push({ message, name: camelCase(name), type, number: Number(number), oneof, repeated: label === 'repeated ' });
    }
  }
  return { fields, enums };
}

/** What the JSON and the routing of client frames need to know of client.proto, as TypeScript beside its generated code. */
export function writeShapes() {
  const { fields, enums } = readProto(readFileSync(join(root, 'proto/plaza/v1/client.proto'), 'utf8'));
  const used = new Set();
  const shapeOf = (message) => {
    const own = fields.filter((field) => field.message === message);
    const members = own.map((field) => `${field.name}: ${fieldShape(field)}`).join(', ');
    const oneof = own.filter((field) => field.oneof !== '').map((field) => `'${field.name}'`);
    return `{ fields: { ${members} }${oneof.length === 0 ? '' : `, oneof: [${oneof.join(', ')}]`} }`;
  };
  const fieldShape = ({ type, repeated }) => {
    const one = scalars.includes(type) ? `'${type}'` : enums.includes(type) ? enumShape(type) : shapeOf(type);
    return repeated ? `{ repeated: ${one} }` : one;
  };
  const enumShape = (name) => {
    used.add(name);
    return `{ enum: ${name} }`;
  };
  const bodies = fields.filter(({ message, oneof }) => message === 'ClientFrame' && oneof === 'body');
  const shape = shapeOf('ClientFrame');
  const names = [...new Set(fields.filter(({ type }) => type === 'uint64').map(({ name }) => name))].sort();
  const imports = [...new Set([...used, ...bodies.map(({ type }) => type)])].sort();
  writeFileSync(
    join(root, 'proto/gen/plaza/v1/client-shapes.ts'),
    `// Made from client.proto by scripts/dev/shapes.mjs.
import type { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import { ${imports.join(', ')} } from './client.js';

/** What a field of a client frame may be in JSON. */
export type FieldShape = 'string' | 'bool' | 'uint32' | 'uint64' | 'double' | EnumShape | MessageShape | RepeatedShape;
export interface EnumShape { readonly enum: Readonly<Record<string, number>> }
export interface RepeatedShape { readonly repeated: FieldShape }
export interface MessageShape {
  readonly fields: Readonly<Record<string, FieldShape>>;
  /** At most one of these may be set. */
  readonly oneof?: readonly string[];
}

export const clientFrameShape: MessageShape = ${shape};

/** Every uint64 field of client.proto, as JSON names it. */
export const uint64Names: ReadonlySet<string> = new Set([${names.map((name) => `'${name}'`).join(', ')}]);

/** The field number of each case of ClientFrame.body. */
export const bodyKinds = { ${bodies.map(({ name, number }) => `${name}: ${number}`).join(', ')} } as const;

export interface BodyCodec {
  encode(value: unknown, writer?: BinaryWriter): BinaryWriter;
  decode(input: BinaryReader): unknown;
}

export const bodyCodecs: Readonly<Record<keyof typeof bodyKinds, BodyCodec>> = { ${bodies.map(({ name, type }) => `${name}: ${type}`).join(', ')} } as unknown as Record<keyof typeof bodyKinds, BodyCodec>;
`,
  );
}
