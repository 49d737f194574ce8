import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import swagger from '@fastify/swagger';
import type { FastifyInstance, FastifyRequest, FastifySchema } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject, serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Gate } from './gate.js';
import type { Operation, Ports } from './operation.js';
import { problemType, sendProblem } from './send-problem.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The name in metrics and log lines. */
    operation?: string;
  }
  interface FastifyRequest {
    /** The name of the API key, once it was let in; empty: no key is asked for. */
    apiKey: string;
  }
}

export interface OperationsParts {
  readonly operations: readonly Operation[];
  readonly ports: Ports;
  readonly gate: Gate;
}

/** Every operation with its checks, and their description (`app.swagger()`). */
export async function serveOperations(app: FastifyInstance, parts: OperationsParts): Promise<void> {
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  const transformObject: typeof jsonSchemaTransformObject = (document) => bodiesAsTaken(withoutTwins(document), parts.operations);
  await app.register(swagger, { openapi, transform: jsonSchemaTransform, transformObject });
  await app.register(async (scope) => {
    scope.decorateRequest('apiKey', '');
    scope.addHook('preValidation', takeEmptyBody);
    for (const operation of parts.operations) route(scope, operation, parts);
  });
}

const openapi = {
  openapi: '3.1.0' as const,
  info: {
    title: 'Plaza server API',
    version: '1',
    description:
      'For the backend of a platform. Positions are decimal strings; times are Unix ms. Text has no control characters but tab and newline.',
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

/** A body that may be empty may be left out (see takeEmptyBody). */
function bodiesAsTaken(document: Described, operations: readonly Operation[]): Described {
  const leftOut = new Set(operations.filter(({ body }) => body?.safeParse({}).success).map(({ id }) => id));
  for (const methods of Object.values((document as { paths?: Record<string, Record<string, DescribedOperation>> }).paths ?? {})) {
    for (const { operationId, requestBody } of Object.values(methods)) {
      if (requestBody !== undefined && leftOut.has(operationId)) requestBody.required = false;
    }
  }
  return document;
}

type Described = ReturnType<typeof jsonSchemaTransformObject>;
interface DescribedOperation {
  readonly operationId: string;
  readonly requestBody?: { required?: boolean };
}

const jsonType = 'application/json';

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

/** What every operation can answer that is not a yes. */
const meaningOf: Readonly<Record<number, string>> = {
  400: 'A field is missing or out of its range; `detail` names it',
  401: 'No API key, or none that is known',
  403: 'The key, the operator or the account may not do that',
  404: 'There is no such room, member, message or key',
  409: 'Not as things are: closed, full, there already, another revision',
  413: 'A field or the body is over its limit',
  415: 'The body is not JSON',
  422: 'The room does not take that content',
  429: 'Too many; `retryAfterMs` says when to come back',
  500: 'Something is broken here',
  503: 'Not known now; ask again with the same Idempotency-Key',
};
const statuses = Object.keys(meaningOf).map(Number);

function schemaOf(operation: Operation): FastifySchema {
  const { id, summary, description = '', tag, status, params, query, body, answer, scope, changes = false, media = jsonType } = operation;
  const problems = { description: 'No, or not now', content: { [problemType]: { schema: problemSchema } } };
  return {
    operationId: id,
    summary,
    description: scope === undefined ? description : `${description}${description === '' ? '' : ' '}Needs the scope \`${scope}\`.`,
    tags: [tag],
    security: scope === undefined ? [] : [{ apiKey: [] }],
    params,
    querystring: query,
    ...(body === undefined ? {} : { body }),
    ...(changes ? { headers: idempotencyKey } : {}),
    response: {
      [status]: { description: 'Yes', content: { [media]: { schema: answer } } },
      ...Object.fromEntries(statuses.map((code) => [code, { ...problems, description: meaningOf[code]! }])),
    },
  };
}

function route(app: FastifyInstance, operation: Operation, { gate, ports }: OperationsParts): void {
  app.route({
    method: operation.method,
    url: operation.path,
    schema: schemaOf(operation),
    ...(operation.bodyLimitBytes === undefined ? {} : { bodyLimit: operation.bodyLimitBytes }),
    config: { operation: operation.id },
    async onRequest(request, reply) {
      const { scope } = operation;
      const said = scope === undefined ? (gate.open(request.ip) ?? '') : await gate.keyed(request.headers.authorization, request.ip, scope);
      if (typeof said !== 'string') return sendProblem(reply, said);
      request.apiKey = said;
    },
    async handler(request, reply) {
      const given = operation.changes === true ? request.headers['idempotency-key'] : undefined;
      const commandId = typeof given === 'string' ? given : randomUUID();
      const { params, query, body, apiKey } = request;
      const asked = apiKey === '' ? ports : { ...ports, rooms: ports.rooms.by(apiKey) };
      const outcome = await operation.handle({ params, query, body, commandId }, asked);
      if ('problem' in outcome) return sendProblem(reply, outcome.problem);
      reply
        .code(operation.status)
        .header('cache-control', 'no-store')
        .type(operation.media ?? jsonType);
      return reply.send('lines' in outcome ? Readable.from(outcome.lines) : outcome.answer);
    },
  });
}

async function takeEmptyBody(request: FastifyRequest): Promise<void> {
  if (request.routeOptions.schema?.body !== undefined && request.body === undefined) request.body = {};
}
