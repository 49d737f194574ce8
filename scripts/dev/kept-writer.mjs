import { copyFileSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './run.mjs';

const folder = join(root, 'proto/gen/plaza/v1');
const library = 'import { BinaryReader, BinaryWriter } from "@bufbuild/protobuf/wire";\n';

/** Generated encoders take the writer of proto/kept-writer.ts where they are given none. */
export function keepWriters() {
  for (const name of readdirSync(folder)) {
    const file = join(folder, name);
    const code = readFileSync(file, 'utf8');
    if (!code.includes('= new BinaryWriter()')) continue;
    if (!code.includes(library)) throw new Error(`${name} does not import the library's writer as it used to`);
    writeFileSync(
      file,
      code
        .replace(library, `${library}import { keptWriter } from "./kept-writer.js";\n`)
        .replaceAll('= new BinaryWriter()', '= keptWriter()'),
    );
  }
  copyFileSync(join(root, 'proto/kept-writer.ts'), join(folder, 'kept-writer.ts'));
}
