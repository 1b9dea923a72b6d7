import { statement } from '@alt/database';
import { growth } from './store.ts';
import type { WorkRow, WorkStore } from './work-store.ts';

const selectWork = statement<WorkRow>(
  'statistics_work',
  `select kind, name, variant, day::text as date, done, failed, buckets, tokens_in as "tokensIn", tokens_out as "tokensOut"
   from platform_work($1, $2) order by kind, name collate "C", variant collate "C", day`,
);

/** From the sums by hour, and by feed and day. */
export const postgresWork: WorkStore = {
  isMovedTo: false,
  between: (within, from, to) =>
    within(async (tx) => ({ work: await tx.all(selectWork, [from, to]), growth: await growth(tx, true, from, to) })),
};
