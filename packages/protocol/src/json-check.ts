import type { EnumShape, FieldShape, MessageShape } from '@plaza/proto/client-shapes';

const notConforming = Symbol('not conforming');
type Checked = unknown;

const loneSurrogate = /\p{Surrogate}/u;
const digits = /^\d{1,16}$/;
const maxUint32 = 0xffff_ffff;

/**
 * Checks parsed JSON against a shape, by the rules of protobuf's JSON mapping: names in camelCase or as in the proto file, null is absent, numbers may be
 * decimal strings, enums may be numbers. Answers it with camelCase names and plain numbers, or undefined: no object, an unknown or doubled
 * name, a wrong type, a number out of range, a string that is not well-formed, or two members of one oneof.
 */
export function conform(value: unknown, shape: MessageShape): Record<string, unknown> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const out: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) {
    if (!takeField(out, camelCase(key), member, shape)) return undefined;
  }
  const chosen = shape.oneof?.filter((name) => Object.hasOwn(out, name)).length ?? 0;
  return chosen <= 1 ? out : undefined;
}

function takeField(out: Record<string, unknown>, name: string, value: unknown, shape: MessageShape): boolean {
  if (!Object.hasOwn(shape.fields, name)) return false;
  if (value === null) return true;
  const checked = check(value, shape.fields[name]!);
  if (checked === notConforming || Object.hasOwn(out, name)) return false;
  out[name] = checked;
  return true;
}

function check(value: unknown, shape: FieldShape): Checked {
  switch (shape) {
    case 'string':
      return typeof value === 'string' && !loneSurrogate.test(value) ? value : notConforming;
    case 'bool':
      return typeof value === 'boolean' ? value : notConforming;
    case 'uint32':
      return wholeNumber(value, maxUint32);
    case 'uint64':
      return wholeNumber(value, Number.MAX_SAFE_INTEGER);
    case 'double':
      return typeof value === 'number' && Number.isFinite(value) ? value : notConforming;
    default:
      if ('enum' in shape) return enumValue(value, shape);
      return 'repeated' in shape ? eachOf(value, shape.repeated) : (conform(value, shape) ?? notConforming);
  }
}

function eachOf(value: unknown, shape: FieldShape): Checked {
  if (!Array.isArray(value)) return notConforming;
  const checked = value.map((one) => check(one, shape));
  return checked.includes(notConforming) ? notConforming : checked;
}

function wholeNumber(value: unknown, max: number): Checked {
  const number = typeof value === 'string' && digits.test(value) ? Number(value) : value;
  return Number.isSafeInteger(number) && (number as number) >= 0 && (number as number) <= max ? number : notConforming;
}

function enumValue(value: unknown, shape: EnumShape): Checked {
  const known = Object.entries(shape.enum).filter(([, number]) => number >= 0);
  const found = known.find(([name, number]) => (typeof value === 'string' ? name === value : number === value));
  return found ? found[1] : notConforming;
}

const camelCase = (name: string): string => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
