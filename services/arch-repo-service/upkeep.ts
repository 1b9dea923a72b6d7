import type { Database } from '@alt/database';
import type { Jobs, Logger } from '@alt/service-kit';
import { purgeWork } from './store/jobs.ts';
import { purgeProjects } from './store/projects.ts';

const EVERY_MS = 6 * 3_600_000;
const BATCH = 20;

/** Removes for good what was deleted 30 days ago and files that expired, at the start and every few hours. */
export function startUpkeep(database: Database, log: Logger, jobs: Jobs): { stop(): Promise<void> } {
  let isStopping = false;
  let running: Promise<void> = Promise.resolve();
  const look = jobs.watched('upkeep', EVERY_MS, async () => {
    while (!isStopping && (await purgeProjects(database.background, BATCH)) > 0);
    while (!isStopping && (await purgeWork(database.background, BATCH)) > 0);
  });
  const run = () => {
    running = running.then(look).catch((error: unknown) => {
      if (!isStopping) log.warn({ error: String(error) }, 'upkeep of projects failed');
    });
  };
  const timer = setInterval(run, EVERY_MS).unref();
  run();
  return {
    async stop() {
      isStopping = true;
      clearInterval(timer);
      await running;
    },
  };
}
