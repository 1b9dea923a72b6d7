import { Problem } from '@alt/contracts';

const TIMEOUT_MS = 30_000;
const QUOTED_MAXIMUM = 300;

/** One ClickHouse, over HTTP. */
export interface ClickHouse {
  /** Rows of a query whose parameters are given apart from it: `{name:Type}`. */
  rows<Row>(query: string, parameters?: Record<string, string | number>): Promise<Row[]>;
  run(query: string, parameters?: Record<string, string | number>, settings?: Record<string, string>): Promise<void>;
  /** Inserts rows; durable when it resolves. */
  insert(table: string, rows: readonly object[]): Promise<void>;
}

/** `url` may carry the account and, as its path, the database. Everything throws a Problem `unavailable` where it fails. */
export function createClickHouse(url: string, account: { user?: string; password?: string } = {}): ClickHouse {
  const address = new URL(url);
  const user = account.user ?? decodeURIComponent(address.username || 'default');
  const password = account.password ?? decodeURIComponent(address.password);
  const database = address.pathname.replace(/^\/|\/$/g, '') || 'alt';

  const ask = async (settings: Record<string, string>, body: string): Promise<string> => {
    const query = new URLSearchParams({ database, output_format_json_quote_64bit_integers: '0', ...settings });
    try {
      const response = await fetch(`${address.origin}/?${query}`, {
        method: 'POST',
        headers: { 'x-clickhouse-user': user, 'x-clickhouse-key': password },
        body,
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(text.slice(0, QUOTED_MAXIMUM));
      return text;
    } catch (error) {
      throw new Problem('unavailable', 'The store of statistics does not answer. Try again in a while.', {
        cause: error,
      });
    }
  };
  const named = (parameters: Record<string, string | number>) =>
    Object.fromEntries(Object.entries(parameters).map(([name, value]) => [`param_${name}`, String(value)]));

  return {
    async rows(query, parameters = {}) {
      const text = await ask(named(parameters), `${query} format JSONEachRow`);
      return text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line));
    },
    async run(query, parameters = {}, settings = {}) {
      await ask({ ...named(parameters), ...settings }, query);
    },
    async insert(table, rows) {
      const lines = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
      await ask({ date_time_input_format: 'best_effort' }, `insert into ${table} format JSONEachRow\n${lines}`);
    },
  };
}
