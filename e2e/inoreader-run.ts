import { createDatabase } from '@alt/database';
import { createEgress } from '@alt/egress';
import { createTokenReader } from '@alt/external-tokens';
import { createLogger } from '@alt/service-kit';
import { runDue } from '../services/pre-processor-sidecar/synchronising.ts';

/** One run in a process of its own, which a test may kill at any time. */
const given = JSON.parse(process.env.ALT_TEST_RUN ?? '{}');
const database = createDatabase({ ...given.connection, applicationName: 'run' });
const egress = createEgress({ allow: ['127.0.0.0/8'], userAgent: 'Alt/test' });
await runDue({
  database,
  egress,
  url: given.url,
  tokens: createTokenReader({ store: 'kubernetes', folder: given.folder, keys: {}, database: null }),
  worker: `child ${process.pid}`,
  leaseSeconds: 180,
  now: () => new Date(given.now),
  signal: new AbortController().signal,
  log: createLogger('silent'),
  metrics: null,
  isOpenedByOperator: () => false,
});
await egress.close();
await database.end();
