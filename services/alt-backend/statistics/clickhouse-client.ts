import { type ClickHousePlace, openClickHouse } from '@alt/clickhouse';
import { Problem } from '@alt/contracts';

const TIMEOUT_MS = 30_000;

type Parameters = Record<string, string | number>;

/** One ClickHouse. Everything throws a Problem `unavailable` where it fails. */
export interface ClickHouse {
  /** Rows of a query whose parameters are given apart from it: `{name:Type}`. */
  rows<Row>(query: string, parameters?: Parameters): Promise<Row[]>;
  run(query: string, parameters?: Parameters, settings?: Record<string, string>): Promise<void>;
  /** Inserts rows; durable when it resolves. */
  insert(table: string, rows: readonly object[]): Promise<void>;
  /** Closes its connections. */
  close(): Promise<void>;
}

/** Loads the library, so this module is imported only where a ClickHouse is configured. */
export function createClickHouse(place: Omit<ClickHousePlace, 'timeoutMs'>): ClickHouse {
  const client = openClickHouse({ ...place, timeoutMs: TIMEOUT_MS });
  const ask = async <Answer>(request: (limits: { abort_signal: AbortSignal }) => Promise<Answer>): Promise<Answer> => {
    try {
      // The library's own limit begins anew with every byte that comes.
      return await request({ abort_signal: AbortSignal.timeout(TIMEOUT_MS) });
    } catch (cause) {
      throw new Problem('unavailable', 'The store of statistics does not answer. Try again in a while.', { cause });
    }
  };
  return {
    rows: <Row>(query: string, query_params: Parameters = {}) =>
      ask(async (limits) => {
        const settings = { output_format_json_quote_64bit_integers: 0 } as const;
        const asked = { query, query_params, format: 'JSONEachRow', clickhouse_settings: settings, ...limits } as const;
        return (await client.query(asked)).json<Row>();
      }),
    run: (query, query_params = {}, clickhouse_settings = {}) =>
      ask(async (limits) => {
        await client.command({ query, query_params, clickhouse_settings, ...limits });
      }),
    insert: (table, values) =>
      ask(async (limits) => {
        // A server that gathers inserts answers when it has written them.
        const settings = { date_time_input_format: 'best_effort', wait_for_async_insert: 1 } as const;
        await client.insert({ table, values, format: 'JSONEachRow', clickhouse_settings: settings, ...limits });
      }),
    close: () => client.close(),
  };
}
