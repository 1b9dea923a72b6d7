import type { ClickHouse } from './clickhouse-client.ts';
import type { GrowthRow, WorkRow, WorkStore } from './work-store.ts';

/** An event as it lies in `work_inbox`: what a process did of one kind in a minute, or what its polls of a feed did. */
export interface WorkEvent {
  id: number;
  at: Date;
  kind: 'stage' | 'model' | 'search' | 'poll';
  name: string;
  variant: string;
  feedId: number | null;
  done: number;
  failed: number;
  milliseconds: number;
  buckets: number[];
  tokensIn: number;
  tokensOut: number;
  unchanged: number;
  articles: number;
  bytes: number;
}

/** What comes twice is one event, as with events of reading. */
const TABLE = `create table if not exists work_events (
    id UInt64, at DateTime64(3, 'UTC'), kind LowCardinality(String), name LowCardinality(String), variant LowCardinality(String),
    feed_id UInt32, done Int64, failed Int64, milliseconds Int64, buckets Array(Int64), tokens_in Int64, tokens_out Int64,
    unchanged Int64, articles Int64, bytes Int64
  ) engine = ReplacingMergeTree partition by toYYYYMM(at) order by (kind, at, id)`;

const IN_SPAN = `at >= toDateTime64({from:String}, 3, 'UTC') and at < toDateTime64({to:String}, 3, 'UTC') + interval 1 day`;
/** A key lies in one month, so each month is made unique by itself. Sums are named like what they are of. */
const SETTINGS = 'settings do_not_merge_across_partitions_select_final = 1, prefer_column_name_to_alias = 1';

export async function prepareWork(server: ClickHouse): Promise<void> {
  await server.run(TABLE);
}

export async function insertWork(server: ClickHouse, events: readonly WorkEvent[]): Promise<void> {
  await server.insert(
    'work_events',
    events.map(({ at, feedId, tokensIn, tokensOut, ...event }) => ({
      ...event,
      at: at.toISOString(),
      feed_id: feedId ?? 0,
      tokens_in: tokensIn,
      tokens_out: tokensOut,
    })),
  );
}

/** Merges what came into few parts, for each of them is made unique when it is asked for. */
export async function mergeWork(server: ClickHouse): Promise<void> {
  await server.run('optimize table work_events final', {}, { optimize_skip_merged_partitions: '1' });
}

/** Forgets what is older than a moment; gone when it resolves. */
export async function forgetWorkBefore(server: ClickHouse, before: Date): Promise<void> {
  await server.run(
    'alter table work_events delete where at < fromUnixTimestamp64Milli({before:Int64})',
    { before: before.getTime() },
    { mutations_sync: '2' },
  );
}

/** From the events themselves. */
export function clickHouseWork(server: ClickHouse): WorkStore {
  return {
    isMovedTo: true,
    async between(_within, from, to) {
      const [work, growth] = await Promise.all([
        server.rows<WorkRow>(
          `select kind, name, variant, toString(toDate(at, 'UTC')) as date, sum(done) as done, sum(failed) as failed,
             sumForEach(buckets) as buckets, sum(tokens_in) as tokensIn, sum(tokens_out) as tokensOut
           from (select * from work_events final where kind in ('stage', 'model', 'search') and ${IN_SPAN})
           group by kind, name, variant, date order by kind, name, variant, date ${SETTINGS}`,
          { from, to },
        ),
        server.rows<GrowthRow>(
          `select toString(toDate(at, 'UTC')) as date, sum(articles) as articles, sum(bytes) as bytes,
             sum(done) + sum(failed) as polls, sum(failed) as failed
           from (select * from work_events final where kind = 'poll' and ${IN_SPAN})
           group by date order by date ${SETTINGS}`,
          { from, to },
        ),
      ]);
      return { work, growth };
    },
  };
}
