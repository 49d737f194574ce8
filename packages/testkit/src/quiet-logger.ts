import { createLogger, type Logger } from '@plaza/kit';

/** A logger that writes nothing; PLAZA_TEST_LOG=debug (or another level) lets it speak. */
export const quietLogger = (service = 'test'): Logger => createLogger(service, process.env['PLAZA_TEST_LOG'] ?? 'silent');
