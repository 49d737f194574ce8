import { causeOf, type Clock, type Logger, type Timer } from '@plaza/kit';

interface Trimmed {
  trim(beforeMs: number): Promise<void>;
}

const hourMs = 3_600_000;

/** Takes what is older than `keepHours` out of the log, each hour and once at start. A failure is tried again an hour later. */
export function keepTrimmed(
  log: Trimmed,
  keepHours: number,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): { start(): void; stop(): void } {
  let timer: Timer | undefined;
  const trim = (): void => {
    log.trim(clock.now() - keepHours * hourMs).catch((error: unknown) => logger.warn({ event: 'log-trim-failed', cause: causeOf(error) }));
  };
  return {
    start() {
      trim();
      timer = clock.every(hourMs, trim);
    },
    stop: () => timer?.cancel(),
  };
}
