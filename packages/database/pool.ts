import { setTimeout as sleep } from 'node:timers/promises';
import type { Tracer } from '@alt/tracing';
import { type ClientBase, Pool, type PoolClient } from 'pg';
import { asDatabaseError, type ConnectOptions, clientConfig, signIn, sqlState } from './connect.ts';
import { withCopySession } from './copy.ts';
import type { CopySession, Database, Queryable, Reader, TransactionOptions } from './database.ts';
import { giveWay } from './giving-way.ts';
import { createListener } from './listener.ts';
import { clientQueryable } from './queryable.ts';

export type DatabaseOptions = ConnectOptions & {
  /** Default 10. */
  maxConnections?: number;
  /** Unused connections close after this; default 10 s. */
  idleTimeoutMs?: number;
  log?: (message: string) => void;
  /** Tells of statements that are made within a span. */
  tracer?: Tracer | null;
};

/**
 * Opens one role's access to one database. Nothing connects before the first call, and a resting process keeps no
 * connection but that of `listen`.
 *
 * Connections are pipelined: `begin`, the reader's ids and the first statement of a transaction travel together, and
 * statements started together (`Promise.all`) do too. Everything rejects with `DatabaseUnavailableError` when the
 * server cannot be reached.
 */
export function createDatabase(options: DatabaseOptions): Database {
  const listener = createListener(options);
  const requests = createPools(options);
  const background = createPools(backgroundOptions(options), 'isEmbedded' in options && options.isEmbedded === true);
  const shared = {
    listen: listener.listen,
    copy: <T>(work: (session: CopySession) => Promise<T>) => withCopySession(options, work),
    usage() {
      const [a, b] = [requests.usage(), background.usage()];
      return { busy: a.busy + b.busy, idle: a.idle + b.idle, waiting: a.waiting + b.waiting };
    },
    renew() {
      requests.renew();
      background.renew();
    },
    async end() {
      await listener.end();
      await Promise.all([requests.end(), background.end()]);
    },
  };
  const later: Database = {
    ...accessTo(background, options),
    ...shared,
    get background() {
      return later;
    },
  };
  return { ...accessTo(requests, options), ...shared, background: later };
}

const DEFAULT_MAX_CONNECTIONS = 10;
const DEFAULT_IDLE_TIMEOUT_MS = 10_000;
const MAX_ATTEMPTS = 4;
const RETRY_DELAY_MS = 20;
const SERIALIZATION_FAILURE = '40001';
const DEADLOCK_DETECTED = '40P01';
const ROLE = /^[a-z]{1,20}$/;
const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** One pool after the other. */
interface Pools {
  /** A connection of the present one. */
  checkOut(): Promise<PoolClient>;
  usage: Database['usage'];
  renew(): void;
  end(): Promise<void>;
}

function createPools(options: DatabaseOptions, givesWay = false): Pools {
  let pool = createPool(options, givesWay);
  let retiring: Promise<unknown> = Promise.resolve();
  return {
    checkOut: () => checkOut(() => signIn(options, () => pool.connect())),
    usage: () => ({
      busy: pool.totalCount - pool.idleCount,
      idle: pool.idleCount,
      waiting: pool.waitingCount,
    }),
    renew() {
      retiring = Promise.all([retiring, retire(pool)]);
      pool = createPool(options, givesWay);
    },
    async end() {
      await Promise.all([pool.end(), retiring]);
    },
  };
}

/** A pool that was ended gives no more connections, not even to those who wait for one already. */
async function retire(pool: Pool): Promise<void> {
  while (pool.waitingCount > 0) await sleep(RETIRE_LOOK_MS);
  await pool.end().catch(() => {});
}

const RETIRE_LOOK_MS = 20;

/** Stages work a few batches at a time; the server has as many connections as all services together may want. */
function backgroundOptions(options: DatabaseOptions): DatabaseOptions {
  return { ...options, maxConnections: Math.ceil((options.maxConnections ?? DEFAULT_MAX_CONNECTIONS) / 2) };
}

function createPool(options: DatabaseOptions, givesWay: boolean): Pool {
  const pool = new Pool({
    ...clientConfig(options),
    pipeline: true,
    min: 0,
    max: options.maxConnections ?? DEFAULT_MAX_CONNECTIONS,
    idleTimeoutMillis: options.idleTimeoutMs ?? DEFAULT_IDLE_TIMEOUT_MS,
  });
  pool.on('error', (error) => options.log?.(`an idle database connection ended: ${error.message}`));
  pool.on('connect', (client) => {
    client.on('error', () => {}); // the running query reports it
    if (givesWay) void giveWay(serverProcessOf(client));
  });
  return pool;
}

/** The types of pg do not know it. */
function serverProcessOf(client: ClientBase): number {
  return (client as ClientBase & { processID: number }).processID;
}

function accessTo(
  { checkOut }: Pools,
  { tracer = null }: DatabaseOptions,
): Pick<Database, keyof Queryable | 'transaction' | 'asReader'> {
  const transaction = <T>(begin: string, work: (tx: Queryable) => Promise<T>, how: TransactionOptions) => {
    const traced = begin + setTrace(tracer?.current() ?? null);
    return withRetries(how, () => runTransaction({ checkOut, tracer }, traced, work, how));
  };
  return {
    ...poolQueryable(checkOut, tracer),
    transaction: (work, how = {}) => transaction(beginStatement(how), work, how),
    asReader: async (reader, work, how = {}) => transaction(beginStatement(how) + setReader(reader), work, how),
  };
}

function poolQueryable(checkOut: Pools['checkOut'], tracer: Tracer | null): Queryable {
  const use = async <T>(work: (queryable: Queryable) => Promise<T>): Promise<T> => {
    const client = await checkOut();
    try {
      return await work(clientQueryable(client, { tracer }));
    } finally {
      client.release(client.getTransactionStatus() !== 'I');
    }
  };
  return {
    all: (statement, values) => use((queryable) => queryable.all(statement, values)),
    one: (statement, values) => use((queryable) => queryable.one(statement, values)),
    run: (statement, values) => use((queryable) => queryable.run(statement, values)),
    script: (sql) => use((queryable) => queryable.script(sql)),
  };
}

async function checkOut(connect: () => Promise<PoolClient>): Promise<PoolClient> {
  try {
    return await connect();
  } catch (error) {
    throw asDatabaseError(error);
  }
}

async function runTransaction<T>(
  { checkOut, tracer }: Pick<Pools, 'checkOut'> & { tracer: Tracer | null },
  begin: string,
  work: (tx: Queryable) => Promise<T>,
  options: TransactionOptions,
): Promise<T> {
  const client = await checkOut();
  let isOver = false;
  let isBroken = false;
  const begun = client.query(begin);
  begun.catch(() => {}); // its failure makes every following statement fail, and the commit
  try {
    const result = await work(clientQueryable(client, { tracer, isOver: () => isOver }));
    isOver = true;
    if (options.isReadOnly && options.isolation !== 'serializable') client.query('commit').catch(() => {});
    else await commit(begun, client);
    return result;
  } catch (error) {
    isOver = true;
    await client.query('rollback').catch(() => {
      isBroken = true;
    });
    throw error;
  } finally {
    client.release(isBroken);
  }
}

async function commit(begun: Promise<unknown>, client: ClientBase): Promise<void> {
  try {
    await begun;
    const { command } = await client.query('commit');
    // The server answers the commit of a failed transaction with ROLLBACK, not with an error.
    if (command === 'ROLLBACK') throw new Error('The transaction was rolled back: one of its statements had failed.');
  } catch (error) {
    throw asDatabaseError(error);
  }
}

async function withRetries<T>(options: TransactionOptions, attempt: () => Promise<T>): Promise<T> {
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await attempt();
    } catch (error) {
      const state = sqlState(error);
      const isRetryable = state === SERIALIZATION_FAILURE || state === DEADLOCK_DETECTED;
      if (!options.retry || !isRetryable || attempts === MAX_ATTEMPTS) throw error;
      await sleep(Math.random() * RETRY_DELAY_MS * 2 ** attempts);
    }
  }
}

function beginStatement({ isolation, isReadOnly }: TransactionOptions): string {
  const mode = [isolation && `isolation level ${isolation}`, isReadOnly && 'read only'].filter(Boolean).join(', ');
  return `begin ${mode};`;
}

/** What the transaction causes belongs to this trace: rows of stages keep it. */
function setTrace(traceparent: string | null): string {
  return traceparent && TRACEPARENT.test(traceparent) ? `select set_config('alt.trace', '${traceparent}', true);` : '';
}

function setReader({ userId, tenantId, role }: Reader): string {
  if (!UUID.test(userId) || !UUID.test(tenantId)) throw new TypeError('The ids of a reader must be UUIDs.');
  if (role !== undefined && !ROLE.test(role)) throw new TypeError('The role of a reader must be a word.');
  const ids = `select set_config('alt.user_id', '${userId}', true), set_config('alt.tenant_id', '${tenantId}', true)`;
  return role === undefined ? `${ids};` : `${ids}, set_config('alt.role', '${role}', true);`;
}
