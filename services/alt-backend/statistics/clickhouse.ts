import type { ReadingSums } from '@alt/contracts';
import type { ClickHouse } from './clickhouse-client.ts';
import { type FeedSums, READERS_MINIMUM, type ReadingStore, type WeekSums } from './reading-store.ts';
import { sumColumns } from './sums.ts';

/** An event as it lies in the inbox of Postgres. */
export interface KeptEvent {
  id: number;
  tenantId: string;
  readerId: number;
  at: Date;
  kind: string;
  feedId: number | null;
  amount: number;
  seconds: number;
  detail: unknown;
}

/**
 * An event may come twice, when its taking was not committed after it was here: rows of one key are one event, and every query
 * asks for the table as it is without those (`final`). A sum of inserts, which a materialised view would be, would count both.
 */
const TABLE = `create table if not exists reading_events (
    id UInt64, tenant_id UUID, reader_id UInt32, at DateTime64(3, 'UTC'), kind LowCardinality(String), feed_id UInt32,
    amount UInt32, seconds UInt32, detail String
  ) engine = ReplacingMergeTree partition by toYYYYMM(at) order by (tenant_id, reader_id, at, id)`;

const SUMS = sumColumns.map(({ name, kind, of }) => `sumIf(${of}, kind = '${kind}') as ${name}`).join(', ');
const OF_READER = `tenant_id = {tenant:UUID} and reader_id = {reader:UInt32}
  and at >= fromUnixTimestamp64Milli({from:Int64}) and at < fromUnixTimestamp64Milli({to:Int64})`;
/** A key lies in one month, so each month is made unique by itself. */
const BY_MONTH = 'settings do_not_merge_across_partitions_select_final = 1';

export async function prepareClickHouse(server: ClickHouse): Promise<void> {
  await server.run(TABLE);
}

export async function insertEvents(server: ClickHouse, events: readonly KeptEvent[]): Promise<void> {
  await server.insert(
    'reading_events',
    events.map(({ id, tenantId, readerId, at, kind, feedId, amount, seconds, detail }) => ({
      ...{
        id,
        tenant_id: tenantId,
        reader_id: readerId,
        at: at.toISOString(),
        kind,
        feed_id: feedId ?? 0,
        amount,
        seconds,
      },
      detail: detail === null ? '' : JSON.stringify(detail),
    })),
  );
}

const AT_ONCE = { mutations_sync: '2' };

/** Erases what a reader did until a moment; gone when it resolves. */
export async function eraseReader(server: ClickHouse, tenantId: string, readerId: number, until: Date): Promise<void> {
  await server.run(
    `alter table reading_events delete where tenant_id = {tenant:UUID} and reader_id = {reader:UInt32}
       and at <= fromUnixTimestamp64Milli({until:Int64})`,
    { tenant: tenantId, reader: readerId, until: until.getTime() },
    AT_ONCE,
  );
}

/** Forgets what is older than a moment, of one tenant or of all. */
export async function forgetBefore(server: ClickHouse, before: Date, tenantId: string | null): Promise<void> {
  const ofTenant = tenantId === null ? '' : 'tenant_id = {tenant:UUID} and ';
  await server.run(
    `alter table reading_events delete where ${ofTenant}at < fromUnixTimestamp64Milli({before:Int64})`,
    { before: before.getTime(), ...(tenantId === null ? {} : { tenant: tenantId }) },
    AT_ONCE,
  );
}

/** Merges what came into as few parts as there are months: a year that lies in fifty parts takes twice as long to ask. */
export async function mergeParts(server: ClickHouse): Promise<void> {
  await server.run('optimize table reading_events final', {}, { optimize_skip_merged_partitions: '1' });
}

/** Statistics from the events in ClickHouse themselves: a million take about 200 ms of processor time. */
export function clickHouseReading(server: ClickHouse): ReadingStore {
  return {
    kind: 'clickhouse',
    async ofReader(_within, { readerId, tenantId, timeZone, from, to }) {
      const span = { tenant: tenantId, reader: readerId, from: from.getTime(), to: to.getTime() };
      const [rows, feeds] = await Promise.all([
        server.rows<ReadingSums & { day: string; hour: number; isOfHour: number }>(
          `select toString(toDate(at, {zone:String})) as day, toDayOfWeek(at, 0, {zone:String}) * 24 - 24 + toHour(at, {zone:String}) as hour,
             grouping(day) as isOfHour, ${SUMS}
           from (select at, kind, amount, seconds from reading_events final where ${OF_READER})
           group by grouping sets ((day), (hour)) ${BY_MONTH}`,
          { ...span, zone: timeZone },
        ),
        server.rows<FeedSums>(
          `select feed_id as feedId, ${SUMS}
           from (select feed_id, kind, amount, seconds from reading_events final where ${OF_READER} and feed_id > 0)
           group by feedId ${BY_MONTH}`,
          span,
        ),
      ]);
      const [days, hours] = [rows.filter(({ isOfHour }) => !isOfHour), rows.filter(({ isOfHour }) => isOfHour)];
      return { days, hours, feeds };
    },
    byWeek: (_within, tenantId, from, to) => weeks(server, tenantId, from, to),
  };
}

/** Whole weeks, as in Postgres. */
async function weeks(server: ClickHouse, tenantId: string, from: Date, to: Date): Promise<WeekSums[]> {
  const rows = await server.rows<WeekSums & { readers: number }>(
    `select toString(toMonday(at, 'UTC')) as week, uniqExact(reader_id) as readers, ${SUMS}
     from (select at, reader_id, kind, amount, seconds from reading_events final
       where tenant_id = {tenant:UUID} and toMonday(at, 'UTC') >= toMonday(fromUnixTimestamp64Milli({from:Int64}), 'UTC')
         and toMonday(at, 'UTC') <= toMonday(fromUnixTimestamp64Milli({to:Int64}), 'UTC'))
     group by week order by week`,
    { tenant: tenantId, from: from.getTime(), to: to.getTime() },
  );
  return rows.map((row) => (row.readers >= READERS_MINIMUM ? row : hidden(row.week)));
}

function hidden(week: string): WeekSums {
  const sums = { opened: null, read: null, cleared: null, starred: null, shared: null, searches: null };
  return { week, readers: null, ...sums, spentSeconds: null, savedSeconds: null };
}
