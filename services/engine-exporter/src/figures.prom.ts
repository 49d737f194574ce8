import { Counter, Gauge, type Registry } from 'prom-client';
import { figures, type Engine, type FigureName } from './engine.js';

type Shown = Counter | Gauge;

const readMs = 3000;

/** Asks the engines whenever Prometheus asks, and shows what they say now; one that does not answer is not up, and nothing else of it is shown. */
export function exposeEngines(registry: Registry, engines: readonly Engine[], away: (engine: Engine, error: unknown) => void): void {
  const registers = [registry];
  const shown = Object.fromEntries(
    Object.entries(figures).map(([name, [help, ...labels]]) => {
      const description = { name: `plaza_${name}`, help, labelNames: ['server', ...labels], registers };
      return [name, name.endsWith('_total') ? new Counter(description) : new Gauge(description)];
    }),
  ) as Record<FigureName, Shown>;
  const up = new Gauge({ name: 'plaza_engine_up', help: '1: the server answers.', labelNames: ['engine', 'server'], registers });
  const read = async (engine: Engine): Promise<void> => {
    const { server } = engine;
    try {
      const samples = await inTime(engine.read());
      for (const { figure, labels = {}, value } of samples) shown[figure].inc({ server, ...labels }, value);
      up.set({ engine: engine.engine, server }, 1);
    } catch (error) {
      up.set({ engine: engine.engine, server }, 0);
      away(engine, error);
    }
  };
  const all = async (): Promise<void> => {
    for (const one of Object.values(shown)) one.reset();
    await Promise.all(engines.map(read));
  };
  const metrics = registry.metrics.bind(registry);
  let before: Promise<unknown> = Promise.resolve();
  // One scrape after another: they share what they show.
  registry.metrics = () => {
    const now = before.then(all).then(metrics);
    before = now.catch(() => undefined);
    return now;
  };
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${readMs} ms`)), readMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
