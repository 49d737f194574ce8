import { join } from 'node:path';
import { npmCommand, passThrough, root, CommandFailed } from './run.mjs';

/** The socket library has binaries for these; 20.11 brought import.meta.dirname. */
export function isSupported(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return (major === 20 && minor >= 11) || major === 22;
}

/** The same command on node@22 from the registry. */
export async function runAgainOnSupportedNode(args) {
  if (process.env.PLAZA_NODE_AGAIN) throw new CommandFailed(`Node ${process.versions.node} is not 20 or 22, and node@22 did not help`, 1);
  process.stderr.write(
    `Node ${process.versions.node}: the socket library has binaries for Node 20 and 22 only; going on with node@22 from the registry\n`,
  );
  const [npm, npmArgs] = npmCommand(['exec', '--yes', '--package=node@22', '--', 'node', join(root, 'scripts/dev.mjs'), ...args]);
  return await passThrough(npm, npmArgs, { PLAZA_NODE_AGAIN: '1' });
}
