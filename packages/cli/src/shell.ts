import { spawn } from 'node:child_process';
import type { Hands } from './command.js';

/** A save of a store may take hours; one that hangs is not waited for for ever. */
const longestMs = 12 * 3600 * 1000;

/** `sh -c`, with this environment below what is added. Standard output is for the answer of the command: what the script says goes to standard error. */
export const shellOf =
  (env: Readonly<Record<string, string | undefined>>): Hands['shell'] =>
  (command, more) =>
    new Promise((resolve, reject) => {
      const child = spawn('sh', ['-c', command], { env: { ...env, ...more }, stdio: ['ignore', 2, 2], timeout: longestMs });
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        if (code === 0) resolve();
        else reject(new Error(`${command}: ended with ${code ?? signal}`));
      });
    });
