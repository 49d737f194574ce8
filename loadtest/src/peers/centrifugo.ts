import { spawn, spawnSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '@plaza/testkit';
import type { Peer } from './peer.js';

const startMs = 10_000;
const apiKey = 'of-this-benchmark';

/** Where `PLAZA_BENCH_CENTRIFUGO` names a binary; undefined where it does not. Centrifugo 6: everybody may subscribe, nothing is kept. */
export async function startCentrifugo(cpu: number | undefined): Promise<Peer | undefined> {
  const binary = process.env['PLAZA_BENCH_CENTRIFUGO'];
  if (!binary) return undefined;
  const version = spawnSync(binary, ['version'], { encoding: 'utf8' }).stdout.trim();
  if (!version) throw new Error(`${binary}, named by PLAZA_BENCH_CENTRIFUGO, does not say its version`);
  const port = await freePort();
  const [command, args] = cpu === undefined ? [binary, []] : ['taskset', ['-c', String(cpu), binary]];
  const server = spawn(command, args, {
    stdio: 'ignore',
    env: {
      ...process.env,
      ...(cpu === undefined ? {} : { GOMAXPROCS: '1' }),
      CENTRIFUGO_HTTP_SERVER_ADDRESS: '127.0.0.1',
      CENTRIFUGO_HTTP_SERVER_PORT: String(port),
      CENTRIFUGO_HTTP_API_KEY: apiKey,
      CENTRIFUGO_CLIENT_INSECURE: 'true',
      CENTRIFUGO_CLIENT_ALLOWED_ORIGINS: '*',
      CENTRIFUGO_CHANNEL_WITHOUT_NAMESPACE_ALLOW_SUBSCRIBE_FOR_ANONYMOUS: 'true',
      CENTRIFUGO_HEALTH_ENABLED: 'true',
      // Longer than a row: its pings come in one frame with messages, where the swarm does not look for them.
      CENTRIFUGO_CLIENT_PING_INTERVAL: '600s',
      CENTRIFUGO_LOG_LEVEL: 'error',
    },
  });
  const url = `http://127.0.0.1:${port}`;
  const stop = (): void => void server.kill('SIGKILL');
  const endMs = performance.now() + startMs;
  while (
    !(await fetch(`${url}/health`).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (server.exitCode !== null || performance.now() > endMs) {
      stop();
      throw new Error(`Centrifugo (${binary}) does not answer`);
    }
    await pause(50);
  }
  const publish = (text: string): void =>
    void fetch(`${url}/api/publish`, {
      method: 'POST',
      headers: { 'x-api-key': apiKey },
      body: JSON.stringify({ channel: 'room', data: text }),
    }).then((response) => response.arrayBuffer());
  return {
    name: version,
    url: `ws://127.0.0.1:${port}/connection/websocket`,
    speech: 'centrifugo',
    pid: server.pid as number,
    publish,
    stop,
  };
}
