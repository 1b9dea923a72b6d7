import { traceIds } from '@alt/tracing';
import pino, { type Logger } from 'pino';

export type { Logger } from 'pino';

const SECRET_FIELDS = ['password', 'token', 'cookie', 'authorization', 'key', 'secret', 'csrfToken'];

/**
 * JSON lines on standard error, secrets masked. `level` as in LOG_LEVEL; `silent` for tests. `onLine` hears of each line, after it
 * was written: shipping must never keep a line from whoever looks here.
 */
export function createLogger(
  level: string,
  onLine?: (line: string) => void,
  /** The span under way as a `traceparent`: then lines bear its ids. */
  currentTrace?: () => string | null,
): Logger {
  const standardError = pino.destination({ fd: 2, sync: true });
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      ...(currentTrace ? { mixin: () => traceIds(currentTrace() ?? '') ?? {} } : {}),
      redact: { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`]), censor: '[masked]' },
    },
    onLine ? beside(standardError, onLine) : standardError,
  );
}

function beside(standardError: pino.DestinationStream, onLine: (line: string) => void): pino.DestinationStream {
  return {
    write(line) {
      standardError.write(line);
      onLine(line);
    },
  };
}
