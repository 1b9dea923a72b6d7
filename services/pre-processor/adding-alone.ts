import type { Database } from '@alt/database';
import type { Egress } from '@alt/egress';
import type { Logger } from '@alt/service-kit';
import { type Adding, createAdding } from './adding.ts';
import type { Config } from './config.ts';
import { createFinder } from './finding.ts';
import { createPoliteness } from './politeness.ts';
import { createPolling } from './poll.ts';
import { createReading } from './reading.ts';
import { createUserAgent } from './user-agent.ts';
import { workerName } from './worker-name.ts';

/** Adding feeds in a process that polls none: the command line, where no Alt runs. */
export function createAddingAlone(options: {
  database: Database;
  egress: Egress;
  log: Logger;
  settings: Config;
}): Pick<Adding, 'resolve'> & { stop(): Promise<void> } {
  const { database, egress, log, settings } = options;
  const stopping = new AbortController();
  const userAgent = createUserAgent(settings.publicUrl);
  const reading = createReading(1);
  const politeness = createPoliteness({
    database,
    egress,
    spacingMs: settings.hostSpacingMs,
    spacesOpenedHosts: settings.spacesOpenedHosts,
    log,
    signal: stopping.signal,
  });
  const polling = createPolling({
    database,
    politeness,
    reading,
    log,
    worker: workerName(),
    concurrency: 1,
    userAgent,
  });
  const finder = createFinder({ politeness, reading, userAgent: userAgent(null) });
  const { resolve } = createAdding({ database, egress, finder, polling });
  return {
    resolve,
    async stop() {
      stopping.abort();
      await polling.idle();
      await politeness.idle();
      await reading.stop();
    },
  };
}
