import { filesBelow, hashOfContents, unlessDone } from './fingerprint.mjs';
import { tool } from './run.mjs';

/** TypeScript from the proto files; buf itself comes from the registry and asks nobody. */
export function generate({ always = false } = {}) {
  const files = ['buf.gen.yaml', 'buf.yaml', 'tooling/package.json', ...filesBelow('proto/plaza', (path) => path.endsWith('.proto'))];
  const fingerprint = always ? '' : hashOfContents(files);
  unlessDone('proto/gen/.made-from', fingerprint, () => tool('node_modules/@bufbuild/buf/bin/buf', ['generate']));
}
