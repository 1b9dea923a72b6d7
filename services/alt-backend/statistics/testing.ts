import { statement } from '@alt/database';
import type { Reader } from '@alt/service-kit';
import { createLogger } from '@alt/service-kit';
import { entryRoutes } from '../entries.ts';
import { settingsRoutes } from '../settings.ts';
import { summaryRoutes } from '../summaries.ts';
import type { TestBackend, TestClient } from '../testing.ts';
import { clickHouseReading } from './clickhouse.ts';
import type { ClickHouse } from './clickhouse-client.ts';
import { clickHouseWork } from './clickhouse-work.ts';
import { type Moving, startMoving } from './moving.ts';
import { postgresReading } from './postgres.ts';
import { postgresWork } from './postgres-work.ts';
import type { ReadingKind } from './recording.ts';
import { statisticsRoutes } from './routes.ts';
import { sumColumns } from './sums.ts';

export interface TestStatistics {
  moving: Moving;
  request: TestClient;
}

/** Statistics and what they are about over HTTP, with events in Postgres or in a ClickHouse. */
export function serveStatistics(backend: TestBackend, clickHouse: ClickHouse | null = null): TestStatistics {
  const { asReader, database } = backend;
  const moving = startMoving({ database, log: createLogger('silent'), clickHouse, keepDays: 400, isPeriodic: false });
  const reading = clickHouse ? clickHouseReading(clickHouse) : postgresReading;
  const work = clickHouse ? clickHouseWork(clickHouse) : postgresWork;
  const prices = { perMillionIn: 2, perMillionOut: 8, currency: 'USD' };
  const request = backend.serve([
    ...statisticsRoutes({ asReader, moving, reading, work, keepDays: 400, isInstanceOff: false, prices }),
    ...settingsRoutes(asReader),
    ...summaryRoutes(asReader),
    ...entryRoutes({
      asReader,
      database,
      images: { address: (url: string) => url, rewrite: (html: string) => html } as never,
      findRelated: (async () => ({})) as never,
      findListed: (async () => ({ rows: [], next: null })) as never,
      onMarked() {},
    }),
  ]);
  return { moving, request };
}

export interface SeededEvent {
  at: Date;
  kind: ReadingKind;
  feedId: number | null;
  amount: number;
  seconds: number;
}

const insertEvents = statement(
  'test_inbox',
  `insert into reading_inbox (tenant_id, reader_id, at, kind, feed_id, amount, seconds)
   select r.tenant_id, r.id, e.at, e.kind, e.feed_id, e.amount, e.seconds
   from readers r, unnest($2::timestamptz[], $3::text[], $4::integer[], $5::integer[], $6::integer[])
     as e (at, kind, feed_id, amount, seconds)
   where r.user_id = $1`,
);

/** Puts events of any time into the inbox, as if the reader had done all that then. */
export async function seedEvents(backend: TestBackend, reader: Reader, events: readonly SeededEvent[]): Promise<void> {
  for (let from = 0; from < events.length; from += 20_000) {
    const part = events.slice(from, from + 20_000);
    await backend.superuser.run(insertEvents, [
      reader.userId,
      part.map(({ at }) => at),
      part.map(({ kind }) => kind),
      part.map(({ feedId }) => feedId),
      part.map(({ amount }) => amount),
      part.map(({ seconds }) => seconds),
    ]);
  }
}

/** A source of numbers that says the same in every run. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return (state >>> 0) / 2 ** 32;
  };
}

/** Events of a year up to `end`, more by day than by night, some feeds more than others. */
export function seededYear(count: number, feedIds: number[], end: Date, random = seededRandom(7)): SeededEvent[] {
  const kinds = [...new Set(sumColumns.map(({ kind }) => kind as ReadingKind))];
  return Array.from({ length: count }, () => {
    const kind = kinds[Math.floor(random() ** 2 * kinds.length)] ?? 'opened';
    return {
      at: new Date(end.getTime() - Math.floor(random() * 365 * 86_400_000)),
      kind,
      feedId: kind === 'searched' ? null : (feedIds[Math.floor(random() ** 2 * feedIds.length)] ?? null),
      amount: kind === 'cleared' ? Math.floor(random() * 500) : 1,
      seconds: kind === 'spent' || kind === 'summary' ? Math.floor(random() * 600) : 0,
    };
  });
}
