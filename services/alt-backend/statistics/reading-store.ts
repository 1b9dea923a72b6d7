import type { ReadingSums } from '@alt/contracts';
import type { Queryable } from '@alt/database';

/** Whose events, and of when. */
export interface ReadingSpan {
  readerId: number;
  tenantId: string;
  timeZone: string;
  /** Inclusive; the first moment of a day in the zone. */
  from: Date;
  /** Exclusive; likewise. */
  to: Date;
}

/** The sums of a day in the zone. */
export type DaySums = ReadingSums & { day: string };
/** The sums of an hour of the week in the zone, 0 to 167 from Monday. */
export type HourSums = ReadingSums & { hour: number };
export type FeedSums = ReadingSums & { feedId: number };
/** A week of a whole tenant, from Monday in UTC; `readers` is null where they were too few to be told of. */
export type WeekSums = { week: string; readers: number | null } & {
  [Name in 'opened' | 'read' | 'cleared' | 'starred' | 'shared' | 'searches' | 'spentSeconds' | 'savedSeconds']:
    | number
    | null;
};

/** Fewer readers of a tenant than this are no sum: each of them could tell what the others did. */
export const READERS_MINIMUM = 5;

/**
 * Opens a transaction of the present reader for some work. Whoever asks elsewhere opens none: with one open, requests that wait for
 * a ClickHouse that does not answer would keep all others from the database.
 */
export type Within = <T>(work: (tx: Queryable, readerId: number) => Promise<T>) => Promise<T>;

/** The sums of a reader's span. */
export interface ReaderSums {
  days: DaySums[];
  hours: HourSums[];
  feeds: FeedSums[];
}

/** Where events are kept and summed. */
export interface ReadingStore {
  kind: 'postgres' | 'clickhouse';
  ofReader(within: Within, span: ReadingSpan): Promise<ReaderSums>;
  byWeek(within: Within, tenantId: string, from: Date, to: Date): Promise<WeekSums[]>;
}
