import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import swagger from '@fastify/swagger';
import { causeOf, type Logger } from '@plaza/kit';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest, type FastifySchema } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject, serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Gate } from './gate.js';
import type { Operation, Ports } from './operation.js';
import { problemOfError } from './problem-of-error.js';
import { problem, problemBody, retryAfterSeconds, type Problem } from './problems.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The name in metrics and log lines. */
    operation?: string;
  }
}

export interface ServerParts {
  readonly operations: readonly Operation[];
  readonly ports: Ports;
  readonly gate: Gate;
  readonly meter: { answered(operation: string, status: number, ms: number): void };
  readonly logger: Logger;
  readonly connections: number;
  readonly trustedProxies: readonly string[];
}

const bodyLimitBytes = 64 * 1024;
/** An account of 64 characters, each percent-encoded. */
const pathParameterCharacters = 192;
const problemType = 'application/problem+json';

/** The HTTP server with every operation and its description, not yet listening. */
export async function createServer(parts: ServerParts): Promise<FastifyInstance> {
  const app = fastify({
    logger: false,
    bodyLimit: bodyLimitBytes,
    requestTimeout: 10_000,
    connectionTimeout: 30_000,
    keepAliveTimeout: 30_000,
    forceCloseConnections: 'idle',
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: pathParameterCharacters },
    trustProxy: parts.trustedProxies.length === 0 ? false : [...parts.trustedProxies],
    genReqId: () => randomUUID(),
    clientErrorHandler: refuseBroken,
    http: { maxHeaderSize: 16 * 1024, headersTimeout: 10_000 },
  });
  app.server.maxConnections = parts.connections;
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  takeJsonOnly(app);
  letGo(app);
  watch(app, parts);
  await app.register(swagger, { openapi, transform: jsonSchemaTransform, transformObject: withoutTwins });
  await app.register(async (scope) => {
    scope.addHook('preValidation', takeEmptyBody);
    for (const operation of parts.operations) route(scope, operation, parts);
  });
  return app;
}

const openapi = {
  openapi: '3.1.0' as const,
  info: {
    title: 'Plaza server API',
    version: '1',
    description: 'For the backend of a platform. Positions are decimal strings; times are Unix ms.',
  },
  components: { securitySchemes: { apiKey: { type: 'http' as const, scheme: 'bearer', description: 'An API key.' } } },
};

/** Each named answer also gets a twin for the case that it were sent in a body, which none is. */
const withoutTwins: typeof jsonSchemaTransformObject = (document) => {
  const described = jsonSchemaTransformObject(document) as { components?: { schemas?: Record<string, unknown> } };
  const schemas = Object.entries(described.components?.schemas ?? {}).filter(([name]) => !name.endsWith('Input'));
  return { ...described, components: { ...described.components, schemas: Object.fromEntries(schemas) } } as ReturnType<
    typeof jsonSchemaTransformObject
  >;
};

const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    code: z.string().describe('A code of the catalogue of refusals.'),
    detail: z.string(),
    retryAfterMs: z.number().int().optional(),
  })
  .meta({ id: 'Problem' });

const idempotencyKey = z.looseObject({
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{1,64}$/, 'expected 1-64 visible ASCII characters')
    .optional()
    .describe('The same key again within 60 s gets the first answer and has no second effect.'),
});

function schemaOf(operation: Operation): FastifySchema {
  const { id, summary, description = '', tag, status, params, query, body, answer, open = false, changes = false } = operation;
  const problems = { description: 'No, or not now', content: { [problemType]: { schema: problemSchema } } };
  return {
    operationId: id,
    summary,
    description,
    tags: [tag],
    security: open ? [] : [{ apiKey: [] }],
    params,
    querystring: query,
    ...(body === undefined ? {} : { body }),
    ...(changes ? { headers: idempotencyKey } : {}),
    response: { [status]: { description: 'Yes', content: { 'application/json': { schema: answer } } }, '4xx': problems, '5xx': problems },
  } as FastifySchema;
}

function route(app: FastifyInstance, operation: Operation, { gate, ports }: ServerParts): void {
  app.route({
    method: operation.method,
    url: operation.path,
    schema: schemaOf(operation),
    config: { operation: operation.id },
    async onRequest(request, reply) {
      const refused = operation.open === true ? gate.open(request.ip) : gate.keyed(request.headers.authorization, request.ip);
      if (refused !== undefined) return sendProblem(reply, refused);
    },
    async handler(request, reply) {
      const given = operation.changes === true ? request.headers['idempotency-key'] : undefined;
      const commandId = typeof given === 'string' ? given : randomUUID();
      const { params, query, body } = request;
      const outcome = await operation.handle({ params, query, body, commandId }, ports);
      if ('problem' in outcome) return sendProblem(reply, outcome.problem);
      return reply.code(operation.status).header('cache-control', 'no-store').send(outcome.answer);
    },
  });
}

function sendProblem(reply: FastifyReply, said: Problem): FastifyReply {
  if (said.status === 401) reply.header('www-authenticate', 'Bearer realm="plaza"');
  if (said.retryAfterMs !== undefined) reply.header('retry-after', retryAfterSeconds(said.retryAfterMs));
  return reply
    .code(said.status)
    .header('cache-control', 'no-store')
    .type(problemType)
    .send(JSON.stringify(problemBody(said)));
}

/** JSON bodies only; an empty one is no mistake, because many clients name the type even where they send nothing. */
function takeJsonOnly(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, text, done) => {
    if (text === '') done(null, {});
    else void parse(request, text as string, done);
  });
}

async function takeEmptyBody(request: FastifyRequest): Promise<void> {
  if (request.routeOptions.schema?.body !== undefined && request.body === undefined) request.body = {};
}

/** An answer during closing ends its connection: kept alive, it would hold the closing up. */
function letGo(app: FastifyInstance): void {
  let closing = false;
  app.addHook('preClose', async () => {
    closing = true;
  });
  app.addHook('onSend', async (_request, reply) => {
    if (closing) reply.header('connection', 'close');
  });
}

/** A request id on each answer; one log line and one count a request; errors become problems. */
function watch(app: FastifyInstance, { meter, logger }: ServerParts): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ 'x-request-id': request.id, 'x-content-type-options': 'nosniff' });
  });
  app.addHook('onResponse', async (request, reply) => {
    const operation = request.routeOptions.config.operation ?? 'none';
    meter.answered(operation, reply.statusCode, reply.elapsedTime);
    const line = {
      event: 'request',
      operation,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
      requestId: request.id,
      ...roomOf(request),
    };
    if (reply.statusCode >= 500) logger.warn(line);
    else logger.debug(line);
  });
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, problem('not-found', 'there is nothing under this path and method')));
  app.setErrorHandler((error, request, reply) => {
    const known = problemOfError(error);
    if (known === undefined) {
      logger.error({
        event: 'request-failed',
        operation: request.routeOptions.config.operation,
        requestId: request.id,
        cause: causeOf(error),
      });
    }
    return sendProblem(reply, known ?? problem('internal'));
  });
}

const roomOf = ({ params }: FastifyRequest): { room?: string } =>
  typeof params === 'object' && params !== null && 'room' in params && typeof params.room === 'string' ? { room: params.room } : {};

/** What is not HTTP, too slow or too large in its head never becomes a request. */
function refuseBroken(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const late = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  const large = error.code === 'HPE_HEADER_OVERFLOW';
  const said = large
    ? problem('too-large', 'the headers are over their limit')
    : problem('bad-request', late ? 'the request took too long' : 'not HTTP');
  const head = large ? '431 Request Header Fields Too Large' : late ? '408 Request Timeout' : '400 Bad Request';
  const body = JSON.stringify(problemBody({ ...said, status: Number(head.slice(0, 3)) }));
  socket.end(
    `HTTP/1.1 ${head}\r\nContent-Type: ${problemType}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
