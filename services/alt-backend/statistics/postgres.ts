import type { ReadingSums } from '@alt/contracts';
import { statement } from '@alt/database';
import type { FeedSums, ReadingStore, WeekSums } from './reading-store.ts';
import { sumColumns } from './sums.ts';
import { stretchesOf, type ZoneStretch } from './zones.ts';

const SUMS = sumColumns.map(({ name, column }) => `coalesce(sum(${column}), 0)::integer as "${name}"`).join(', ');
const COLUMNS = sumColumns.map(({ column }) => column).join(', ');
/** The columns of a roll-up, of an event. */
const EVENT_COLUMNS = sumColumns
  .map(({ column, kind, of }) => `case when kind = '${kind}' then ${of} else 0 end as ${column}`)
  .join(', ');

/** Quarters of an hour since 1970 are numbered; the Monday before the first of January 1970 was three days earlier. */
const QUARTER_MS = 900_000;
const DAY_QUARTERS = 96;
const DAY_MS = 86_400_000;

// Days and hours of the week from one pass; an hour of a day each would be 8,760 rows to send for a year.
export const selectTimes = statement<ReadingSums & { day: number | null; hour: number | null }>(
  'reading_times',
  `select day, hour, ${SUMS} from (
     select (s.slot + g.off) / ${DAY_QUARTERS} as day, ((s.slot + g.off) / 4 + 72) % 168 as hour, ${COLUMNS}
     from unnest($2::integer[], $3::integer[], $4::integer[]) as g (first, last, off)
     join reading_slots s on s.reader_id = $1 and s.slot >= g.first and s.slot < g.last
   ) x group by grouping sets ((day), (hour))`,
);

// Whole months and whole days by their sums, the parts of days at both ends by their events.
export const selectFeeds = statement<FeedSums>(
  'reading_feeds',
  `select feed_id as "feedId", ${SUMS} from (
     select feed_id, ${COLUMNS} from reading_feed_months where reader_id = $1 and month >= $4::date and month < $5::date
     union all
     select feed_id, ${COLUMNS} from reading_feed_days where reader_id = $1 and day >= $6::date and day < $4::date
     union all
     select feed_id, ${COLUMNS} from reading_feed_days where reader_id = $1 and day >= $5::date and day < $7::date
     union all
     select feed_id, ${EVENT_COLUMNS} from reading_events
       where reader_id = $1 and feed_id is not null and at >= $2::timestamptz and at < $8::timestamptz
     union all
     select feed_id, ${EVENT_COLUMNS} from reading_events
       where reader_id = $1 and feed_id is not null and at >= $9::timestamptz and at < $3::timestamptz
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
  async ofReader(within, { readerId, from, to, timeZone }) {
    const [rows, feeds] = await within((tx) =>
      Promise.all([
        tx.all(selectTimes, [readerId, ...slotsOf(stretchesOf(from, to, timeZone))]),
        tx.all(selectFeeds, [readerId, from, to, ...wholeDays(from, to)]),
      ]),
    );
    const dateOf = (day: number) => new Date(day * DAY_MS).toISOString().slice(0, 10);
    return {
      days: rows.flatMap(({ day, hour, ...sums }) => (day === null ? [] : [{ ...sums, day: dateOf(day) }])),
      hours: rows.flatMap(({ day, hour, ...sums }) => (hour === null ? [] : [{ ...sums, hour }])),
      feeds,
    };
  },
  byWeek: (within, _tenantId, from, to) => within((tx) => tx.all(selectWeeks, [from, to])),
};

/** First and last quarter of each stretch, and by how many quarters its local time is ahead. */
function slotsOf(stretches: ZoneStretch[]): [number[], number[], number[]] {
  const slot = (at: Date) => Math.floor(at.getTime() / QUARTER_MS);
  return [
    stretches.map(({ from }) => slot(from)),
    stretches.map(({ to }) => slot(to)),
    stretches.map(({ offsetMs }) => Math.round(offsetMs / QUARTER_MS)),
  ];
}

/**
 * The whole months of a span (UTC) and around them its whole days: first month, month after the last, first day, day after the
 * last; then until when and from when its events are counted one by one. Where there is no whole month or day its ends are equal.
 */
export function wholeDays(from: Date, to: Date): [string, string, string, string, Date, Date] {
  const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10);
  const firstDay = Math.ceil(from.getTime() / DAY_MS) * DAY_MS;
  const lastDay = Math.floor(to.getTime() / DAY_MS) * DAY_MS;
  const [first, last] = [dayOf(firstDay), dayOf(lastDay)];
  if (firstDay > lastDay) return [first, first, first, first, to, to];
  const lastMonth = `${last.slice(0, 7)}-01`;
  const firstMonth = first.endsWith('-01')
    ? first
    : dayOf(Date.UTC(Number(first.slice(0, 4)), Number(first.slice(5, 7)), 1));
  const [begin, end] = firstMonth < lastMonth ? [firstMonth, lastMonth] : [first, first];
  return [begin, end, first, last, new Date(firstDay), new Date(lastDay)];
}
