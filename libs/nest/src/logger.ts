import type { LoggerService } from '@nestjs/common';
import { type Logger, pino } from 'pino';

/** Members that are never written, wherever they appear. */
const redact = [
  'secretAccessKey',
  'SecretAccessKey',
  'sessionToken',
  'SessionToken',
  'authorization',
  '*.secretAccessKey',
  '*.SecretAccessKey',
  '*.sessionToken',
  '*.SessionToken',
  '*.authorization',
];

/** Structured logs, JSON lines on standard error: standard output belongs to the person who starts the server. */
export const makeLogger = (level: string): Logger =>
  pino({ level, base: undefined, redact: { paths: redact, censor: '[redacted]' } }, pino.destination(2));

/** Where Nest says why it could not start; whoever starts it is told by the error itself, and once is enough. */
const startFailure = 'ExceptionHandler';

/** Nest speaks through the same logger. */
export function nestLogger(logger: Logger): LoggerService {
  const write =
    (level: 'debug' | 'info' | 'warn' | 'error' | 'fatal') =>
    (message: unknown, ...rest: unknown[]): void =>
      logger[rest.at(-1) === startFailure ? 'debug' : level]({ context: rest.at(-1) }, String(message));
  return {
    log: write('debug'),
    debug: write('debug'),
    verbose: write('debug'),
    warn: write('warn'),
    error: write('error'),
    fatal: write('fatal'),
  };
}
