import { spawn, spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** A step did not succeed; what it had to say is on the terminal already. */
export class CommandFailed extends Error {
  constructor(message, code) {
    super(message);
    this.code = code;
  }
}

/** Runs a JavaScript tool of the workspace with this Node, to its end, on this terminal. */
export function tool(file, args = [], options = {}) {
  command(process.execPath, [join(root, file), ...args], options);
}

export function command(name, args, { cwd = root, env = {} } = {}) {
  const result = spawnSync(name, args, { cwd, stdio: 'inherit', env: { ...process.env, ...env } });
  if (result.error) throw new CommandFailed(`${name} does not run: ${result.error.message}`, 1);
  if (result.status !== 0) throw new CommandFailed(`${name} ${args.slice(0, 3).join(' ')} failed`, result.status ?? 1);
}

/** npm, by the path under which it runs us, or by its name. */
export function npmCommand(args) {
  const path = process.env.npm_execpath;
  if (path?.endsWith('.js')) return [process.execPath, [path, ...args]];
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm', args];
}

/** The exit code of a child that gets the signals that we get. */
export function passThrough(name, args, env = {}) {
  const child = spawn(name, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
