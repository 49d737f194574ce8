import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { docsPage, docsPolicy, type Described } from './docs-page.js';

export interface PagesParts {
  /** The folder of the built chat page. */
  readonly consoleDir: string;
  readonly demo: boolean;
}

/** The page talks to its own origin and, by WebSocket, to edges anywhere; avatars come from anywhere by HTTPS. */
const chatPolicy =
  "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data: https:; style-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";
const pageHeaders = { 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' };

/** What people look at: the description of the API, the chat page, and the way to them. */
export async function servePages(app: FastifyInstance, parts: PagesParts): Promise<void> {
  app.get('/openapi.json', { schema: { hide: true } }, (_request, reply) => reply.send(app.swagger()));
  app.get('/docs', { schema: { hide: true } }, (_request, reply) =>
    reply
      .headers({ ...pageHeaders, 'content-security-policy': docsPolicy })
      .type('text/html; charset=utf-8')
      .send(docsPage(app.swagger() as Described)),
  );
  app.get('/', { schema: { hide: true } }, (_request, reply) => reply.redirect(parts.demo ? '/chat/?room=lobby' : '/docs'));
  app.get('/chat', { schema: { hide: true } }, (request, reply) => reply.redirect(`/chat/${queryOf(request.url)}`));
  if (existsSync(join(parts.consoleDir, 'index.html'))) await serveChat(app, parts.consoleDir);
  else app.get('/chat/*', { schema: { hide: true } }, (_request, reply) => reply.code(404).type('text/plain').send(notBuilt));
}

const notBuilt = 'The chat page is not built: run `npm run build`, or set PLAZA_CONSOLE_DIR to the folder of a built one.\n';

const queryOf = (url: string): string => (url.includes('?') ? url.slice(url.indexOf('?')) : '');

/** Files whose names carry a hash of their content never change; the page itself is asked for each time. */
async function serveChat(app: FastifyInstance, root: string): Promise<void> {
  await app.register(fastifyStatic, {
    root,
    prefix: '/chat/',
    decorateReply: false,
    dotfiles: 'deny',
    cacheControl: false,
    setHeaders(response, path) {
      const forEver = path.includes(join(root, 'assets'));
      response.setHeader('content-security-policy', chatPolicy);
      response.setHeader('cache-control', forEver ? 'public, max-age=31536000, immutable' : 'no-cache');
      for (const [name, value] of Object.entries(pageHeaders)) response.setHeader(name, value);
    },
  });
}
