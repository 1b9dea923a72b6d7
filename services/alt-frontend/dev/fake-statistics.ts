import * as contracts from '@alt/contracts';
import type { FakeHandler } from './fake-api.ts';
import type { FakeState } from './fake-state.ts';

/** Statistics, made up: the same in every run, of as many days as are asked for. */
export const statisticsHandlers: FakeHandler[] = [
  [
    contracts.reportReading,
    ({ state, body }) => {
      if (state.settings.statistics) state.reported.push(...body.events);
      return { recorded: state.settings.statistics ? body.events.length : 0 };
    },
  ],
  [contracts.readReadingStatistics, ({ state, query }) => reading(state, query)],
  [
    contracts.deleteReadingStatistics,
    ({ state }) => {
      state.hasStatistics = false;
      state.reported = [];
    },
  ],
  [contracts.readTenantStatistics, ({ query }) => tenant(query.from, query.to ?? today())],
  [contracts.deleteTenantStatistics, () => undefined],
  [contracts.readPlatformStatistics, ({ query }) => platform(query.from, query.to ?? today())],
];

const today = () => new Date().toISOString().slice(0, 10);
const noSums = Object.fromEntries(
  Object.keys(contracts.readingSums.shape).map((name) => [name, 0]),
) as contracts.ReadingSums;

function datesOf(from: string, to: string): string[] {
  const dates: string[] = [];
  for (let at = Date.parse(from); at <= Date.parse(to); at += 86_400_000)
    dates.push(new Date(at).toISOString().slice(0, 10));
  return dates;
}

/** A wave with a dent on every sixth day. */
const wave = (index: number, height: number) =>
  index % 6 === 3 ? 0 : Math.round(height * (0.6 + 0.4 * Math.sin(index / 3)));

function reading(state: FakeState, query: { from?: string; to?: string; zone?: string }): contracts.ReadingStatistics {
  const to = query.to ?? today();
  const from = query.from ?? to;
  const dates = state.hasStatistics ? datesOf(from, to) : [];
  const days = dates.flatMap((date, index) => {
    const opened = wave(index, 14);
    const sums = {
      opened,
      read: opened + 6,
      spentSeconds: opened * 95,
      savedSeconds: opened * 40,
      summaries: opened,
      cleared: 9,
    };
    return opened === 0 ? [] : [{ ...noSums, ...sums, date }];
  });
  const total = (name: keyof contracts.ReadingSums) => days.reduce((sum, day) => sum + day[name], 0);
  const totals = Object.fromEntries(
    Object.keys(noSums).map((name) => [name, total(name as keyof contracts.ReadingSums)]),
  );
  const week = Array.from({ length: 7 }, (_row, day) =>
    Array.from({ length: 24 }, (_cell, hour) =>
      hour < 6 || !state.hasStatistics ? 0 : wave(hour + day * 5, day > 4 ? 4 : 9),
    ),
  );
  const feeds = state.subscriptions.map(({ id, feed, title, folderIds, unreadCount }, index) => {
    const opened = index > 3 && index % 3 === 0 ? 0 : Math.max(0, 60 - index * 7);
    const sums = state.hasStatistics ? { opened, read: opened, spentSeconds: opened * 90 } : {};
    return {
      ...noSums,
      ...sums,
      feedId: feed.id,
      subscriptionId: id,
      title,
      folderIds,
      received: 40 + index,
      unreadNow: unreadCount,
    };
  });
  return {
    ...{ from, to, timeZone: query.zone ?? 'UTC', days, feeds, keptDays: 400, store: 'postgres', isComplete: true },
    isOn: state.settings.statistics,
    offBecause: state.settings.statistics ? null : 'reader',
    totals: totals as contracts.ReadingSums,
    week: { opened: week, read: week },
    folders: state.folders.map(({ id, name }) => ({
      ...noSums,
      folderId: id,
      name,
      opened: feeds.filter(({ folderIds }) => folderIds.includes(id)).reduce((sum, { opened }) => sum + opened, 0),
      spentSeconds: feeds
        .filter(({ folderIds }) => folderIds.includes(id))
        .reduce((sum, one) => sum + one.spentSeconds, 0),
    })),
    streaks: { activeDays: days.length, longest: 5, current: 3 },
    neverOpened: feeds.filter(({ opened }) => opened === 0).map(({ subscriptionId }) => subscriptionId),
    unreadNow: 231,
    entriesNow: 1_204,
    charactersPerMinute: { alphabetic: 1_400, cjk: 500 },
  };
}

const troubles: contracts.TenantStatistics['troubles'] = (['failing', 'slow', 'noisy', 'silent'] as const).map(
  (trouble, index) => ({
    feedId: String(index + 1),
    title: ['The Harbour Log', 'Kettle & Quill', 'Every Commit', 'Notes from the Ridge'][index] ?? '',
    url: `https://feed-${index}.example/`,
    trouble,
    errorCode: trouble === 'failing' ? 'timeout' : null,
    failingSince: null,
    lastChangedAt: null,
    polls: 300 + index,
    failed: trouble === 'failing' ? 290 : 2,
    articles: trouble === 'noisy' ? 4_200 : 20,
    bytes: 1_000_000,
    meanMilliseconds: trouble === 'slow' ? 7_200 : 240,
  }),
);

const growthOf = (from: string, to: string) =>
  datesOf(from, to).map((date, index) => ({
    date,
    articles: 200 + wave(index, 300),
    bytes: 4e6 + wave(index, 4e6),
    polls: 4_800,
    failed: 31,
  }));

function tenant(from: string, to: string): contracts.TenantStatistics {
  const sums = {
    opened: 420,
    read: 800,
    cleared: 90,
    starred: 21,
    shared: 4,
    searches: 60,
    spentSeconds: 40_000,
    savedSeconds: 9_000,
  };
  return {
    ...{ from, to, troubles, growth: growthOf(from, to), readersMinimum: 5, isComplete: true },
    sizes: { feeds: 84, failing: 3, readers: 9, modelRequestsThisMonth: 512 },
    reading: [
      { week: '2026-11-02', readers: 7, sums },
      { week: '2026-11-09', readers: null, sums: null },
    ],
  };
}

function platform(from: string, to: string): contracts.PlatformStatistics {
  const work = { done: 12_000, failed: 14, p50Ms: 50, p95Ms: 500 };
  const names = ['extract', 'cluster', 'summarise', 'tag', 'index'];
  return {
    ...{ from, to, troubles, growth: growthOf(from, to), isComplete: true },
    sizes: {
      feeds: 812,
      failing: 12,
      readers: 34,
      modelRequestsThisMonth: 4_120,
      tenants: 9,
      articles: 401_000,
      bytes: 5.2e9,
    },
    stages: names.map((stage, index) => ({
      stage,
      ...work,
      p95Ms: 100 * 2 ** index,
      days: datesOf(from, to).map((date, day) => ({ date, ...work, p95Ms: 100 * 2 ** index + wave(day, 300) })),
    })),
    models: [{ ...work, kind: 'chat', model: 'gemma3:4b', tokensIn: 8_400_000, tokensOut: 910_000, cost: 24.08 }],
    prices: { perMillionIn: 2, perMillionOut: 8, currency: 'USD' },
    searches: { ...work, failed: 320, p95Ms: 50 },
  };
}
