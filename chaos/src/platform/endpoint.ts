import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Event } from '@plaza/proto/client';
import { markOf } from '../mark.js';
import type { WebhookDelivery, WebhookReading } from '../readings.js';
import type { LastCall } from '../records.js';
import type { Backend } from '../swarm/backend.js';
import { Prng } from '../swarm/prng.js';
import { until } from '../swarm/until.js';

/** What it asks for: of everything that is in the log, a part. */
const kinds = [
  ...['message', 'message-recalled', 'room-created', 'room-muted', 'room-unmuted', 'tag-muted', 'tag-unmuted', 'settings-changed'],
  ...['muted', 'unmuted', 'timed-muted', 'timed-unmuted', 'blocked', 'unblocked', 'kicked', 'role-changed', 'attributes-changed'],
];
/** How often it does not take a delivery, and how often it takes its time. */
const refuses = 0.04;
const isSlow = 0.03;
const slowMs = [300, 3000] as const;
const windowSeconds = 300;
const caughtUpWithinMs = 120_000;

export interface EndpointOptions {
  readonly seed: number;
  /** For planted bugs: what is written down instead of what came. */
  readonly instead?: (delivery: WebhookDelivery) => readonly WebhookDelivery[];
}

/** The platform's own end of a webhook: takes deliveries whose signature is right, mostly at once, and writes them down. */
export class WebhookEndpoint {
  readonly #server = createServer((request, response) => void this.#take(request, response));
  readonly #deliveries: WebhookDelivery[] = [];
  readonly #newest = new Map<string, number>();
  readonly #prng: Prng;
  #secret = '';
  #forged = 0;
  #refused = 0;

  private constructor(private readonly options: EndpointOptions) {
    this.#prng = new Prng(options.seed, 'endpoint');
  }

  /** Listens, and is made known to the cluster: what happens from then on is delivered. */
  static async open(backend: Backend, options: EndpointOptions): Promise<WebhookEndpoint> {
    const endpoint = new WebhookEndpoint(options);
    await new Promise<void>((resolve) => endpoint.#server.listen(0, '127.0.0.1', resolve));
    const { port } = endpoint.#server.address() as AddressInfo;
    const { secret } = await backend.post('/v1/webhooks', { url: `http://127.0.0.1:${port}/`, kinds });
    endpoint.#secret = secret as string;
    return endpoint;
  }

  /** What came, once every last call has (or has not, for two minutes). */
  async reading(lastCalls: readonly LastCall[]): Promise<WebhookReading> {
    await until(caughtUpWithinMs, () => lastCalls.every(({ room, position }) => (this.#newest.get(room) ?? 0) >= position));
    return { kinds, deliveries: [...this.#deliveries], forged: this.#forged, refused: this.#refused };
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    request.on('error', () => undefined);
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    await new Promise((resolve) => request.once('close', resolve));
    const body = Buffer.concat(chunks).toString();
    if (!isSigned(String(request.headers['plaza-signature']), body, this.#secret)) {
      this.#forged++;
      return end(response, 401);
    }
    if (this.#prng.chance(refuses)) {
      this.#refused++;
      return end(response, 500);
    }
    this.#note(JSON.parse(body) as Delivery);
    if (this.#prng.chance(isSlow)) setTimeout(() => end(response, 200), this.#prng.between(...slowMs));
    else end(response, 200);
  }

  /** In the order in which they came: the next about a room comes when this one is answered. */
  #note({ room, events }: Delivery): void {
    for (const { kind, event } of events) {
      const { position, ...rest } = Event.fromJSON(event);
      const delivery = { room, position, kind, mark: markOf({ position, ...rest }) };
      this.#deliveries.push(...(this.options.instead?.(delivery) ?? [delivery]));
      this.#newest.set(room, Math.max(position, this.#newest.get(room) ?? 0));
    }
  }
}

interface Delivery {
  readonly room: string;
  readonly events: readonly { readonly kind: string; readonly event: unknown }[];
}

const end = (response: ServerResponse, status: number): void => void response.writeHead(status).end();

/** As docs/webhooks.md tells receivers to do it. */
export function isSigned(header: string, body: string, secret: string, nowMs = Date.now()): boolean {
  const fields = header.split(',').map((field) => field.split('='));
  const time = Number(fields.find(([name]) => name === 't')?.[1]);
  if (!(Math.abs(nowMs / 1000 - time) <= windowSeconds)) return false;
  const expected = createHmac('sha256', secret).update(`${time}.${body}`).digest();
  const given = fields.filter(([name]) => name === 'v1').map(([, hex]) => Buffer.from(hex ?? '', 'hex'));
  return given.some((one) => one.length === expected.length && timingSafeEqual(one, expected));
}
