import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { httpBody } from '../engines/answers.js';
import { ServerProcess, type Guard, type Launch } from '../engines/server-process.js';
import { freePort } from '../free-port.js';

export type ServiceKind = 'room-state' | 'history' | 'metrics' | 'edge' | 'api';

export interface ServiceSpec {
  readonly kind: ServiceKind;
  readonly id: string;
  /** Variables of this process, given the port on which it serves. */
  readonly env: (port: number) => Promise<Readonly<Record<string, string>>>;
  /** Its main; default: the one of this work tree's build. */
  readonly main?: string | undefined;
  readonly folder: string;
  readonly logFolder: string;
  readonly guard: Guard;
}

const services = fileURLToPath(new URL('../../../../services/', import.meta.url));
const startMs = 60_000;
const stopMs = 20_000;
const attempts = 3;
const pageBytes = 4096;

/** One service process of a cluster: `node services/<kind>/dist/main.js`, as it runs anywhere. */
export class ServiceProcess {
  private constructor(
    readonly kind: ServiceKind,
    readonly id: string,
    /** Of its gRPC server, its sockets or its HTTP. */
    readonly port: number,
    readonly probePort: number,
    private readonly launch: Launch,
    private process: ServerProcess,
  ) {}

  /** Resolves when it is ready. A port that was taken meanwhile is replaced. */
  static async start(spec: ServiceSpec): Promise<ServiceProcess> {
    for (let attempt = 1; ; attempt++) {
      const service = await ServiceProcess.#at(spec, await freePort(), await freePort());
      try {
        await service.start();
        return service;
      } catch (error) {
        if (attempt === attempts || !service.process.lastLines().includes('EADDRINUSE')) throw error;
      }
    }
  }

  static async #at(spec: ServiceSpec, port: number, probePort: number): Promise<ServiceProcess> {
    const launch: Launch = {
      name: spec.id,
      command: process.execPath,
      args: [spec.main ?? join(services, spec.kind, 'dist', 'main.js')],
      folder: spec.folder,
      logFile: join(spec.logFolder, `${spec.id}.log`),
      env: { ...(await spec.env(port)), PLAZA_ID: spec.id, PLAZA_PROBE_HOST: '127.0.0.1', PLAZA_PROBE_PORT: String(probePort) },
      answers: () => httpBody(`http://127.0.0.1:${probePort}/readyz`),
      startMs,
      stopMs,
      guard: spec.guard,
    };
    return new ServiceProcess(spec.kind, spec.id, port, probePort, launch, new ServerProcess(launch));
  }

  /** 0 while it does not run. */
  get pid(): number {
    return this.process.pid;
  }

  get logFile(): string {
    return this.process.logFile;
  }

  get probeUrl(): string {
    return `http://127.0.0.1:${this.probePort}`;
  }

  /** SIGKILL by default; resolves when the process has ended (at once for signals that end nothing, like SIGSTOP). */
  kill(signal?: NodeJS.Signals): Promise<void> {
    return this.process.kill(signal);
  }

  /** Again, with the same ports; resolves when it is ready. */
  start(): Promise<void> {
    return this.process.start();
  }

  /** In order, or without a word when `withinMs` (default 20 s) are over. */
  stop(withinMs?: number): Promise<void> {
    return this.process.stop(withinMs);
  }

  /** The exit code, or the signal that ended it; undefined while it runs. */
  get end(): number | string | undefined {
    return this.process.end;
  }

  /** Stops it in order and starts it again as another build of the same service, by the path of its main, with `env` over its first variables. */
  async restartAs(main: string, env: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.stop();
    this.process = new ServerProcess({ ...this.launch, args: [main], env: { ...this.launch.env, ...env } });
    await this.start();
  }

  /** Restarts it as what it was at its first start, but for `env`. */
  restartAsItWas(env: Readonly<Record<string, string>> = {}): Promise<void> {
    return this.restartAs(this.launch.args[0] as string, env);
  }

  /** `ready`, `not ready` or `down`. */
  async state(): Promise<'ready' | 'not ready' | 'down'> {
    if (this.pid === 0) return 'down';
    return await httpBody(`${this.probeUrl}/readyz`).then(
      () => 'ready' as const,
      () => 'not ready' as const,
    );
  }

  /** Resident memory in bytes; 0 where it does not run or the system does not say. */
  rss(): number {
    return rssOf(this.pid);
  }
}

export function rssOf(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * pageBytes;
  } catch {
    return 0;
  }
}
