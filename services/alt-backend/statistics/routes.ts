import {
  deleteReadingStatistics,
  deleteTenantStatistics,
  readPlatformStatistics,
  readReadingStatistics,
  readTenantStatistics,
  reportReading,
} from '@alt/contracts';
import { type Route, reply, route } from '@alt/service-kit';
import type { AsReader } from '../store/readers.ts';
import type { Moving } from './moving.ts';
import { type Prices, platformStatistics, tenantStatistics } from './owners.ts';
import { type ReadingTools, readingStatistics, reportEntries } from './reading.ts';
import type { Within } from './reading-store.ts';
import { checkSpan } from './span.ts';
import { eraseReading } from './store.ts';
import type { WorkStore } from './work-store.ts';

export interface StatisticsTools extends ReadingTools {
  asReader: AsReader;
  moving: Pick<Moving, 'untilMoved' | 'untilWorkMoved' | 'eraseNow'>;
  work: WorkStore;
  prices: Prices;
}

/** Statistics: of one's reading for oneself, in sums for who is responsible for a tenant or the instance. */
export function statisticsRoutes(tools: StatisticsTools): Route[] {
  const { asReader, moving, prices, reading, work, isInstanceOff } = tools;
  const erase = async (reader: Parameters<AsReader>[0], ofAll: boolean) => {
    await asReader(reader, (tx) => eraseReading(tx, ofAll), { retry: true });
    await moving.eraseNow();
    return reply(204, undefined);
  };
  const withinOf =
    (reader: Parameters<AsReader>[0]): Within =>
    (inside) =>
      asReader(reader, inside, { isReadOnly: true });
  return [
    route(reportReading, async ({ body, reader }) => {
      if (isInstanceOff) return { recorded: 0 };
      return { recorded: await asReader(reader, (tx, readerId) => reportEntries(tx, readerId, body)) };
    }),

    route(readReadingStatistics, async ({ query, reader }) => {
      const isComplete = await moving.untilMoved();
      return { ...(await readingStatistics(withinOf(reader), reader.tenantId, query, tools)), isComplete };
    }),

    route(deleteReadingStatistics, ({ reader }) => erase(reader, false)),

    route(readTenantStatistics, async ({ query, reader }) => {
      const isComplete = await moving.untilMoved();
      const span = checkSpan(query, 'UTC');
      return { ...(await tenantStatistics(withinOf(reader), reading, reader.tenantId, span)), isComplete };
    }),

    route(deleteTenantStatistics, ({ reader }) => erase(reader, true)),

    route(readPlatformStatistics, async ({ query, reader }) => {
      const isComplete = !work.isMovedTo || (await moving.untilWorkMoved());
      const span = checkSpan(query, 'UTC');
      return { ...(await platformStatistics(withinOf(reader), work, span, prices)), isComplete };
    }),
  ];
}
