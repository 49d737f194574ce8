/**
 * A file's suffix names the only technology that it may import, and suffixed files are imported only where parts are put together: compose.ts,
 * tests, contract suites and the entry files of subpath exports. Services never import services, except standalone. Imports of types are free.
 */
const technologies = {
  uws: [/^uWebSockets\.js$/],
  nats: [/^@nats-io\//, /^@plaza\/(kit|log|bus)\/nats$/],
  grpc: [/^@grpc\//, /^@plaza\/(kit|bus)\/grpc$/],
  cassandra: [/^cassandra-driver$/, /^@plaza\/kit\/cassandra$/],
  redis: [/^ioredis$/, /^@plaza\/kit\/redis$/],
  lmdb: [/^lmdb$/, /^@plaza\/kit\/lmdb$/, /^@plaza\/log\/lmdb$/],
  fastify: [/^fastify($|\/)/, /^@fastify\//, /^fastify-type-provider-zod$/],
  prom: [/^prom-client$/],
};
const suffixed = new RegExp(`\\.(${Object.keys(technologies).join('|')}|memory)(?:\\.[jt]s)?$`);

/** Entry files: what is exported as a subpath, named by its technology. */
const entries = [
  /packages\/kit\/src\/(lmdb|cassandra|redis|nats|grpc)\.ts$/,
  /packages\/log\/src\/(memory|lmdb|nats)\.ts$/,
  /packages\/bus\/src\/(memory|nats|grpc)\.ts$/,
];
/** The process's own figures and their page are part of every service. */
const alsoProm = /packages\/kit\/src\/probes\.ts$/;
const composing = /\/(compose|[^/]+\.test|[^/]+\.contract)\.ts$/;
const serviceFolder = /\/services\/([^/]+)\//;
const servicePackage = /^@plaza\/(edge|room-state|history|metrics|api|standalone)(\/|$)/;

const technologyOf = (source) => Object.keys(technologies).find((name) => technologies[name].some((pattern) => pattern.test(source)));
const suffixOf = (file) => suffixed.exec(file)?.[1];
const entryOf = (file) => entries.map((pattern) => pattern.exec(file)?.[1]).find((name) => name !== undefined);

/** Why `file` may not import `source`; undefined: it may. */
export function objectionTo(file, source) {
  return objectionToService(file, source) ?? objectionToTechnology(file, source) ?? objectionToSuffixed(file, source);
}

function objectionToService(file, source) {
  const from = serviceFolder.exec(file)?.[1];
  const inWorkspace = from !== undefined || /\/packages\/(?!testkit\/)/.test(file);
  if (!inWorkspace || from === 'standalone' || !servicePackage.test(source)) return undefined;
  return `${source} is a service: services talk over the bus, only standalone composes them`;
}

function objectionToTechnology(file, source) {
  const technology = technologyOf(source);
  if (technology === undefined || composing.test(file)) return undefined;
  if (suffixOf(file) === technology || entryOf(file) === technology || (technology === 'prom' && alsoProm.test(file))) return undefined;
  return `only *.${technology}.ts may import ${source}`;
}

function objectionToSuffixed(file, source) {
  const technology = source.startsWith('.') ? suffixOf(source) : undefined;
  if (technology === undefined || composing.test(file) || suffixOf(file) === technology || entryOf(file) !== undefined) return undefined;
  return `${source} is an adapter: only compose.ts, tests and entry files may import it (types are free)`;
}

const typesOnly = (node) => node.importKind === 'type' || node.exportKind === 'type';

export const importBySuffix = {
  meta: { type: 'problem', schema: [], messages: { objection: '{{ text }}' } },
  create(context) {
    const check = (node) => {
      if (!node.source || typesOnly(node)) return;
      const text = objectionTo(context.filename.replaceAll('\\', '/'), String(node.source.value));
      if (text !== undefined) context.report({ node, messageId: 'objection', data: { text } });
    };
    return { ImportDeclaration: check, ExportNamedDeclaration: check, ExportAllDeclaration: check, ImportExpression: check };
  },
};
