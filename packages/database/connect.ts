import { Client, type ClientConfig, DatabaseError, TypeOverrides } from 'pg';
import type { Connection } from './embedded.ts';
import { DatabaseUnavailableError } from './errors.ts';

/** A connection, as whom it shows in `pg_stat_activity`, and its limits. */
export type ConnectOptions = Connection & {
  applicationName: string;
  /** Default 30 s; 0 for none. */
  statementTimeoutMs?: number;
  /** In place of `password`, where that may change while the process runs. */
  login?: Login;
};

/** The password of a role: the one that the server took last, and where the next one is to be found. */
export interface Login {
  password(): string;
  /** Looks for another one, after the server refused this one. */
  renew(): void;
}

/**
 * A password that is read again when the server refuses it, and not before: where it is kept it changes some time before the
 * server is told, and until then the old one counts.
 */
export function renewableLogin(read: () => string): Login {
  let known = read();
  return {
    password: () => known,
    renew() {
      known = read();
    },
  };
}

const DEFAULT_STATEMENT_TIMEOUT_MS = 30_000;
const CONNECT_TIMEOUT_MS = 10_000;
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 60_000;

/** The configuration that pg's Client and Pool understand. */
export function clientConfig(options: ConnectOptions): ClientConfig {
  const timeoutMs = options.statementTimeoutMs ?? DEFAULT_STATEMENT_TIMEOUT_MS;
  return {
    host: options.host,
    port: options.port,
    user: options.user,
    password: options.login?.password ?? options.password,
    database: options.database,
    ssl: options.ssl,
    application_name: options.applicationName,
    statement_timeout: timeoutMs === 0 ? undefined : timeoutMs,
    idle_in_transaction_session_timeout: timeoutMs === 0 ? undefined : IDLE_IN_TRANSACTION_TIMEOUT_MS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    types: rowTypes(),
  };
}

const INVALID_PASSWORD = '28P01';

/** Connects; once more where the server refuses a password that may have been changed. */
export async function signIn<Connected>(
  { login }: Pick<ConnectOptions, 'login'>,
  connect: () => Promise<Connected>,
): Promise<Connected> {
  try {
    return await connect();
  } catch (error) {
    if (!login || sqlState(error) !== INVALID_PASSWORD) throw error;
    login.renew();
    return connect();
  }
}

/** One connection of its own. Its errors between queries are reported by the next query. */
export function openClient(options: ConnectOptions): Promise<Client> {
  return signIn(options, () => connectClient(options));
}

async function connectClient(options: ConnectOptions): Promise<Client> {
  const client = new Client(clientConfig(options));
  client.on('error', () => {});
  try {
    await client.connect();
  } catch (error) {
    await client.end().catch(() => {});
    throw asDatabaseError(error);
  }
  return client;
}

/** Turns the many faces of "not reachable" into `DatabaseUnavailableError`; leaves every other error as it is. */
export function asDatabaseError(error: unknown): unknown {
  return isUnavailable(error) ? new DatabaseUnavailableError(error) : error;
}

/** The SQLSTATE of an error from the server, or null. */
export function sqlState(error: unknown): string | null {
  return error instanceof DatabaseError ? (error.code ?? null) : null;
}

/** https://www.postgresql.org/docs/18/errcodes-appendix.html */
function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const state = sqlState(error);
  if (state !== null) return state.startsWith('08') || ['57P01', '57P02', '57P03', '57P05', '53300'].includes(state);
  if ('syscall' in error || error instanceof AggregateError) return true;
  return /^(Connection terminated|Client has encountered a connection error|Client was closed|timeout (expired|exceeded)|Cannot use a pool)/.test(
    error.message,
  );
}

/** int8 fits a number because our ids stay below 2^53; a date has no time zone, so it stays text. */
function rowTypes(): TypeOverrides {
  const INT8 = 20;
  const INT8_ARRAY = 1016;
  const DATE = 1082;
  const types = new TypeOverrides();
  types.setTypeParser(INT8, Number);
  types.setTypeParser(INT8_ARRAY, parseIntegers);
  types.setTypeParser(DATE, (text: string) => text);
  return types;
}

function parseIntegers(text: string): (number | null)[] {
  if (text === '{}') return [];
  return text
    .slice(1, -1)
    .split(',')
    .map((item) => (item === 'NULL' ? null : Number(item)));
}
