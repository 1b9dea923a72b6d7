import pino, { type Logger } from 'pino';

export type { Logger } from 'pino';

const SECRET_FIELDS = ['password', 'token', 'cookie', 'authorization', 'key', 'secret', 'csrfToken'];

/** JSON lines on standard error, secrets masked. `level` as in LOG_LEVEL; `silent` for tests. */
export function createLogger(level: string): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`]), censor: '[masked]' },
    },
    pino.destination({ fd: 2, sync: true }),
  );
}
