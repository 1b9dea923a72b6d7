import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, statement } from '@alt/database';
import type { BenchReader } from './platform.ts';

const LOOK_EVERY_MS = 100;

export interface Web {
  urls: string[];
  /** Puts so many new articles on top of every feed. */
  publish(items: number): Promise<void>;
  stop(): Promise<void>;
}

/** Generated feeds served by a process of its own. */
export async function startWeb({
  feeds,
  items,
  hosts = 1,
  latencyMs = 0,
}: {
  feeds: number;
  items: number;
  hosts?: number;
  /** Time that each document takes to come. */
  latencyMs?: number;
}): Promise<Web> {
  const child = fork(new URL('./feed-server.ts', import.meta.url), [feeds, items, hosts, latencyMs].map(String));
  const [{ urls }] = (await once(child, 'message')) as [{ urls: string[] }];
  return {
    urls,
    async publish(count) {
      child.send({ publish: count });
      await once(child, 'message');
    },
    async stop() {
      const gone = once(child, 'exit');
      child.send({ stop: true });
      await gone;
    },
  };
}

/** Subscribes to all addresses at once, as an import does. */
export async function follow(reader: BenchReader, urls: string[]): Promise<void> {
  const outlines = urls.map((url) => `<outline type="rss" text="feed" xmlUrl="${url}"/>`).join('\n');
  await reader.call('POST', '/v1/opml', `<opml version="2.0"><head/><body>${outlines}</body></opml>`);
}

const selectOpen = statement<{ count: number }>(
  'bench_open_feeds',
  'select count(*) as count from feeds where claimed_by is not null or next_poll_at <= now() or last_polled_at is null',
);

/** Waits until no feed is due or being polled. */
export async function untilPolled(database: Database): Promise<void> {
  while (((await database.one(selectOpen))?.count ?? 0) > 0) await sleep(LOOK_EVERY_MS);
}

/** Makes every feed due now. */
export async function pollAllNow(database: Database): Promise<void> {
  await database.script(
    'update hosts set next_request_at = now(); update feeds set next_poll_at = now(); notify alt_polls',
  );
}
