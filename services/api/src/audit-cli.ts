import { auditCommand } from './audit/audit-command.js';

const { code, out, err } = await auditCommand(process.argv.slice(2), process.env['PLAZA_API_KEY'] ?? '');
process.stdout.write(out);
process.stderr.write(err);
process.exitCode = code;
