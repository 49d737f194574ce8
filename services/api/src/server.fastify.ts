import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { causeOf, type Logger } from '@plaza/kit';
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { problemOfError } from './problem-of-error.js';
import { problem, problemBody } from './problems.js';
import { problemType, sendProblem } from './send-problem.js';

export interface ServerParts {
  readonly meter: { answered(operation: string, status: number, ms: number): void };
  readonly logger: Logger;
  readonly connections: number;
  readonly trustedProxies: readonly string[];
}

const bodyLimitBytes = 64 * 1024;
/** An account of 64 characters, each percent-encoded. */
const pathParameterCharacters = 192;

/** The HTTP server with its limits, its log lines and its way to say no; without routes, not yet listening. */
export function createServer(parts: ServerParts): FastifyInstance {
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
  takeJsonOnly(app);
  letGo(app);
  watch(app, parts);
  return app;
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
