/** The part of JSON Schema that the API's descriptions use. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
}

export type Schemas = Readonly<Record<string, Schema>>;

/** The name of the schema that stands elsewhere. */
export const referenceOf = (schema: Schema): string | undefined => schema.$ref?.slice(schema.$ref.lastIndexOf('/') + 1);

/** What a value is, in a word or two. */
export function kindOf(schema: Schema): string {
  const name = referenceOf(schema);
  if (name !== undefined) return name;
  if (schema.enum !== undefined) return schema.enum.join(' | ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.items !== undefined) return `list of ${kindOf(schema.items)}`;
  return schema.type ?? 'any';
}

/** Bounds and default, in words. */
export function noteOf(schema: Schema): string {
  const bounds =
    schema.maxLength !== undefined
      ? `${schema.minLength ?? 0}-${schema.maxLength} characters.`
      : schema.minimum !== undefined && schema.maximum !== undefined && schema.maximum < Number.MAX_SAFE_INTEGER
        ? `${schema.minimum}-${schema.maximum}.`
        : '';
  const usual = schema.default === undefined || schema.default === '' ? '' : `Default ${JSON.stringify(schema.default)}.`;
  const pattern = schema.pattern === undefined ? '' : `Matches ${schema.pattern}`;
  return [bounds, usual, pattern].filter(Boolean).join(' ');
}

/** A value that would do: the example that it brings, or its required fields. */
export function exampleOf(schema: Schema, schemas: Schemas): unknown {
  const name = referenceOf(schema);
  if (name !== undefined) return exampleOf(schemas[name] ?? {}, schemas);
  if (schema.examples?.[0] !== undefined) return schema.examples[0];
  if (schema.enum !== undefined) return schema.enum[0];
  if (schema.properties !== undefined) return exampleObject(schema, schemas);
  if (schema.items !== undefined) return [exampleOf(schema.items, schemas)];
  if (schema.type === 'integer' || schema.type === 'number') return schema.default ?? Math.max(schema.minimum ?? 0, 60);
  return schema.type === 'boolean' ? true : 'hello';
}

function exampleObject({ properties = {}, required = [] }: Schema, schemas: Schemas): unknown {
  return Object.fromEntries(required.map((name) => [name, exampleOf(properties[name] ?? {}, schemas)]));
}
