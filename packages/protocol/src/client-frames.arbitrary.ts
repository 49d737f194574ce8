/** Client frames for property tests: whatever their shapes allow. */
import { ClientFrame } from '@plaza/proto/client';
import { bodyKinds, clientFrameShape, type FieldShape, type MessageShape } from '@plaza/proto/client-shapes';
import fc from 'fast-check';
import type { ClientBody } from './commands.js';

const scalars = {
  string: fc.string({ unit: 'grapheme', maxLength: 20 }),
  bool: fc.boolean(),
  uint32: fc.nat({ max: 0xffff_ffff }),
  uint64: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
  // A negative zero is a zero on the wire.
  double: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
};

function valueOf(shape: FieldShape): fc.Arbitrary<unknown> {
  if (typeof shape === 'string') return scalars[shape];
  if ('enum' in shape) return fc.constantFrom(...Object.values(shape.enum).filter((value) => value >= 0));
  return 'repeated' in shape ? fc.array(valueOf(shape.repeated), { maxLength: 3 }) : messageOf(shape);
}

/** Any of the fields, of a oneof one at most. */
function messageOf({ fields, oneof = [] }: MessageShape): fc.Arbitrary<Record<string, unknown>> {
  const plain = Object.entries(fields).filter(([name]) => !oneof.includes(name));
  const own = fc.record(Object.fromEntries(plain.map(([name, shape]) => [name, valueOf(shape)])), { requiredKeys: [] });
  if (oneof.length === 0) return own;
  const one = fc.oneof(fc.constant({}), ...oneof.map((name) => valueOf(fields[name]!).map((value) => ({ [name]: value }))));
  return fc.tuple(own, one).map(([a, b]) => ({ ...a, ...b }));
}

export const anyBody: fc.Arbitrary<ClientBody> = fc.oneof(
  ...Object.keys(bodyKinds).map((name) =>
    valueOf(clientFrameShape.fields[name]!).map((value) => ClientFrame.fromJSON({ [name]: value }).body!),
  ),
);

export const anyClientFrame: fc.Arbitrary<ClientFrame> = fc
  .record({ id: scalars.uint32, commandId: scalars.string, room: scalars.string, body: fc.option(anyBody, { nil: undefined }) })
  .map((frame) => ClientFrame.create(frame));
