/**
 * `npm run deploy:walk [-- --only edge,redis]`: causes what the alerts are about on a small cluster with real engines, waits until a Prometheus finds the alert's expression true,
 * and does what the runbook says. The last line says how many scenes passed and failed; exit code 0: all; 64: it was asked wrongly.
 */
import { parseArgs } from 'node:util';
import { causeOf } from '@plaza/kit';
import { startBench } from './bench.js';
import { scenes } from './scenes.js';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

class AskedWrongly extends Error {}

function readScenes(args: readonly string[]): string[] {
  const { values } = parseArgs({ args: [...args], options: { only: { type: 'string', default: Object.keys(scenes).join(',') } } });
  const wanted = values.only.split(',');
  const unknown = wanted.find((name) => !(name in scenes));
  if (unknown !== undefined) throw new AskedWrongly(`--only ${unknown}: there are ${Object.keys(scenes).join(', ')}`);
  return wanted;
}

/** What follows is tried also where a scene did not hold. */
async function walk(wanted: readonly string[]): Promise<number> {
  const bench = await startBench();
  let failed = 0;
  try {
    for (const name of wanted) {
      say(name);
      await scenes[name]?.(bench, (line) => say(`  ${line.trim()}`)).catch((error: unknown) => {
        failed++;
        say(`  FAIL ${error instanceof Error ? error.message.slice(0, 1500) : causeOf(error)}`);
      });
    }
  } finally {
    await bench.stop();
  }
  say(`${wanted.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

// Servers and the keeper do not hold the event loop.
const hold = setInterval(() => undefined, 60_000);
try {
  process.exitCode = await walk(readScenes(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(`deploy:walk: ${causeOf(error)}\n`);
  process.exitCode = error instanceof AskedWrongly || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS') === true ? 64 : 1;
} finally {
  clearInterval(hold);
}
