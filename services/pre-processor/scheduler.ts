import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, DatabaseUnavailableError } from '@alt/database';
import { type Alarm, createAlarm } from '@alt/pipeline';
import type { Logger, Tracer } from '@alt/service-kit';
import type { Feed } from './feed.ts';
import { HOST_LEASE_SECONDS, type Politeness } from './politeness.ts';
import type { PolledFeed, Polling } from './poll.ts';
import { claimOpened, claimSpaced, nextDue, unclaim } from './store/claims.ts';

/** How long a claimed feed is its worker's: eight at once, each at most 20 s, end within it. */
export const FEED_LEASE_SECONDS = HOST_LEASE_SECONDS * 3;

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
  tracer?: Tracer | null;
  /** Called after each poll; the feed stays taken until it resolves. */
  onPolled(feed: Feed, polled: PolledFeed, tookMs: number): Promise<void>;
}

/** What a claim holds besides what is being fetched: documents being parsed and stored, and the next in line. */
const CLAIMED_AHEAD = 2;
/** Eight at once, each at most 20 s, end within the lease. */
const OPENED_AHEAD = 64;
const LONGEST_WAIT_MS = 30_000;
const SHORTEST_WAIT_MS = 50;
const AFTER_ERROR_MS = 1_000;

/**
 * The feed row is the job: claims due feeds as there is room, polls them, and sleeps until the next is due, a reader
 * waits, or half a minute is over. Any number may run on one database.
 */
export function startScheduler(options: SchedulerOptions): Scheduler {
  const alarm = createAlarm();
  const polls = createPolls(options, alarm);
  let isStopped = false;
  let lastLookAt = Date.now();
  const spacedLook = { notBefore: 0 };

  const loop = async (): Promise<void> => {
    while (!isStopped) {
      const waitMs = await look(options, polls, spacedLook).catch((error: unknown) => {
        options.log.warn({ error: String(error) }, 'cannot look for due feeds');
        return null;
      });
      if (waitMs !== null) lastLookAt = Date.now();
      if (!isStopped) await alarm.wait(waitMs ?? AFTER_ERROR_MS);
    }
  };
  const looping = loop();
  return {
    wake() {
      spacedLook.notBefore = 0;
      alarm.ring();
    },
    lastLookAt: () => lastLookAt,
    running: polls.count,
    async stop() {
      isStopped = true;
      alarm.ring();
      await looping;
      await polls.stop();
    },
  };
}

/** Claims what there is room for and starts it. Answers for how long there is nothing more to do, in milliseconds. */
async function look(options: SchedulerOptions, polls: Polls, spacedLook: { notBefore: number }): Promise<number> {
  const { database, politeness, worker, concurrency, spacingMs } = options;
  const openHosts = politeness.openHosts();
  const lease = { worker, openHosts, leaseSeconds: FEED_LEASE_SECONDS };
  const spacedRoom = concurrency * CLAIMED_AHEAD - polls.count();
  // A host of the operator's own with thousands of due feeds must not make every look pass over all of them.
  const looksForSpaced = spacedRoom > 0 && Date.now() >= spacedLook.notBefore;
  const spaced = looksForSpaced ? await claimSpaced(database, { ...lease, limit: spacedRoom }) : [];
  if (looksForSpaced && spaced.length === 0)
    spacedLook.notBefore = Date.now() + Math.min(spacingMs, AFTER_ERROR_MS) / 2;
  const openedRoom = Math.min(OPENED_AHEAD, concurrency * CLAIMED_AHEAD) - polls.count() - spaced.length;
  const hasOpened = openHosts.length > 0;
  const opened = hasOpened && openedRoom > 0 ? await claimOpened(database, { ...lease, limit: openedRoom }) : [];
  for (const feed of [...spaced, ...opened]) polls.start(feed);
  if (spaced.filter(({ url }) => politeness.learn(url)).length > 0) return 0;
  const isFull =
    spacedRoom <= 0 || (looksForSpaced && spaced.length >= spacedRoom) || (hasOpened && opened.length >= openedRoom);
  if (isFull) return polls.untilRoom();
  const { dueInSeconds, isBlocked } = await nextDue(database);
  if (isBlocked) return Math.max(SHORTEST_WAIT_MS, Math.min(spacingMs, AFTER_ERROR_MS));
  return Math.min((dueInSeconds ?? LONGEST_WAIT_MS) * 1_000 + 10, LONGEST_WAIT_MS);
}

interface Polls {
  start(feed: Feed): void;
  count(): number;
  /** Rings the alarm when half of the room is free again; answers how long to wait for that at most. */
  untilRoom(): number;
  stop(): Promise<void>;
}

function createPolls(options: SchedulerOptions, alarm: Alarm): Polls {
  const running = new Map<number, Promise<void>>();
  // Few enough for either kind of claim to find room.
  const half = Math.min(options.concurrency * CLAIMED_AHEAD, OPENED_AHEAD) / 2;
  let isWaitingForRoom = false;
  let isStopped = false;
  const isOver = () => isStopped;

  const start = (feed: Feed): void => {
    const last = running.get(feed.id);
    // A feed that moved is due again while its last poll is still being looked after.
    const begun = last
      ? last.then(() => (isStopped ? giveBack(feed, options, isOver) : pollFeed(feed, options, isOver)))
      : pollFeed(feed, options, isOver);
    const poll = begun.finally(() => {
      if (running.get(feed.id) === poll) running.delete(feed.id);
      if (!isWaitingForRoom || running.size > half) return;
      isWaitingForRoom = false;
      alarm.ring();
    });
    running.set(feed.id, poll);
  };
  return {
    start,
    count: () => running.size,
    untilRoom() {
      if (running.size <= half) return 0;
      isWaitingForRoom = true;
      return LONGEST_WAIT_MS;
    },
    async stop() {
      isStopped = true;
      while (running.size > 0) await Promise.all(running.values());
    },
  };
}

/** The beginning of a trace: what the poll brings is worked in it. */
function pollFeed(feed: Feed, options: SchedulerOptions, isOver: () => boolean): Promise<void> {
  const { tracer } = options;
  if (!tracer) return pollOnce(feed, options, isOver);
  const attributes = { 'alt.feed': feed.id };
  return tracer.span('poll', { parent: null, attributes }, () => pollOnce(feed, options, isOver));
}

async function pollOnce(feed: Feed, options: SchedulerOptions, isOver: () => boolean): Promise<void> {
  const startedAt = performance.now();
  try {
    const polled = await options.polling.poll(feed);
    if (polled.result === 'stopped') await giveBack(feed, options, isOver);
    else await options.onPolled(feed, polled, performance.now() - startedAt);
  } catch (error) {
    const isOutage = error instanceof DatabaseUnavailableError;
    const details = { feedId: feed.id, error: error instanceof Error && !isOutage ? error.stack : String(error) };
    // Dozens of polls meet the same outage; the scheduler itself tells of it.
    options.log[isOutage ? 'debug' : 'error'](details, 'poll failed');
    await giveBack(feed, options, isOver);
  }
}

/** Waits for a database that is away, but not longer than the lease: then the feed is free by itself. */
async function giveBack(feed: Feed, options: SchedulerOptions, isOver: () => boolean): Promise<void> {
  const { database, worker, spacingMs, log } = options;
  const leaseEndsAt = Date.now() + FEED_LEASE_SECONDS * 1_000;
  for (;;) {
    try {
      await unclaim(database, worker, [feed.id], spacingMs / 1_000);
      return;
    } catch (error) {
      if (!(error instanceof DatabaseUnavailableError) || isOver() || Date.now() > leaseEndsAt) {
        log.warn({ feedId: feed.id, error: String(error) }, 'a feed stays taken until its lease ends');
        return;
      }
    }
    await sleep(AFTER_ERROR_MS);
  }
}
