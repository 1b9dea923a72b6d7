import { statement } from '@alt/database';
import type { FeedSums, HourSums, ReadingStore, WeekSums } from './reading-store.ts';
import { sumColumns } from './sums.ts';

const SUMS = sumColumns.map(({ name, column }) => `coalesce(sum(${column}), 0)::integer as "${name}"`).join(', ');
const COLUMNS = sumColumns.map(({ column }) => column).join(', ');
/** The columns of a roll-up, of an event. */
const EVENT_COLUMNS = sumColumns
  .map(({ column, kind, of }) => `case when kind = '${kind}' then ${of} else 0 end as ${column}`)
  .join(', ');

export const selectHours = statement<HourSums>(
  'reading_hours',
  `select (slot at time zone $4)::date::text as day, extract(hour from slot at time zone $4)::integer as hour, ${SUMS}
   from reading_slots where reader_id = $1 and slot >= $2 and slot < $3 group by 1, 2`,
);

// Whole days by their sums, the parts of days at both ends by their events.
export const selectFeeds = statement<FeedSums>(
  'reading_feeds',
  `with days as materialized (
     select least((date_bin('1 day', $2::timestamptz - interval '1 microsecond', '2000-01-01T00:00:00Z') + interval '1 day'), $3) as first,
       greatest(date_bin('1 day', $3::timestamptz, '2000-01-01T00:00:00Z'), $2) as last
   ), bounds as materialized (
     select first, case when last < first then first else last end as last from days
   )
   select feed_id as "feedId", ${SUMS} from (
     select feed_id, ${COLUMNS} from reading_feed_days
       where reader_id = $1 and day >= (select (first at time zone 'UTC')::date from bounds)
         and day < (select (last at time zone 'UTC')::date from bounds)
     union all
     select feed_id, ${EVENT_COLUMNS} from reading_events
       where reader_id = $1 and feed_id is not null and at >= $2 and at < (select first from bounds)
     union all
     select feed_id, ${EVENT_COLUMNS} from reading_events
       where reader_id = $1 and feed_id is not null and at >= (select last from bounds) and at < $3
   ) x group by feed_id`,
);

const selectWeeks = statement<WeekSums>(
  'tenant_reading',
  `select week::text, readers, opened, read, cleared, starred, shared, searches, spent_seconds as "spentSeconds",
     saved_seconds as "savedSeconds" from tenant_reading($1, $2)`,
);

/** Statistics from the roll-ups in Postgres, as row-level security shows them. */
export const postgresReading: ReadingStore = {
  kind: 'postgres',
  byHour: (tx, { readerId, from, to, timeZone }) => tx.all(selectHours, [readerId, from, to, timeZone]),
  byFeed: (tx, { readerId, from, to }) => tx.all(selectFeeds, [readerId, from, to]),
  byWeek: (tx, _tenantId, from, to) => tx.all(selectWeeks, [from, to]),
};
