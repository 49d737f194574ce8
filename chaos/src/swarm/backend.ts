const triesFor = 60_000;
const pauseMs = 500;

export interface AskOptions {
  /** The command id: the same one again has no second effect. */
  readonly commandId?: string;
  readonly triesForMs?: number;
}

export interface Answer {
  readonly status: number;
  readonly json: Record<string, unknown>;
}

/** The server API as the suite uses it: what cannot be answered now is asked again, for a minute. */
export class Backend {
  constructor(
    private readonly url: string,
    private readonly key: string,
  ) {}

  async ask(method: string, path: string, body?: unknown, { commandId, triesForMs = triesFor }: AskOptions = {}): Promise<Answer> {
    const until = performance.now() + triesForMs;
    for (;;) {
      const answer = await this.#once(method, path, body, commandId);
      if (typeof answer !== 'string' && answer.status < 500 && answer.status !== 429) return answer;
      const said = typeof answer === 'string' ? answer : `${answer.status} ${JSON.stringify(answer.json)}`;
      if (performance.now() > until) throw new Error(`${method} ${path}: ${said}`);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }

  /** As `ask`; anything but 2xx is an error. */
  async get(path: string): Promise<Record<string, unknown>> {
    return this.#expect('GET', path);
  }

  async post(path: string, body: unknown): Promise<Record<string, unknown>> {
    return this.#expect('POST', path, body);
  }

  async put(path: string, body: unknown): Promise<Record<string, unknown>> {
    return this.#expect('PUT', path, body);
  }

  async #expect(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
    const { status, json } = await this.ask(method, path, body);
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(json)}`);
    return json;
  }

  async #once(method: string, path: string, body: unknown, commandId?: string): Promise<Answer | string> {
    try {
      const response = await fetch(`${this.url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${this.key}`,
          ...(commandId === undefined ? {} : { 'idempotency-key': commandId }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(15_000),
      });
      const text = await response.text();
      return { status: response.status, json: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
}
