import { PathProbe } from './path-probe.js';

/** One message until it was accepted. */
export interface Said {
  /** By Date.now(). */
  readonly sentMs: number;
  readonly tookMs: number;
  /** How often it was refused before: as `unavailable`. */
  readonly refused: number;
}

const againMs = 50;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A client in a room of its own that says one message after the other. */
export class Talker {
  readonly said: Said[] = [];
  #on = true;
  #talking: Promise<void> = Promise.resolve();

  private constructor(
    private readonly probe: PathProbe,
    readonly room: string,
  ) {}

  static async join(url: string, token: string, room: string): Promise<Talker> {
    return new Talker(await PathProbe.join(url, token, room), room);
  }

  talk(everyMs: number): void {
    this.#talking = this.#talk(everyMs);
  }

  async end(): Promise<void> {
    this.#on = false;
    await this.#talking;
    this.probe.close();
  }

  /** The longest wait for the reply to a message that was sent, or waited, within a time. */
  longest(fromMs: number, untilMs: number): Said {
    const within = this.said.filter(({ sentMs, tookMs }) => sentMs < untilMs && sentMs + tookMs >= fromMs);
    return within.reduce((longest, one) => (one.tookMs > longest.tookMs ? one : longest), { sentMs: fromMs, tookMs: 0, refused: 0 });
  }

  /** How long after a moment, or after it was sent later, the first message was answered. */
  answeredAfter(atMs: number): number | undefined {
    const first = this.said.find(({ sentMs, tookMs }) => sentMs + tookMs >= atMs);
    return first && first.sentMs + first.tookMs - Math.max(atMs, first.sentMs);
  }

  async #talk(everyMs: number): Promise<void> {
    await pause(Math.random() * everyMs);
    for (let number = 1; this.#on; number++) {
      await this.#say(`m${number}`);
      await pause(everyMs);
    }
  }

  async #say(text: string): Promise<void> {
    const sentMs = Date.now();
    const startMs = performance.now();
    for (let refused = 0; this.#on; refused++) {
      const isAccepted = await this.probe.say(this.room, text).then(
        () => true,
        () => false,
      );
      if (isAccepted) {
        this.said.push({ sentMs, tookMs: performance.now() - startMs, refused });
        return;
      }
      await pause(againMs);
    }
  }
}
