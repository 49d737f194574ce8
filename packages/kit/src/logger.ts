import { pino, type DestinationStream, type Logger } from 'pino';

export type { Logger } from 'pino';

/**
 * Structured lines on standard output, one an event. Callers name what they log, field by field; bodies, tokens and keys are not among it. The
 * redaction is the second fence: these fields never come out, wherever they turn up.
 */
export function createLogger(service: string, level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: { service },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    redact: {
      paths: [
        'token',
        'apiKey',
        'authorization',
        'password',
        'secret',
        'body',
        '*.token',
        '*.apiKey',
        '*.authorization',
        '*.password',
        '*.secret',
        '*.body',
      ],
      censor: '[redacted]',
    },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** A one-line account of an error of any realm (inside jest, core errors are not `instanceof Error`). */
export function causeOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string') {
    const code = 'code' in error && (typeof error.code === 'string' || typeof error.code === 'number') ? `${error.code}: ` : '';
    return `${code}${error.message}`.replaceAll('\n', ' ').slice(0, 300);
  }
  return String(error).slice(0, 300);
}
