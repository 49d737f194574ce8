import { causeOf } from '@plaza/kit';

/**
 * A running Plaza as a story sees it: doors, and hands to break it. A story never asks what it is made of: the same one is told on the in-process
 * cluster, on `standalone`, and on processes with real engines.
 */
export interface World {
  readonly name: string;
  readonly apiUrl: string;
  readonly pageUrl: string;
  readonly apiKey: string;
  /** One connect URL an edge. */
  readonly connectUrls: readonly string[];
  /** Ends the holder of a room without warning: SIGKILL where it is a process. */
  killHolderOf(room: string): Promise<void>;
  /** Starts what was killed again. */
  reviveHolders(): Promise<void>;
  /** Everything that the projection knows is gone (FLUSHALL). */
  loseProjection(): Promise<void>;
  /** Stops everything in order and starts it again on the same data. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Stories ask faster than people do; the limits of the doors have tests of their own. */
export const paceOff = {
  PLAZA_EDGE_FRAMES_PER_SECOND: '2000',
  PLAZA_EDGE_FRAME_BURST: '4000',
  PLAZA_API_KEY_RATE: '20000',
  // A test does not wait as long as a seat does.
  PLAZA_ABSENCE_MS: '1500',
};

export interface Answer {
  readonly status: number;
  readonly json: Record<string, unknown>;
}

/** The server API as a backend uses it. */
export class Backend {
  constructor(private readonly world: World) {}

  async ask(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(`${this.world.apiUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.world.apiKey}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(20_000),
    }).catch((error: unknown) => {
      throw new Error(`${method} ${path}: ${causeOf(error)}`);
    });
    const text = await response.text();
    return { status: response.status, json: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
  }

  async createRoom(room: string, creator = 'host', more: Record<string, unknown> = {}): Promise<void> {
    const answer = await this.ask('POST', '/v1/rooms', { room, creator, ...more });
    if (answer.status !== 201 && answer.status !== 200) throw new Error(`create ${room}: ${answer.status} ${JSON.stringify(answer.json)}`);
  }

  async token(account: string, more: Record<string, unknown> = {}): Promise<string> {
    const answer = await this.ask('POST', '/v1/tokens', { account, ...more });
    if (answer.status >= 300) throw new Error(`token ${account}: ${answer.status} ${JSON.stringify(answer.json)}`);
    return answer.json['token'] as string;
  }
}

let counter = 0;
/** A room of this story's own, so that stories can share a world. */
export const freshRoom = (base: string): string => `${base}-${process.pid}-${Date.now().toString(36)}-${counter++}`;
