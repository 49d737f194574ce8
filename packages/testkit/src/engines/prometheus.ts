import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../free-port.js';
import { httpBody } from './answers.js';
import { findPrometheus } from './find-prometheus.js';
import { Keeper } from './keeper.js';
import { run } from './run.js';
import { ServerProcess } from './server-process.js';

export interface PrometheusEngine {
  readonly url: string;
  readonly pid: number;
  readonly found: string;
  stop(): Promise<void>;
}

const startMs = 20_000;
const attempts = 3;
const promtoolMs = 60_000;

/** A Prometheus on loopback with this configuration (its YAML; files that it names are absolute). Throws EngineMissing. */
export async function startPrometheus(configuration: string): Promise<PrometheusEngine> {
  const { prometheus, found } = await findPrometheus();
  for (let attempt = 1; ; attempt++) {
    const keeper = new Keeper();
    const url = `http://127.0.0.1:${await freePort()}`;
    const file = join(keeper.folder, 'prometheus.yaml');
    writeFileSync(file, configuration);
    const server = new ServerProcess({
      name: 'prometheus',
      command: prometheus,
      args: [
        `--config.file=${file}`,
        `--web.listen-address=${new URL(url).host}`,
        `--storage.tsdb.path=${join(keeper.folder, 'data')}`,
        '--log.level=warn',
      ],
      folder: keeper.folder,
      answers: () => httpBody(`${url}/-/ready`),
      startMs,
      guard: keeper.guard,
    });
    const stop = async (): Promise<void> => {
      await server.stop();
      await keeper.close();
    };
    try {
      await server.start();
      return { url, pid: server.pid, found, stop };
    } catch (error) {
      await stop();
      if (attempt === attempts) throw error;
    }
  }
}

/** What promtool prints. Rejects, with that, where it finds something wrong; throws EngineMissing. */
export async function promtool(...args: string[]): Promise<string> {
  return await run((await findPrometheus()).promtool, args, promtoolMs);
}
