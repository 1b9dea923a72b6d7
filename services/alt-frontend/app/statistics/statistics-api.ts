import type { PlatformStatistics, ReadingStatistics, TenantStatistics } from '@alt/contracts';
import { useMemo } from 'react';
import type { Client } from '../api/client.ts';
import { useConnection } from '../data/api-context.ts';

export type { PlatformStatistics, ReadingStatistics, TenantStatistics };

export const spans = ['month', 'quarter', 'year'] as const;
export type Span = (typeof spans)[number];
const spanDays: Record<Span, number> = { month: 30, quarter: 91, year: 365 };

function createStatisticsApi({ call }: Pick<Client, 'call'>) {
  return {
    own: (span: Span, zone: string) =>
      call<ReadingStatistics>('GET', '/v1/stats/reading', { query: { from: firstDay(span, zone), zone } }),
    forgetOwn: () => call<void>('DELETE', '/v1/stats/reading'),
    team: (span: Span) => call<TenantStatistics>('GET', '/v1/stats/tenant', { query: { from: firstDay(span, 'UTC') } }),
    forgetTeam: () => call<void>('DELETE', '/v1/stats/tenant'),
    platform: (span: Span) =>
      call<PlatformStatistics>('GET', '/v1/stats/platform', { query: { from: firstDay(span, 'UTC') } }),
  };
}

/** The calls of the statistics. */
export function useStatisticsApi() {
  const { client } = useConnection();
  return useMemo(() => createStatisticsApi(client), [client]);
}

function firstDay(span: Span, timeZone: string): string {
  const today = new Intl.DateTimeFormat('en-CA', { timeZone }).format(new Date());
  return new Date(Date.parse(today) - (spanDays[span] - 1) * 86_400_000).toISOString().slice(0, 10);
}
