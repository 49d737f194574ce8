import { filesBelow, hashOfContents, unlessDone } from './fingerprint.mjs';
import { keepWriters } from './kept-writer.mjs';
import { tool } from './run.mjs';
import { writeShapes } from './shapes.mjs';

/** TypeScript from the proto files; buf itself comes from the registry and asks nobody. */
export function generate({ always = false } = {}) {
  const files = [
    'buf.gen.yaml',
    'buf.yaml',
    'tooling/package.json',
    'scripts/dev/shapes.mjs',
    'scripts/dev/kept-writer.mjs',
    'proto/kept-writer.ts',
    ...filesBelow('proto/plaza', (path) => path.endsWith('.proto')),
  ];
  // Two times in a row, too: the mark of the first must not stop the second.
  const fingerprint = always ? String(Date.now()) : hashOfContents(files);
  unlessDone('proto/gen/.made-from', fingerprint, () => {
    tool('node_modules/@bufbuild/buf/bin/buf', ['generate']);
    writeShapes();
    keepWriters();
  });
}
