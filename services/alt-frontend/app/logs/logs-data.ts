import type { LogHistogram, LogLevel, LogLine } from '@alt/contracts';
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { Page } from '../api/api.ts';
import type { Client, Query } from '../api/client.ts';

/** What the page is narrowed to. */
export interface LogWish {
  words: string;
  service: string;
  level: LogLevel;
  hours: number;
}

const STALE_MS = 5_000;
/** At most: a minute each for an hour, half an hour each for a day, three hours each for a week. */
const PARTS = 72;
/** As many lines are kept on the page while it follows. */
const LIVE_MAXIMUM = 1_000;
const RETRY_MS = 3_000;

const queryOf = ({ words, service, level }: LogWish): Query => ({
  ...(words && { q: words }),
  ...(service && { service }),
  ...(level !== 'debug' && { level }),
});

/** The same moment for as long as the wish is: pages of one list must begin at one time. */
const sinceOf = ({ hours }: LogWish) => new Date(Date.now() - hours * 3_600_000).toISOString();

export const linesQuery = (client: Client, wish: LogWish) =>
  infiniteQueryOptions({
    queryKey: ['logs', 'lines', wish],
    queryFn: ({ pageParam, signal }) =>
      client.call<Page<LogLine>>('GET', '/v1/instance/logs', {
        query: { ...queryOf(wish), from: sinceOf(wish), limit: 100, cursor: pageParam },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
    staleTime: STALE_MS,
  });

/** Whether there is any line at all, whatever is wished for. */
export const anyLineQuery = (client: Client) =>
  queryOptions({
    queryKey: ['logs', 'any'],
    queryFn: async ({ signal }) => {
      const { items } = await client.call<Page<LogLine>>('GET', '/v1/instance/logs', { query: { limit: 1 }, signal });
      return items.length > 0;
    },
    staleTime: STALE_MS,
  });

export const histogramQuery = (client: Client, wish: LogWish) =>
  queryOptions({
    queryKey: ['logs', 'histogram', wish],
    queryFn: ({ signal }) =>
      client.call<LogHistogram>('GET', '/v1/instance/logs/histogram', {
        query: { ...queryOf(wish), from: sinceOf(wish), buckets: PARTS },
        signal,
      }),
    placeholderData: keepPreviousData,
    staleTime: STALE_MS,
  });

/** Lines as they come, the newest first, while `isOn`; begins anew with another wish. A stream that breaks is opened again. */
export function useLiveLines(client: Client, wish: LogWish, isOn: boolean): LogLine[] {
  const [lines, setLines] = useState<LogLine[]>([]);
  const key = JSON.stringify(queryOf(wish));
  useEffect(() => {
    setLines([]);
    if (!isOn) return;
    const stopping = new AbortController();
    void follow(client, JSON.parse(key) as Query, stopping.signal, (line) =>
      setLines((present) =>
        present.some(({ id }) => id === line.id) ? present : [line, ...present].slice(0, LIVE_MAXIMUM),
      ),
    );
    return () => stopping.abort();
  }, [client, key, isOn]);
  return lines;
}

async function follow(
  client: Client,
  query: Query,
  signal: AbortSignal,
  onLine: (line: LogLine) => void,
): Promise<void> {
  while (!signal.aborted) {
    try {
      for await (const { name, data } of client.stream('GET', '/v1/instance/logs/follow', { query, signal })) {
        if (name === 'line') onLine(data as LogLine);
      }
    } catch {
      // The list above says what is wrong, if it stays wrong.
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}
