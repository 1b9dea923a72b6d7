import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, statement } from '@alt/database';
import type { DatabaseServer } from '../database.ts';

const selectPolling = statement<{ isPolling: boolean }>(
  'cli_is_polling',
  `select exists (select from pg_stat_activity
     where usename = 'pre_processor' and datname = current_database()) as "isPolling"`,
);

/** Whether some process fetches feeds from this database: the one that does keeps a connection to hear of work. */
export async function isPolling(databases: DatabaseServer): Promise<boolean> {
  return withAlt(databases, async (alt) => (await alt.one(selectPolling))?.isPolling ?? false);
}

/** `alt` as `alt_admin`, for the time of `work`. */
export async function withAlt<T>(databases: DatabaseServer, work: (alt: Database) => Promise<T>): Promise<T> {
  const alt = databases.connectAsAdmin('alt');
  try {
    return await work(alt);
  } finally {
    await alt.end();
  }
}

const LOOK_MS = 200;

const countPolled = statement<{ polled: number; left: number }>(
  'cli_count_polled',
  `select count(*) filter (where last_polled_at >= $2)::integer as polled,
     count(*) filter (where last_polled_at is null or last_polled_at < $2)::integer as left
   from feeds where id = any ($1::integer[])`,
);

/**
 * Waits until each feed was polled after `since` (the database's time), or nothing happened for `patienceMs`. A feed
 * that moved and became one with another counts as polled. Answers how many were not.
 */
export async function waitForPolls(
  alt: Database,
  wait: { feedIds: number[]; since: Date; patienceMs: number; onProgress?(share: number): void },
): Promise<number> {
  const total = wait.feedIds.length;
  let lastLeft = total;
  let changedAt = Date.now();
  for (;;) {
    const left = (await alt.one(countPolled, [wait.feedIds, wait.since]))?.left ?? 0;
    wait.onProgress?.((total - left) / Math.max(1, total));
    if (left !== lastLeft) changedAt = Date.now();
    lastLeft = left;
    if (left === 0 || Date.now() - changedAt > wait.patienceMs) return left;
    await sleep(LOOK_MS);
  }
}
