import { keysCommand } from './keys-command.js';

const { code, out, err } = await keysCommand(process.argv.slice(2), process.env['PLAZA_API_KEY'] ?? '');
process.stdout.write(out);
process.stderr.write(err);
process.exitCode = code;
