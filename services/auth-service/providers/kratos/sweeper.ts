import type { Database } from '@alt/database';
import { type Logger, oneAtATime } from '@alt/service-kit';
import { type KratosClient, orNull } from './client.ts';
import { endedOutsideSessions, outsideSessionEnded } from './store.ts';

const LOOK_EVERY_MS = 30_000;
const BATCH = 50;

/** Ends at Kratos what was ended here: when told, and every half minute what could not be, or another process left. */
export function createSweeper({ client, database, log }: { client: KratosClient; database: Database; log: Logger }): {
  sweepSoon(): void;
  stop(): Promise<void>;
} {
  const sweeping = oneAtATime(
    async (signal) => {
      for (let size = BATCH; size === BATCH && !signal.aborted; ) {
        const rows = await endedOutsideSessions(database.background, BATCH);
        for (const { session_id, outside_id } of rows) {
          await orNull(client.admin.disableSession({ id: outside_id }));
          await outsideSessionEnded(database.background, session_id);
        }
        size = rows.length;
      }
    },
    (error) => log.warn({ error: String(error) }, 'sessions at Kratos wait to be ended'),
  );
  const timer = setInterval(sweeping.ask, LOOK_EVERY_MS).unref();
  return {
    sweepSoon: () => void sweeping.ask(),
    async stop() {
      clearInterval(timer);
      await sweeping.stop();
    },
  };
}
