import { PlazaClient, PlazaRefused, type Room } from '@plaza/client';
import WebSocket from 'ws';
import type { Outcome } from './compared.js';

/** A client of the SDK in a room: it says something, and keeps what it hears. */
export class Voice {
  /** Texts, in the order in which they came. */
  readonly heard: string[] = [];
  /** Times that it was told of a hole. */
  holes = 0;

  private constructor(
    private readonly client: PlazaClient,
    private readonly entered: Room,
  ) {}

  /** `url` is asked before each connection. */
  static async join(room: string, token: string, url: () => string): Promise<Voice> {
    const client = new PlazaClient({ url, token, webSocket: WebSocket, eventsEveryMs: 0 });
    const entered = await client.join(room);
    const voice = new Voice(client, entered);
    entered.on('incomplete', () => voice.holes++);
    entered.onEvents((events) => {
      for (const { kind } of events)
        if (kind?.$case === 'message' && kind.value.body?.content?.$case === 'text') voice.heard.push(kind.value.body.content.value.text);
    });
    return voice;
  }

  get room(): string {
    return this.entered.id;
  }

  /** The newest position that it read. */
  get position(): number {
    return this.entered.position ?? 0;
  }

  /** The SDK sends it again, over reconnects, under one command id. */
  async say(text: string): Promise<Outcome> {
    try {
      await this.entered.send(text);
      return 'accepted';
    } catch (error) {
      return error instanceof PlazaRefused ? 'refused' : 'unknown';
    }
  }

  close(): void {
    this.client.close();
  }
}
