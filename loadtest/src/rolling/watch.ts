import { setTimeout as pause } from 'node:timers/promises';
import { cpuShares, cpuTicks } from '../machine.js';
import type { SwarmCount } from '../swarm/order.js';
import type { Swarm } from '../swarm/swarm.js';
import { Notes } from './act.js';

const lookMs = 1000;
/** Who lost its edge is back long before. */
const backMs = 60_000;

export interface WatchOrder {
  readonly sockets: number;
  /** After each act, when all are back. */
  readonly calmMs: number;
  readonly tell: (line: string) => void;
}

/** Counts the swarm once a second, into the notes of what is being done. */
export class Watch {
  /** Of now. */
  notes = new Notes('before');
  readonly #startMs = performance.now();
  #before: SwarmCount | undefined;
  #on = true;

  constructor(
    private readonly swarm: Pick<Swarm, 'count'>,
    private readonly order: WatchOrder,
  ) {}

  /** Until `end`; rejects where the swarm does not answer. */
  async run(): Promise<void> {
    while (this.#on) {
      await pause(lookMs);
      this.tell(lineOf(await this.look()));
    }
  }

  end(): void {
    this.#on = false;
  }

  tell(line: string): void {
    this.order.tell(`${((performance.now() - this.#startMs) / 1000).toFixed(0)} s: ${line}`);
  }

  async look(): Promise<SwarmCount> {
    const count = await this.swarm.count();
    const { notes } = this;
    notes.lagMs.push(...count.lags.values());
    notes.pausesMs.push(...count.pausesMs);
    notes.triesAtMs.push(...count.triesAtMs);
    notes.dropped += count.dropped - (this.#before?.dropped ?? 0);
    notes.cut += count.cut - (this.#before?.cut ?? 0);
    notes.stallMs = Math.max(notes.stallMs, count.stallMs);
    this.#before = count;
    return count;
  }

  /** Does something, and notes what came of it until all are back and it was calm for a while. */
  async act(what: string, work: (notes: Notes) => Promise<void>): Promise<Notes> {
    await this.look();
    const notes = (this.notes = new Notes(what));
    const [startMs, before] = [performance.now(), cpuTicks()];
    this.tell(what);
    await work(notes);
    const endMs = performance.now() + backMs;
    while (!(await this.#allBack()) && performance.now() < endMs) await pause(lookMs);
    await pause(this.order.calmMs);
    notes.allBack = await this.#allBack();
    notes.seconds = (performance.now() - startMs) / 1000;
    notes.cpu = cpuShares(before, cpuTicks());
    this.notes = new Notes('after');
    return notes;
  }

  async #allBack(): Promise<boolean> {
    return (await this.look()).open >= this.order.sockets;
  }
}

const lineOf = ({ open, dropped, breaks, told }: SwarmCount): string =>
  `${open.toLocaleString('en')} in, ${dropped.toLocaleString('en')} dropped so far, ${breaks + told} holes`;
