import { createHash } from 'node:crypto';
import { exampleOf, kindOf, noteOf, referenceOf, type Schema, type Schemas } from './docs-schema.js';

/** The part of an OpenAPI document that the page shows. */
export interface Described {
  readonly info: { readonly title: string; readonly description?: string };
  readonly paths?: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;
  readonly components?: { readonly schemas?: Schemas };
}

interface DescribedOperation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly unknown[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content?: Content };
  readonly responses?: Readonly<Record<string, { readonly description?: string; readonly content?: Content }>>;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema?: Schema;
  readonly example?: unknown;
}

type Content = Readonly<Record<string, { readonly schema?: Schema }>>;

const style = `:root{color-scheme:light dark;--line:#8884}body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1.5rem}
h2{margin-top:2.5rem;text-transform:capitalize}details{border:1px solid var(--line);border-radius:.5rem;margin:.5rem 0;padding:.5rem .8rem}
summary{cursor:pointer}summary code{margin-right:.6rem}b.method{display:inline-block;min-width:4.2rem;font-family:ui-monospace,monospace}
code,pre{font-family:ui-monospace,monospace;font-size:.9em}pre{overflow-x:auto;padding:.8rem;border:1px solid var(--line);border-radius:.5rem}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.25rem .6rem .25rem 0;border-top:1px solid var(--line)}`;

/** Nothing but this page's own style is loaded or run. */
export const docsPolicy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'`;

/** The server API as a page that needs nothing from elsewhere: operations with parameters, schemas and a curl line each. */
export function docsPage(described: Described): string {
  const schemas = described.components?.schemas ?? {};
  const operations = Object.entries(described.paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      tag: operation.tags?.[0] ?? 'other',
      html: operationHtml(method, path, operation, schemas),
    })),
  );
  const tags = [...new Set(operations.map(({ tag }) => tag))];
  const sections = tags.map(
    (tag) =>
      `<h2>${escape(tag)}</h2>${operations
        .filter((one) => one.tag === tag)
        .map(({ html }) => html)
        .join('')}`,
  );
  const named = Object.entries(schemas).map(
    ([name, schema]) => `<details id="${escape(name)}"><summary><code>${escape(name)}</code></summary>${fieldsHtml(schema)}</details>`,
  );
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escape(described.info.title)}</title>
<style>${style}</style><h1>${escape(described.info.title)}</h1><p>${escape(described.info.description ?? '')}</p>
<p>Send your key with each request: <code>Authorization: Bearer $PLAZA_API_KEY</code>. What is refused comes as a <a href="#Problem">Problem</a>.
The same for machines: <a href="/openapi.json">openapi.json</a>.</p>
${sections.join('\n')}<h2>schemas</h2>${named.join('')}</html>\n`;
}

function operationHtml(method: string, path: string, operation: DescribedOperation, schemas: Schemas): string {
  const body = operation.requestBody?.content?.['application/json']?.schema;
  const answers = Object.entries(operation.responses ?? {}).map(([status, { content, description }]) => {
    const schema = Object.values(content ?? {})[0]?.schema;
    return `<li><code>${escape(status)}</code> ${schema === undefined ? escape(description ?? '') : linked(schema)}</li>`;
  });
  return `<details id="${escape(operation.operationId ?? path)}"><summary><b class="method">${method.toUpperCase()}</b><code>${escape(path)}</code>${escape(operation.summary ?? '')}</summary>
<p>${escape(operation.description ?? '')}</p>${parametersHtml(operation.parameters ?? [])}${body === undefined ? '' : `<h4>Body</h4>${fieldsHtml(body)}`}
<h4>Answers</h4><ul>${answers.join('')}</ul><pre>${escape(curlOf(method, path, operation, body, schemas))}</pre></details>`;
}

const parametersHtml = (parameters: readonly Parameter[]): string =>
  tableHtml(
    parameters.map(({ name, in: place, required = false, description, schema = {} }) => [
      `<code>${escape(name)}</code>${required ? ' *' : ''}`,
      escape(place),
      escape(kindOf(schema)),
      escape([description ?? '', noteOf(schema)].filter(Boolean).join(' ')),
    ]),
  );

function fieldsHtml(schema: Schema): string {
  const required = new Set(schema.required ?? []);
  const rows = Object.entries(schema.properties ?? {}).map(([name, field]) => [
    `<code>${escape(name)}</code>${required.has(name) ? ' *' : ''}`,
    linked(field),
    escape([field.description ?? '', noteOf(field)].filter(Boolean).join(' ')),
  ]);
  return tableHtml(rows);
}

const tableHtml = (rows: readonly (readonly string[])[]): string =>
  rows.length === 0 ? '' : `<table>${rows.map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`).join('')}</table>`;

function linked(schema: Schema): string {
  const name = referenceOf(schema) ?? (schema.items === undefined ? undefined : referenceOf(schema.items));
  const kind = escape(kindOf(schema));
  return name === undefined ? kind : `<a href="#${escape(name)}">${kind}</a>`;
}

function curlOf(method: string, path: string, operation: DescribedOperation, body: Schema | undefined, schemas: Schemas): string {
  const parameters = operation.parameters ?? [];
  const sample = (one: Parameter | undefined): string => encodeURIComponent(String(one?.example ?? exampleOf(one?.schema ?? {}, schemas)));
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => sample(parameters.find((one) => one.name === name)));
  const query = parameters.filter((one) => one.in === 'query' && one.required === true).map((one) => `${one.name}=${sample(one)}`);
  const url = `"$PLAZA_API${filled}${query.length === 0 ? '' : `?${query.join('&')}`}"`;
  const key = operation.security?.length === 0 ? '' : ' \\\n  -H "Authorization: Bearer $PLAZA_API_KEY"';
  const sent = body === undefined ? '' : ` \\\n  -H 'Content-Type: application/json' -d '${JSON.stringify(exampleOf(body, schemas))}'`;
  return `curl -sS${method === 'get' ? '' : ` -X ${method.toUpperCase()}`} ${url}${key}${sent}`;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escape = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');
