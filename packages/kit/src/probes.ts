import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { Service } from './service.js';

export { Registry } from 'prom-client';

/** The registry of one service instance, with the process's own figures. */
export function createRegistry(service: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  return registry;
}

export interface Probe {
  readonly ok: boolean;
  /** Why, in a few fields: what is connected, what is awaited. */
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface Probes {
  /** Not ok: the process cannot do its work and should be started again. */
  health(): Probe;
  /** Not ok: it should get no new work now (starting, draining, something it needs is away). */
  ready(): Probe;
}

/** `/healthz`, `/readyz` and `/metrics` on a port of their own, so that scrapes and probes never stand behind traffic. */
export class ProbeServer {
  readonly #server: Server;

  constructor(
    private readonly probes: Probes,
    private readonly registry: Registry,
  ) {
    this.#server = createServer(
      { maxHeaderSize: 8192, requestTimeout: 5000, headersTimeout: 5000, keepAliveTimeout: 5000 },
      (request, response) => {
        void this.#answer(request.method ?? '', (request.url ?? '').split('?')[0] ?? '', response);
      },
    );
    this.#server.maxConnections = 64;
  }

  /** Resolves with the port that was taken (give 0 for any). */
  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => resolve((this.#server.address() as AddressInfo).port));
    });
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  async #answer(method: string, path: string, response: ServerResponse): Promise<void> {
    if (method !== 'GET') return end(response, 405, 'text/plain', 'GET only\n');
    if (path === '/healthz') return probe(response, this.probes.health());
    if (path === '/readyz') return probe(response, this.probes.ready());
    if (path !== '/metrics') return end(response, 404, 'text/plain', 'here are /healthz, /readyz and /metrics\n');
    try {
      return end(response, 200, this.registry.contentType, await this.registry.metrics());
    } catch {
      return end(response, 500, 'text/plain', 'a metric could not be collected\n');
    }
  }
}

function probe(response: ServerResponse, answer: Probe): void {
  end(response, answer.ok ? 200 : 503, 'application/json', `${JSON.stringify({ ok: answer.ok, ...answer.detail })}\n`);
}

function end(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body);
}

/** The service with its probe server around it: probes answer from before start (not ready) until after stop. */
export function withProbes(service: Service & Probes, registry: Registry, host: string, port: number): Service {
  const server = new ProbeServer(service, registry);
  return {
    async start() {
      await server.listen(host, port);
      await service.start();
    },
    drain: () => service.drain(),
    async stop() {
      await service.stop();
      await server.close();
    },
  };
}
