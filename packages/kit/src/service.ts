import { developmentMistakes, integer, readConfig, variable, type ConfigOf, type Table } from './config.js';
import { letHeapGrow } from './heap-growth.js';
import { guardLoop } from './loop-guard.js';
import { causeOf, type Logger } from './logger.js';

/** What every service is to whoever runs it. */
export interface Service {
  /** Resolves when it serves: listeners open, subscriptions live. */
  start(): Promise<void>;
  /** Takes nothing new and finishes what it has; bounded. */
  drain(): Promise<void>;
  /** Lets go of everything, in reverse order of start; bounded; safe to call twice. */
  stop(): Promise<void>;
}

export interface ServiceMain<T extends Table> {
  readonly name: string;
  readonly table: T;
  /** The host that it listens on and the secrets in use, for the fence around development secrets. */
  readonly exposure: (config: ConfigOf<T>) => { host: string; secrets: Readonly<Record<string, string>> };
  /** What is wrong between settings that are each right, in words. */
  readonly mistakes?: (config: ConfigOf<T>) => readonly string[];
  readonly compose: (config: ConfigOf<T>) => Promise<{ service: Service; logger: Logger }>;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Settings of the process itself, whatever it serves. */
export const processTable = {
  stuckMs: variable(
    'PLAZA_STUCK_MS',
    integer(0, 3_600_000),
    '30000',
    'A process whose event loop has not turned for so long kills itself, in ms; 0: never (for debuggers).',
  ),
  heapGrowthPercent: variable(
    'PLAZA_HEAP_GROWTH_PERCENT',
    integer(0, 1000),
    '300',
    'How much the heap of JavaScript may grow over what its last major collection left, before the next one: more is more memory, and fewer pauses. 0: as V8 thinks. Where memory is scarce, `NODE_OPTIONS=--max-old-space-size` bounds it, as the manifests for Kubernetes do.',
  ),
};

/** sysexits: a mistake in the configuration; restarting will not help. */
const exitConfig = 78;
/** npm passes a terminal's Ctrl-C on to its child, which has it from the terminal already: one press arrives twice. */
const onePressMs = 1000;

/**
 * The life of a process: read the whole configuration or say everything that is wrong with it (exit 78), start, run until SIGTERM or SIGINT,
 * drain, stop. A second signal ends it at once. The only place where a process of ours exits.
 */
export async function runService<T extends Table>(main: ServiceMain<T>): Promise<void> {
  const read = readConfig(main.table, main.env);
  const own = readConfig(processTable, main.env);
  const unread = [read, own].flatMap((each) => ('mistakes' in each ? each.mistakes : []));
  if ('mistakes' in read || 'mistakes' in own) return refuseConfig(main.name, unread);
  const { host, secrets } = main.exposure(read.config);
  const mistakes = [...developmentMistakes(host, secrets), ...(main.mistakes?.(read.config) ?? [])];
  if (mistakes.length > 0) return refuseConfig(main.name, mistakes);

  const ended = new Promise<NodeJS.Signals>((resolve) => {
    let askedAtMs: number | undefined;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        if (askedAtMs !== undefined && Date.now() - askedAtMs > onePressMs) process.exit(1);
        askedAtMs ??= Date.now();
        resolve(signal);
      });
    }
  });
  letHeapGrow(own.config.heapGrowthPercent);
  if (own.config.stuckMs > 0) guardLoop(main.name, own.config.stuckMs);
  const { service, logger } = await main.compose(read.config);
  try {
    await service.start();
    logger.info({ event: 'started', pid: process.pid });
    const signal = await ended;
    logger.info({ event: 'draining', signal });
    await service.drain();
    await service.stop();
    logger.info({ event: 'stopped' });
    process.exit(0);
  } catch (error) {
    logger.fatal({ event: 'failed', cause: causeOf(error) });
    process.exit(1);
  }
}

function refuseConfig(name: string, mistakes: readonly string[]): void {
  process.stderr.write(
    `${name} does not start: ${mistakes.length} mistake(s) in its configuration\n${mistakes.map((line) => `  ${line}\n`).join('')}`,
  );
  process.exit(exitConfig);
}
