import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { causeOf } from '@plaza/kit';

/** Who ends a process when its owner cannot; see Keeper. */
export interface Guard {
  keep(pid: number): void;
  forget(pid: number): void;
}

export interface Launch {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The working folder; made where it is missing. */
  readonly folder: string;
  /** Where its output is appended; default: `<name>.log` in its folder. */
  readonly logFile?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Resolves when it serves, fails while it does not; asked again and again, within `startMs`. */
  readonly answers: () => Promise<unknown>;
  readonly startMs: number;
  /** How long it may take to end when it is asked to; default ten seconds. */
  readonly stopMs?: number;
  readonly guard: Guard;
}

const defaultStopMs = 10_000;

/** A child process that can be killed and started again with the same command, ports and folder. */
export class ServerProcess {
  #child: ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();

  constructor(private readonly launch: Launch) {}

  get name(): string {
    return this.launch.name;
  }

  get logFile(): string {
    return this.launch.logFile ?? join(this.launch.folder, `${this.launch.name}.log`);
  }

  /** The process id; 0 while it does not run. */
  get pid(): number {
    return this.running() ? (this.#child?.pid ?? 0) : 0;
  }

  running(): boolean {
    return this.#child?.pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The exit code, or the signal that ended it; undefined while it runs. */
  get end(): number | string | undefined {
    return this.#child?.exitCode ?? this.#child?.signalCode ?? undefined;
  }

  /** Resolves when it serves. Its own process group: a Ctrl-C in the terminal does not reach it before its owner has decided. */
  async start(): Promise<void> {
    if (this.running()) return;
    this.#spawn();
    const endMs = performance.now() + this.launch.startMs;
    for (;;) {
      const failure = await this.#attempt();
      if (failure === undefined) return;
      if (!this.running()) throw new Error(`${this.name} ended at its start (${this.end}): ${this.lastLines()}`);
      if (performance.now() > endMs) {
        await this.kill();
        throw new Error(`${this.name} does not answer (${failure}): ${this.lastLines()}`);
      }
      await wait(25);
    }
  }

  /** Sends a signal; for those that end a process it resolves when it has ended. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    this.#child?.kill(signal);
    if (signal !== 'SIGKILL' && signal !== 'SIGTERM' && signal !== 'SIGINT') return;
    // Whoever waits for its end has to live until then.
    this.#child?.ref();
    await this.#ended;
  }

  /** Asks it to end, and makes it end when the time is over: then `end` is SIGKILL. */
  async stop(withinMs = this.launch.stopMs ?? defaultStopMs): Promise<void> {
    if (!this.running()) return;
    const late = setTimeout(() => this.#child?.kill('SIGKILL'), withinMs);
    // A process that was stopped with SIGSTOP hears nothing before it goes on.
    this.#child?.kill('SIGCONT');
    await this.kill('SIGTERM');
    clearTimeout(late);
  }

  lastLines(): string {
    try {
      return readFileSync(this.logFile, 'utf8').slice(-1200).trim();
    } catch {
      return 'it wrote nothing';
    }
  }

  #spawn(): void {
    const { command, args, folder, env, guard } = this.launch;
    mkdirSync(folder, { recursive: true });
    mkdirSync(dirname(this.logFile), { recursive: true });
    const log = openSync(this.logFile, 'a');
    const child = spawn(command, [...args], { cwd: folder, env: { ...process.env, ...env }, detached: true, stdio: ['ignore', log, log] });
    closeSync(log);
    child.unref();
    this.#child = child;
    const { pid } = child;
    if (pid !== undefined) keepOrEnd(guard, pid);
    this.#ended = new Promise((resolve) => {
      const ended = (): void => {
        if (pid !== undefined) guard.forget(pid);
        resolve();
      };
      child.once('exit', ended);
      child.once('error', ended);
    });
  }

  async #attempt(): Promise<string | undefined> {
    try {
      await this.launch.answers();
      return undefined;
    } catch (error) {
      return causeOf(error);
    }
  }
}

/** A process that nobody would end is not left running. */
function keepOrEnd(guard: Guard, pid: number): void {
  try {
    guard.keep(pid);
  } catch (error) {
    process.kill(pid, 'SIGKILL');
    throw error;
  }
}
