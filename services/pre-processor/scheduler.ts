import type { Database } from '@alt/database';
import type { Logger } from '@alt/service-kit';
import type { Feed } from './feed.ts';
import { HOST_LEASE_SECONDS, type Politeness } from './politeness.ts';
import type { PolledFeed, Polling } from './poll.ts';
import { claimOpened, claimSpaced, nextDue, unclaim } from './store/claims.ts';

export interface Scheduler {
  /** There may be work: a reader subscribed or waits. */
  wake(): void;
  /** When the scheduler last looked for work and the database answered; milliseconds since the epoch. */
  lastLookAt(): number;
  /** How many polls are under way. */
  running(): number;
  /** Takes no more feeds, gives back those that were not asked yet, and waits for the others. */
  stop(): Promise<void>;
}

export interface SchedulerOptions {
  database: Database;
  polling: Polling;
  politeness: Politeness;
  log: Logger;
  worker: string;
  concurrency: number;
  spacingMs: number;
  /** Called after each poll; the feed stays taken until it resolves. */
  onPolled(feed: Feed, polled: PolledFeed, tookMs: number): Promise<void>;
}

/** What a claim holds besides what is being fetched: documents being parsed and stored, and the next in line. */
const CLAIMED_AHEAD = 2;
/** Eight at once, each at most 20 s, end within the lease. */
const OPENED_AHEAD = 64;
const LONGEST_WAIT_MS = 30_000;
const AFTER_ERROR_MS = 1_000;

/**
 * The feed row is the job: claims due feeds as there is room, polls them, and sleeps until the next is due, a reader
 * waits, or half a minute is over. Any number may run on one database.
 */
export function startScheduler(options: SchedulerOptions): Scheduler {
  const { database, politeness, log, worker } = options;
  const spacedLimit = options.concurrency * CLAIMED_AHEAD;
  const running = new Map<number, Promise<void>>();
  let isStopped = false;
  let hasMore = false;
  let lastLookAt = Date.now();
  let wake = () => {};
  let isWoken = false;

  const claim = async (): Promise<Feed[]> => {
    const openHosts = politeness.openHosts();
    const room = { spaced: spacedLimit - running.size, opened: OPENED_AHEAD - running.size };
    const lease = { worker, openHosts, leaseSeconds: HOST_LEASE_SECONDS * 3 };
    const spaced = room.spaced > 0 ? await claimSpaced(database, { ...lease, limit: room.spaced }) : [];
    const limit = room.opened - spaced.length;
    const opened = openHosts.length > 0 && limit > 0 ? await claimOpened(database, { ...lease, limit }) : [];
    hasMore = spaced.length >= room.spaced || (openHosts.length > 0 && opened.length >= limit);
    lastLookAt = Date.now();
    return [...spaced, ...opened];
  };

  const pollOne = async (feed: Feed): Promise<void> => {
    const startedAt = performance.now();
    try {
      const polled = await options.polling.poll(feed);
      if (polled.result === 'stopped') await giveBack([feed.id]);
      else await options.onPolled(feed, polled, performance.now() - startedAt);
    } catch (error) {
      log.error({ feedId: feed.id, error: error instanceof Error ? error.stack : String(error) }, 'poll failed');
      await giveBack([feed.id]);
    }
  };

  const giveBack = (feedIds: number[]) => unclaim(database, worker, feedIds, options.spacingMs / 1_000).catch(() => 0); // else the lease ends by itself

  const start = (feed: Feed): void => {
    const poll = pollOne(feed).finally(() => {
      running.delete(feed.id);
      if (hasMore && running.size <= Math.max(spacedLimit, OPENED_AHEAD) / 2) wake();
    });
    running.set(feed.id, poll);
  };

  const wait = (milliseconds: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, isWoken || isStopped ? 0 : milliseconds);
      wake = () => {
        clearTimeout(timer);
        isWoken = true;
        resolve();
      };
    });

  const look = async (): Promise<number> => {
    isWoken = false;
    const feeds = await claim();
    for (const feed of feeds) {
      // A feed that moved is due again while its last poll is still being looked after.
      const last = running.get(feed.id);
      if (last) void last.then(() => start(feed));
      else start(feed);
    }
    if (feeds.filter(({ url }) => politeness.learn(url)).length > 0) return 0;
    if (hasMore) return feeds.length > 0 && running.size < spacedLimit ? 0 : options.spacingMs || AFTER_ERROR_MS;
    const { dueInSeconds, isBlocked } = await nextDue(database);
    if (isBlocked) return Math.max(50, Math.min(options.spacingMs, 1_000));
    return Math.min((dueInSeconds ?? LONGEST_WAIT_MS) * 1_000 + 10, LONGEST_WAIT_MS);
  };

  const loop = async (): Promise<void> => {
    while (!isStopped) {
      const waitMs = await look().catch((error: unknown) => {
        log.warn({ error: error instanceof Error ? error.message : String(error) }, 'cannot look for due feeds');
        return AFTER_ERROR_MS;
      });
      await wait(waitMs);
    }
  };
  const looping = loop();

  return {
    wake: () => {
      isWoken = true;
      wake();
    },
    lastLookAt: () => lastLookAt,
    running: () => running.size,
    async stop() {
      isStopped = true;
      wake();
      await looping;
      await Promise.all(running.values());
    },
  };
}
