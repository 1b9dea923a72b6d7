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

/** Where events are kept and summed. `tx` is a transaction of the reader's. */
export interface ReadingStore {
  kind: 'postgres' | 'clickhouse';
  byTime(tx: Queryable, span: ReadingSpan): Promise<{ days: DaySums[]; hours: HourSums[] }>;
  byFeed(tx: Queryable, span: ReadingSpan): Promise<FeedSums[]>;
  byWeek(tx: Queryable, tenantId: string, from: Date, to: Date): Promise<WeekSums[]>;
}
