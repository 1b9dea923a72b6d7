import type { PlatformStatistics, TenantStatistics } from '@alt/contracts';
import { bucketBounds } from '@alt/pipeline';
import { READERS_MINIMUM, type ReadingStore, type WeekSums, type Within } from './reading-store.ts';
import * as store from './store.ts';
import type { WorkRow, WorkStore } from './work-store.ts';

export interface Prices {
  perMillionIn: number | null;
  perMillionOut: number | null;
  currency: string;
}

type Span = { from: string; to: string };

/** What the owner of a tenant sees: sums, and of its feeds those that are no single reader's. */
export async function tenantStatistics(
  within: Within,
  reading: ReadingStore,
  tenantId: string,
  { from, to }: Span,
): Promise<Omit<TenantStatistics, 'isComplete'>> {
  const weeks = await reading.byWeek(within, tenantId, new Date(`${from}T00:00:00Z`), new Date(`${to}T00:00:00Z`));
  const [{ troubles, sizes }, growth] = await within((tx) =>
    Promise.all([store.overview(tx, false, from, to), store.growth(tx, false, from, to)]),
  );
  return {
    ...{ from, to, growth },
    sizes: sizesOf(sizes),
    troubles: troubles.map(present),
    reading: weeks.map(presentWeek),
    readersMinimum: READERS_MINIMUM,
  };
}

/** What the owner of the instance sees: how the platform does, and nobody's reading. */
export async function platformStatistics(
  within: Within,
  kept: WorkStore,
  { from, to }: Span,
  prices: Prices,
): Promise<Omit<PlatformStatistics, 'isComplete'>> {
  const { work, growth } = await kept.between(within, from, to);
  const { troubles, sizes } = await within((tx) => store.overview(tx, true, from, to));
  const of = (kind: WorkRow['kind']) => work.filter((row) => row.kind === kind);
  return {
    ...{ from, to, growth, prices },
    sizes: { ...sizesOf(sizes), tenants: sizes.tenants ?? 0, articles: sizes.articles ?? 0, bytes: sizes.bytes ?? 0 },
    troubles: troubles.map(present),
    stages: groupsOf(of('stage'), ({ name }) => name).map(([stage, rows]) => ({
      stage,
      ...workSums(rows),
      days: groupsOf(rows, ({ date }) => date).map(([date, ofDay]) => ({ date, ...workSums(ofDay) })),
    })),
    models: groupsOf(of('model'), ({ name, variant }) => JSON.stringify([name, variant])).map(([, rows]) =>
      modelUse(rows, prices),
    ),
    searches: workSums(of('search')),
  };
}

function sizesOf({ feeds, failing, readers, modelRequestsThisMonth }: TenantStatistics['sizes']) {
  return { feeds, failing, readers, modelRequestsThisMonth };
}

function present({
  id,
  failingSince,
  lastChangedAt,
  ...feed
}: store.FeedBehaviour): TenantStatistics['troubles'][number] {
  return {
    ...feed,
    feedId: String(id),
    failingSince: failingSince?.toISOString() ?? null,
    lastChangedAt: lastChangedAt?.toISOString() ?? null,
  };
}

function presentWeek({ week, readers, ...sums }: WeekSums): TenantStatistics['reading'][number] {
  const { opened, read, cleared, starred, shared, searches, spentSeconds, savedSeconds } = sums;
  const number = (value: number | null) => value ?? 0;
  return {
    ...{ week, readers },
    sums:
      readers === null
        ? null
        : {
            ...{ opened: number(opened), read: number(read), cleared: number(cleared), starred: number(starred) },
            ...{ shared: number(shared), searches: number(searches) },
            ...{ spentSeconds: number(spentSeconds), savedSeconds: number(savedSeconds) },
          },
  };
}

function groupsOf<Row>(rows: Row[], keyOf: (row: Row) => string): [string, Row[]][] {
  return [...Map.groupBy(rows, keyOf)];
}

function workSums(rows: WorkRow[]) {
  const buckets = rows.reduce<number[]>((sum, row) => row.buckets.map((count, at) => count + (sum[at] ?? 0)), []);
  const total = (of: 'done' | 'failed') => rows.reduce((sum, row) => sum + row[of], 0);
  return {
    done: total('done'),
    failed: total('failed'),
    p50Ms: percentile(buckets, 0.5),
    p95Ms: percentile(buckets, 0.95),
  };
}

/** The upper bound of the bucket in which a share of all lies; null where there are none. */
function percentile(buckets: number[], share: number): number | null {
  const count = buckets.reduce((sum, one) => sum + one, 0);
  if (count === 0) return null;
  let seen = 0;
  const at = buckets.findIndex((one) => {
    seen += one;
    return seen >= count * share;
  });
  return bucketBounds[at] ?? bucketBounds.at(-1) ?? null;
}

function modelUse(rows: WorkRow[], prices: Prices): PlatformStatistics['models'][number] {
  const tokensIn = rows.reduce((sum, row) => sum + row.tokensIn, 0);
  const tokensOut = rows.reduce((sum, row) => sum + row.tokensOut, 0);
  const { perMillionIn, perMillionOut } = prices;
  const isPriced = perMillionIn !== null || perMillionOut !== null;
  const cost = (tokensIn * (perMillionIn ?? 0) + tokensOut * (perMillionOut ?? 0)) / 1e6;
  return {
    ...workSums(rows),
    kind: rows[0]?.name ?? '',
    model: rows[0]?.variant ?? '',
    ...{ tokensIn, tokensOut },
    cost: isPriced ? cost : null,
  };
}
