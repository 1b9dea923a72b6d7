import { listChanges, listTenants, Problem, type ResponseOf } from '@alt/contracts';
import type { Database } from '@alt/database';
import { type Logger, oneAtATime, type PeerFetch } from '@alt/service-kit';
import * as store from './store/following.ts';

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 300_000;
const TIMEOUT_MS = 10_000;
/** Half of what a membership that ended may live on, because the answer takes time as well. */
const CURRENT_MS = 5_000;
const TENANTS_PAGE = 200;

export interface Following {
  /**
   * Waits until what is known is no older than five seconds, for what is shown to whoever has no session that could end;
   * asks auth-service where it is older. Rejects with a Problem where that does not answer.
   */
  untilCurrent(): Promise<void>;
  /** There is something to see. */
  lookNow(): void;
  stop(): Promise<void>;
}

export interface FollowingOptions {
  database: Database;
  authService: PeerFetch;
  log: Logger;
  /** Between two looks; after a failure it is a second, and twice as long each time up to five minutes. */
  everyMs: number;
  /** Called after each page that was applied. */
  onApplied(): void;
}

/**
 * Keeps `tenants` and `readers` as auth-service has them: asks for changes after the position that the database holds,
 * and applies each page together with its new position. Any number of processes may do it: one at a time applies, and a
 * page that another one was faster with is dropped.
 */
export function startFollowing(options: FollowingOptions): Following {
  const { log, everyMs } = options;
  let failures = 0;
  let currentAt = Number.NEGATIVE_INFINITY;
  let isDue = true;
  let timer: NodeJS.Timeout | null = null;

  const look = async (signal: AbortSignal) => {
    const startedAt = performance.now();
    // Who asks in between is answered, and makes an outage no longer than it is.
    const isRegular = isDue;
    isDue = false;
    if (timer) clearTimeout(timer);
    try {
      await catchUp(options, signal);
      currentAt = startedAt;
      failures = 0;
    } catch (error) {
      if (signal.aborted) return;
      if (isRegular || failures === 0) failures += 1;
      // Once for an outage that is more than a restart; what is missed meanwhile comes afterwards.
      if (failures === 5 && isRegular)
        log.warn({ error: String(error) }, 'cannot follow the changes of tenants; trying on');
      else log.debug({ error: String(error), failures }, 'cannot follow the changes of tenants');
    }
    const retryMs = Math.min(FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 20), LONGEST_RETRY_MS);
    timer = setTimeout(lookAgain, failures > 0 ? retryMs : everyMs).unref();
  };
  const looking = oneAtATime(look, (error) =>
    log.warn({ error: String(error) }, 'cannot follow the changes of tenants'),
  );
  const lookAgain = () => {
    isDue = true;
    void looking.ask();
  };
  lookAgain();
  return {
    lookNow: () => void looking.ask(),
    async untilCurrent() {
      if (performance.now() - currentAt < CURRENT_MS) return;
      const askedAt = performance.now();
      await looking.ask();
      if (currentAt >= askedAt) return;
      throw new Problem('unavailable', 'Who may read this cannot be checked just now. Try again in a moment.');
    },
    async stop() {
      await looking.stop();
      if (timer) clearTimeout(timer);
    },
  };
}

/** Applies all there is, or leaves it to a process that was faster. */
async function catchUp({ database, authService, onApplied }: FollowingOptions, signal: AbortSignal): Promise<void> {
  for (let hasMore = true; hasMore; ) {
    const seen = await store.readPosition(database);
    const page = await ask<ResponseOf<typeof listChanges>>(authService, `${listChanges.path}?after=${seen}`, signal);
    if (page.isGap) return takeAll(database, authService, seen, signal);
    if (page.position === seen) return;
    if (!(await store.followChanges(database, seen, page.position, page.changes))) return;
    onApplied();
    hasMore = page.hasMore;
  }
}

/** Compares all tenants, page by page, where changes are missing. */
async function takeAll(database: Database, authService: PeerFetch, seen: number, signal: AbortSignal): Promise<void> {
  const startedAt = await store.readTime(database);
  let position: number | null = null;
  let after: string | null = null;
  for (;;) {
    const query: string = `limit=${TENANTS_PAGE}${after === null ? '' : `&after=${after}`}`;
    const page: ResponseOf<typeof listTenants> = await ask(authService, `${listTenants.path}?${query}`, signal);
    position ??= page.position;
    const last: string | null = page.hasMore ? (page.tenants.at(-1)?.id ?? null) : null;
    if (!(await store.reconcileTenants(database, seen, { after, last }, page.tenants, startedAt))) return;
    if (last === null) break;
    after = last;
  }
  await store.followChanges(database, seen, position, []);
}

async function ask<Answer>(authService: PeerFetch, path: string, signal: AbortSignal): Promise<Answer> {
  const response = await authService(path, { timeoutMs: TIMEOUT_MS, signal });
  if (!response.ok) throw new Error(`auth-service answered ${response.status} to ${path}`);
  return (await response.json()) as Answer;
}
