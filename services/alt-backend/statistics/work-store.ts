import type { Queryable } from '@alt/database';

/** What was done on a day (UTC). */
export interface WorkRow {
  kind: 'stage' | 'model' | 'search';
  name: string;
  variant: string;
  date: string;
  done: number;
  failed: number;
  /** How many took up to which time, as `bucketBounds` has them. */
  buckets: number[];
  tokensIn: number;
  tokensOut: number;
}

/** What feeds brought on a day (UTC). */
export interface GrowthRow {
  date: string;
  articles: number;
  bytes: number;
  polls: number;
  failed: number;
}

/**
 * Where it is kept what the platform did. `tx` is a transaction of the instance's owner; days are in UTC, both inclusive. Rows
 * come by kind, name, variant and day, in the order of their letters' numbers.
 */
export interface WorkStore {
  /** Whether reports are moved there before they count. */
  isMovedTo: boolean;
  byDay(tx: Queryable, from: string, to: string): Promise<WorkRow[]>;
  /** Of the whole instance. */
  growth(tx: Queryable, from: string, to: string): Promise<GrowthRow[]>;
}
