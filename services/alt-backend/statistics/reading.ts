import type { BodyOf, QueryOf, ReadingStatistics, readReadingStatistics, reportReading } from '@alt/contracts';
import type { Queryable } from '@alt/database';
import { allFolders } from '../store/folders.ts';
import { readSettings, readStats } from '../store/readers.ts';
import type { DaySums, FeedSums, HourSums, ReadingSpan, ReadingStore, Within } from './reading-store.ts';
import { type ReadingEvent, recordReading } from './recording.ts';
import { checkSpan } from './span.ts';
import * as store from './store.ts';
import { addSums, noSums, sumsOf } from './sums.ts';

/** About 240 words of English, or 500 Japanese characters, a minute: silent reading of prose by adults. */
export const CHARACTERS_PER_MINUTE = { alphabetic: 1_400, cjk: 500 };

/** Writes down what a client reports of entries that are the reader's; answers how many events. */
export async function reportEntries(
  tx: Queryable,
  readerId: number,
  { events }: BodyOf<typeof reportReading>,
): Promise<number> {
  const ids = [...new Set(events.map(({ entryId }) => Number(entryId)))];
  const entries = new Map((await store.reportedEntries(tx, readerId, ids)).map((entry) => [entry.id, entry]));
  const recorded = events.flatMap(({ entryId, opened, seconds, summaryShown, at }): ReadingEvent[] => {
    const entry = entries.get(Number(entryId));
    if (!entry) return [];
    const common = { feedId: entry.feedId, ...(at === undefined ? {} : { at }) };
    return [
      ...(opened ? [{ ...common, kind: 'opened' as const }] : []),
      ...(seconds > 0 ? [{ ...common, kind: 'spent' as const, seconds }] : []),
      ...(summaryShown ? [{ ...common, kind: 'summary' as const, seconds: savedSeconds(entry, seconds) }] : []),
    ];
  });
  return recordReading(tx, recorded);
}

/** What the text would have taken to read, less what was spent on it; at least nothing. */
function savedSeconds({ characters, isCjk }: store.ReportedEntry, spentSeconds: number): number {
  const perMinute = isCjk ? CHARACTERS_PER_MINUTE.cjk : CHARACTERS_PER_MINUTE.alphabetic;
  return Math.max(0, Math.round((characters / perMinute) * 60) - spentSeconds);
}

export interface ReadingTools {
  reading: ReadingStore;
  keepDays: number;
  isInstanceOff: boolean;
}

/** A reader's own statistics. */
export async function readingStatistics(
  within: Within,
  tenantId: string,
  query: QueryOf<typeof readReadingStatistics>,
  { reading, keepDays, isInstanceOff }: ReadingTools,
): Promise<Omit<ReadingStatistics, 'isComplete'>> {
  const { readerId, timeZone } = await within(async (tx, id) => ({
    readerId: id,
    timeZone: query.zone ?? (await readSettings(tx, id)).timeZone,
  }));
  const { from, to } = checkSpan(query, timeZone);
  const span: ReadingSpan = { readerId, tenantId, timeZone, ...momentsOf(from, to, timeZone) };
  const sums = await reading.ofReader(within, span);
  const { followed, folders, switches, now, names } = await within((tx) =>
    presentOf(tx, span, { from, to }, sums.feeds),
  );
  const feeds = feedsOf(sums.feeds, followed, names);
  const days = sums.days.map((row) => ({ date: row.day, ...sumsOf(row) })).sort((a, b) => (a.date < b.date ? -1 : 1));
  return {
    ...{ from, to, timeZone, store: reading.kind },
    ...standing(switches, isInstanceOff),
    keptDays: Math.min(keepDays, switches.tenantDays ?? keepDays),
    totals: totalOf(sums.days),
    days,
    week: weekOf(sums.hours),
    feeds,
    folders: foldersOf(feeds, folders),
    streaks: streaksOf(
      days.filter(({ opened, read }) => opened + read > 0).map(({ date }) => date),
      to,
    ),
    neverOpened: neverOpened(feeds, followed, span.from),
    unreadNow: now.unread,
    entriesNow: now.entries,
    charactersPerMinute: CHARACTERS_PER_MINUTE,
  };
}

/** What the reader follows and has now, and the names of feeds that they read and left. */
async function presentOf(
  tx: Queryable,
  { readerId }: ReadingSpan,
  { from, to }: { from: string; to: string },
  sums: readonly FeedSums[],
) {
  const [followed, folders, switches, now] = await Promise.all([
    store.followedFeeds(tx, readerId, from, to),
    allFolders(tx, readerId),
    store.statisticsSwitches(tx, readerId),
    readStats(tx, readerId),
  ]);
  const present = new Set(followed.map(({ feedId }) => feedId));
  const gone = sums.map(({ feedId }) => feedId).filter((id) => !present.has(id));
  const names = new Map((await store.feedNames(tx, gone)).map(({ id, title }) => [id, title]));
  return { followed, folders, switches, now, names };
}

/** The first moment of the first day, and that after the last. */
function momentsOf(from: string, to: string, timeZone: string): { from: Date; to: Date } {
  const begin = (date: Temporal.PlainDate) => new Date(date.toZonedDateTime(timeZone).epochMilliseconds);
  return { from: begin(Temporal.PlainDate.from(from)), to: begin(Temporal.PlainDate.from(to).add({ days: 1 })) };
}

function standing({ isReaderOff, isTenantOff }: store.Switches, isInstanceOff: boolean) {
  const offBecause = isInstanceOff ? 'instance' : isTenantOff ? 'tenant' : isReaderOff ? 'reader' : null;
  return { isOn: offBecause === null, offBecause } as const;
}

function totalOf(days: DaySums[]) {
  const totals = noSums();
  for (const row of days) addSums(totals, row);
  return totals;
}

function weekOf(hours: HourSums[]): ReadingStatistics['week'] {
  const empty = () => Array.from({ length: 7 }, () => Array<number>(24).fill(0));
  const week = { opened: empty(), read: empty() };
  for (const { hour, opened, read } of hours) {
    const weekday = Math.floor(hour / 24);
    for (const [row, sum] of [
      [week.opened[weekday], opened],
      [week.read[weekday], read],
    ] as const) {
      if (row) row[hour % 24] = sum;
    }
  }
  return week;
}

/** Everything that is followed, and what was read of feeds that are not any more. */
function feedsOf(
  sums: FeedSums[],
  followed: store.FollowedFeed[],
  names: Map<number, string>,
): ReadingStatistics['feeds'] {
  const byFeed = new Map(sums.map((row) => [row.feedId, row]));
  const present = followed.map((feed) => ({
    ...sumsOf(byFeed.get(feed.feedId) ?? noSums()),
    feedId: String(feed.feedId),
    subscriptionId: String(feed.subscriptionId),
    title: feed.title,
    folderIds: feed.folderIds.map(String),
    received: feed.received,
    unreadNow: feed.unread,
  }));
  const known = new Set(followed.map(({ feedId }) => feedId));
  const gone = sums
    .filter(({ feedId }) => !known.has(feedId))
    .map((row) => ({
      ...sumsOf(row),
      feedId: String(row.feedId),
      subscriptionId: null,
      title: names.get(row.feedId) ?? '',
      folderIds: [],
      received: 0,
      unreadNow: 0,
    }));
  return [...present, ...gone].sort(
    (a, b) => b.spentSeconds - a.spentSeconds || b.opened - a.opened || b.read - a.read,
  );
}

function foldersOf(feeds: ReadingStatistics['feeds'], folders: { id: number; name: string }[]) {
  return folders.map(({ id, name }) => {
    const sums = noSums();
    for (const feed of feeds) if (feed.folderIds.includes(String(id))) addSums(sums, feed);
    return { ...sums, folderId: String(id), name };
  });
}

/** Days in a row; today may still come, so a row that reaches yesterday goes on. */
function streaksOf(dates: string[], today: string): ReadingStatistics['streaks'] {
  let longest = 0;
  let length = 0;
  let last: Temporal.PlainDate | null = null;
  for (const date of dates.map((text) => Temporal.PlainDate.from(text))) {
    length = last?.add({ days: 1 }).equals(date) ? length + 1 : 1;
    longest = Math.max(longest, length);
    last = date;
  }
  const isGoing = last !== null && last.until(today).days <= 1;
  return { activeDays: dates.length, longest, current: isGoing ? length : 0 };
}

/** Who follows a feed for less than the span has had no time to open it. */
function neverOpened(feeds: ReadingStatistics['feeds'], followed: store.FollowedFeed[], from: Date): string[] {
  const opened = new Map(feeds.map(({ feedId, opened: count }) => [feedId, count]));
  return followed
    .filter(({ feedId, createdAt }) => createdAt <= from && (opened.get(String(feedId)) ?? 0) === 0)
    .map(({ subscriptionId }) => String(subscriptionId));
}
