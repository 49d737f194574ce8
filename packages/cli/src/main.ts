#!/usr/bin/env node
import { ask } from './ask.js';
import { enginesOf } from './backup/compose.js';
import { plaza } from './plaza.js';
import { shellOf } from './shell.js';

const { stdout, stderr, stdin } = process;
process.exitCode = await plaza(process.argv.slice(2), {
  engines: enginesOf(process.env),
  shell: shellOf(process.env),
  apiKey: process.env['PLAZA_API_KEY'] ?? '',
  out: (text) => void stdout.write(text),
  err: (text) => void stderr.write(text),
  showsProgress: stderr.isTTY,
  ask: stdin.isTTY && stderr.isTTY ? ask : undefined,
});
