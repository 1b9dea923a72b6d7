import { type Queryable, statement } from '@alt/database';
import type { Logger } from '@alt/service-kit';
import type { PolledFeed } from './poll.ts';

const EVERY_MS = 60_000;
const DAY_MS = 86_400_000;

interface FeedDay {
  id: number;
  day: string;
  polls: number;
  unchanged: number;
  failed: number;
  articles: number;
  bytes: number;
  milliseconds: number;
}

export interface PollRecord {
  add(feedId: number, polled: PolledFeed, tookMs: number): void;
  stop(): Promise<void>;
}

const callRecord = statement('record_polls', 'select record_polls($1)');

/**
 * Sums how feeds behave and writes it once a minute, a row for each feed: the polls themselves write nothing more than before.
 * A crash loses a minute; nothing is counted twice.
 */
export function createPollRecord(database: Pick<Queryable, 'run'>, log: Logger): PollRecord {
  let feeds = new Map<number, FeedDay>();
  let day = '';
  let dayEnds = 0;
  const flush = async () => {
    if (feeds.size === 0) return;
    const rows = [...feeds.values()];
    feeds = new Map();
    await database.run(callRecord, [JSON.stringify(rows)]).catch((error: unknown) => {
      log.warn({ error: String(error) }, 'a minute of the feeds’ statistics is lost');
    });
  };
  const timer = setInterval(() => void flush(), EVERY_MS);
  timer.unref();
  return {
    add(id, { result, newCount, bytes }, tookMs) {
      if (result === 'lost' || result === 'stopped') return;
      const now = Date.now();
      if (now >= dayEnds) {
        void flush();
        day = new Date(now).toISOString().slice(0, 10);
        dayEnds = Date.parse(day) + DAY_MS;
      }
      const sum = feeds.get(id) ?? newDay(id, day);
      sum.polls += 1;
      if (result === 'unchanged') sum.unchanged += 1;
      if (result === 'failed') sum.failed += 1;
      sum.articles += newCount;
      sum.bytes += bytes;
      sum.milliseconds += Math.round(tookMs);
      feeds.set(id, sum);
    },
    async stop() {
      clearInterval(timer);
      await flush();
    },
  };
}

function newDay(id: number, day: string): FeedDay {
  return { id, day, polls: 0, unchanged: 0, failed: 0, articles: 0, bytes: 0, milliseconds: 0 };
}
