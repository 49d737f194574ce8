import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { temporaryFolder } from '@plaza/testkit';
import type { RollingResult } from './result.js';

/** The swarm's processes run what was built. */
const rolling = fileURLToPath(new URL('../../dist/rolling/main.js', import.meta.url));
const folder = temporaryFolder();
const sockets = 300;
const drainPerSecond = 60;
const size = `--sockets ${sockets} --rooms 4 --rate 12 --drain-rate ${drainPerSecond} --nats 1 --acts drain,api,room-state --calm 1 --hurry`;

test('a drain of an edge, and a restart of apis and holders: nothing is lost, and everybody comes back at the pace that was set', async () => {
  const child = spawn(process.execPath, [rolling, ...size.split(' '), '--out', folder], { stdio: ['ignore', 'pipe', 'pipe'] });
  let told = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (told += part.toString()));
  await once(child, 'close');
  const [file] = readdirSync(folder);
  expect([file, told]).toEqual([expect.stringMatching(/^rolling-.*\.json$/), expect.stringContaining('lost: 0; broken chains: 0')]);
  const { wrong, acts } = JSON.parse(readFileSync(join(folder, file as string), 'utf8')) as RollingResult & { wrong: string[] };
  // On a machine that does other work besides, sockets that wait for it come back together.
  expect(wrong.filter((line) => !line.includes('reconnects in a second'))).toEqual([]);
  expect(acts.map(({ what }) => what)).toEqual(['nothing', 'drain', 'api', 'room-state']);
  const [, drain, , holders] = acts;
  expect(drain).toMatchObject({ dropped: sockets, cut: 0, ended: [{ id: 'edge-1', killed: false, drain: { left: 0 } }] });
  expect(drain?.mostTriesASecond).toBeLessThan(3 * drainPerSecond);
  expect(drain?.seconds).toBeGreaterThanOrEqual(sockets / drainPerSecond);
  expect(holders?.ended.map(({ id }) => id)).toEqual(['room-state-2', 'room-state-1']);
  expect(acts.every(({ accepted }) => accepted > 0)).toBe(true);
});
