import { statement } from '@alt/database';
import { createWorkRecord } from '@alt/pipeline';
import type { Host, Reader, Route } from '@alt/service-kit';
import type { PeerOf } from '@alt/topology';
import type { Config } from '../config.ts';
import type { Searched } from '../search/routes.ts';
import type { AsReader } from '../store/readers.ts';
import { clickHouseReading } from './clickhouse.ts';
import type { ClickHouse } from './clickhouse-client.ts';
import { clickHouseWork } from './clickhouse-work.ts';
import { startMoving } from './moving.ts';
import { postgresReading } from './postgres.ts';
import { postgresWork } from './postgres-work.ts';
import { recordReading, searchEvent } from './recording.ts';
import { statisticsRoutes } from './routes.ts';

export type StatisticsSettings = Pick<
  Config,
  | 'ALT_STATISTICS'
  | 'ALT_STATISTICS_DAYS'
  | 'CLICKHOUSE_URL'
  | 'CLICKHOUSE_USER'
  | 'CLICKHOUSE_PASSWORD'
  | 'ALT_LLM_PRICE_IN'
  | 'ALT_LLM_PRICE_OUT'
  | 'ALT_LLM_PRICE_CURRENCY'
>;

const callSwitch = statement('statistics_instance', 'select switch_instance_statistics($1)');

/** Statistics as they are configured: what goes on in the background, what is told to it, and its routes. */
export async function startStatistics(
  settings: StatisticsSettings,
  { database, log }: Pick<Host<PeerOf<'alt-backend'>>, 'database' | 'log'>,
) {
  const isInstanceOff = settings.ALT_STATISTICS === 'off';
  await database.run(callSwitch, [!isInstanceOff]);
  const keepDays = settings.ALT_STATISTICS_DAYS;
  const clickHouse = await connect(settings);
  const reading = clickHouse ? clickHouseReading(clickHouse) : postgresReading;
  const work = clickHouse ? clickHouseWork(clickHouse) : postgresWork;
  const moving = startMoving({ database, log, clickHouse, keepDays });
  const searches = createWorkRecord(database, 'search');
  const prices = {
    perMillionIn: settings.ALT_LLM_PRICE_IN ?? null,
    perMillionOut: settings.ALT_LLM_PRICE_OUT ?? null,
    currency: settings.ALT_LLM_PRICE_CURRENCY,
  };
  let asReader: AsReader | null = null;
  return {
    moving,
    routes(as: AsReader): Route[] {
      asReader = as;
      return statisticsRoutes({ asReader: as, moving, reading, work, keepDays, isInstanceOff, prices });
    },
    /** Written when the answer is on its way: a search waits for nothing. */
    onSearched(reader: Reader, { query, root, results, tookMs }: Searched): void {
      searches.add({ name: 'search', isDone: results > 0, milliseconds: tookMs });
      asReader?.(reader, (tx) => recordReading(tx, [searchEvent(query, root, results, tookMs)])).catch(
        (error: unknown) => log.debug({ error: String(error) }, 'a search is not in the statistics'),
      );
    },
    async stop() {
      await searches.stop();
      await moving.stop();
      await clickHouse?.close();
    },
  };
}

/** The library is loaded only where a ClickHouse is configured: it costs memory and time at the start. */
async function connect(settings: StatisticsSettings): Promise<ClickHouse | null> {
  const { CLICKHOUSE_URL: url, CLICKHOUSE_USER: user, CLICKHOUSE_PASSWORD: password } = settings;
  if (!url) return null;
  const { createClickHouse } = await import('./clickhouse-client.ts');
  return createClickHouse({ url, user, password });
}
