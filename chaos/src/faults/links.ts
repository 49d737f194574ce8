import { Worker } from 'node:worker_threads';
import type { Link } from '@plaza/testkit/engines';
import type { LinkAnswer, LinkAsk } from './links-worker.js';
import type { LinkState } from './tcp-proxy.js';

export interface LinkName {
  /** Empty: everybody else shares the link. */
  readonly from: string;
  readonly to: string;
}

type AskOf<A> = A extends unknown ? Omit<A, 'id'> : never;

/** All links of a cluster, each a proxy; they live in a thread of their own, so that a busy swarm does not slow them down. */
export class Links {
  readonly #worker = new Worker(new URL('./links-worker.js', import.meta.url));
  readonly #waiting = new Map<number, (answer: LinkAnswer) => void>();
  readonly #opened = new Map<string, { readonly name: LinkName; readonly address: Promise<string> }>();
  #lastId = 0;

  constructor() {
    this.#worker.on('message', (answer: LinkAnswer) => {
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    });
  }

  /** For startCluster. The same two processes get the same link. */
  readonly link: Link = (from, to, address) => this.open({ from, to }, [address]);

  /** The address of a link; of several targets a connection gets the next that answers, as behind a load balancer. */
  open(name: LinkName, targets: readonly string[]): Promise<string> {
    const key = keyOf(name, targets);
    const known = this.#opened.get(key);
    if (known !== undefined) return known.address;
    const address = this.#ask({ open: key, targets }).then((answer) => answer.address as string);
    this.#opened.set(key, { name, address });
    return address;
  }

  /** Sets the links that match; resolves with how many there were. */
  async set(matches: (name: LinkName) => boolean, state: LinkState): Promise<number> {
    const keys = [...this.#opened].filter(([, { name }]) => matches(name)).map(([key]) => key);
    await this.#ask({ set: keys, state });
    return keys.length;
  }

  async close(): Promise<void> {
    await this.#ask({ close: true });
    await this.#worker.terminate();
  }

  async #ask(ask: AskOf<LinkAsk>): Promise<LinkAnswer> {
    const id = ++this.#lastId;
    const answered = new Promise<LinkAnswer>((resolve) => this.#waiting.set(id, resolve));
    this.#worker.postMessage({ id, ...ask });
    const answer = await answered;
    if (answer.failure !== undefined) throw new Error(answer.failure);
    return answer;
  }
}

const keyOf = ({ from, to }: LinkName, targets: readonly string[]): string => `${from}>${to}@${targets.join()}`;

/** Every link of a process, in both directions. */
export const ofProcess =
  (id: string) =>
  ({ from, to }: LinkName): boolean =>
    from === id || to === id;

export const between =
  (from: string, to: string) =>
  (name: LinkName): boolean =>
    name.from === from && name.to === to;
