import type { Within } from './reading-store.ts';

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

/** What the platform did in a span: rows by kind, name, variant and day in the order of their letters' numbers, and growth by day. */
export interface WorkSums {
  work: WorkRow[];
  growth: GrowthRow[];
}

/** Where it is kept what the platform did. Who asks is the instance's owner. */
export interface WorkStore {
  /** Whether reports are moved there before they count. */
  isMovedTo: boolean;
  /** Of the whole instance; days in UTC, both inclusive. */
  between(within: Within, from: string, to: string): Promise<WorkSums>;
}
