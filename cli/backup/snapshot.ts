import { setTimeout as sleep } from 'node:timers/promises';
import type { CopySession, Database, OwnDatabase, Queryable } from '@alt/database';
import { databaseNames, sqlState, statement } from '@alt/database';
import { escapeIdentifier } from 'pg';
import { type ArchiveRecord, createPartMeter, type PartMeter, partName } from './archive.ts';
import { BackupError } from './encryption.ts';
import type { DatabaseManifest, Manifest, TableManifest } from './manifest.ts';

/** Each of our databases, as `alt_admin`. */
export type AdminDatabases = Record<OwnDatabase, Database>;

/** A file of the data folder that belongs to the instance. */
export interface KeptFile {
  name: Manifest['files'][number]['name'];
  bytes: Buffer;
}

/**
 * Opens one snapshot of each database, at one moment, and passes the contents of both to `use`, record by record.
 * Nobody is held up afterwards: the snapshots are plain repeatable-read transactions.
 */
export async function withInstanceRecords<T>(
  databases: AdminDatabases,
  instance: { release: string; files: KeptFile[]; onProgress(share: number): void },
  use: (records: AsyncGenerator<ArchiveRecord>) => Promise<T>,
): Promise<T> {
  return databases.alt.copy((alt) =>
    databases.auth.copy(async (auth) => {
      const sessions = { alt, auth };
      await openSnapshots(databases, sessions);
      return use(instanceRecords(sessions, instance));
    }),
  );
}

// Values are written in the form that every Postgres reads, whatever the server's settings are.
const SESSION_SETTINGS = `set statement_timeout = 0; set idle_in_transaction_session_timeout = 0; set transaction_timeout = 0;
  set client_encoding = 'UTF8'; set datestyle = 'ISO, YMD'; set intervalstyle = 'iso_8601'; set timezone = 'UTC';
  set bytea_output = 'hex'; set extra_float_digits = 1`;

const LOCK_ATTEMPTS = 100;
/**
 * Less than deadlock_timeout (1 s) for both databases together: if a transaction and these locks wait for each other, it
 * is always the locks that give way.
 */
const LOCK_TIMEOUT_MS = 400;
const LOCK_PAUSE_MS = 300;

/**
 * Holds writers while both snapshots open, so that they show one moment: every writer of `auth`, and in `alt` everybody
 * who takes a reader's row, which is the first thing that a change of a reader's entries does. What `alt` knows of
 * accounts comes from `auth`; with `auth` standing still, nothing in `alt` can refer to what `auth` does not hold.
 */
async function openSnapshots(databases: AdminDatabases, sessions: Record<OwnDatabase, CopySession>): Promise<void> {
  for (const name of databaseNames) await sessions[name].script(SESSION_SETTINGS);
  await databases.auth.copy((authLocks) =>
    databases.alt.copy(async (altLocks) => {
      const authTables = (await sessions.auth.all(tableNames)).map(({ name }) => escapeIdentifier(name));
      for (let attempt = 1; ; attempt += 1) {
        const isDone = await tryOpen(sessions, async () => {
          await lock(authLocks, authTables);
          await lock(altLocks, ['readers']);
        });
        await Promise.all([authLocks.script('rollback'), altLocks.script('rollback')]);
        if (isDone) return;
        if (attempt === LOCK_ATTEMPTS) {
          throw new BackupError('The database was written to without a pause for a minute. Try again a little later.');
        }
        await sleep(LOCK_PAUSE_MS * Math.random() * 2);
      }
    }),
  );
}

async function lock(session: CopySession, tables: string[]): Promise<void> {
  await session.script(
    `begin; set local statement_timeout = ${LOCK_TIMEOUT_MS}; lock table ${tables.join(', ')} in share mode`,
  );
}

const LOCK_NOT_AVAILABLE = ['55P03', '57014', '40P01'];

async function tryOpen(sessions: Record<OwnDatabase, CopySession>, holdWriters: () => Promise<void>): Promise<boolean> {
  try {
    await holdWriters();
  } catch (error) {
    if (LOCK_NOT_AVAILABLE.includes(sqlState(error) ?? '')) return false;
    throw error;
  }
  const open = 'begin isolation level repeatable read read only; select pg_current_snapshot()';
  await Promise.all(databaseNames.map((name) => sessions[name].script(open)));
  return true;
}

/** Everything of both databases, then the files, then the manifest. */
async function* instanceRecords(
  sessions: Record<OwnDatabase, CopySession>,
  instance: { release: string; files: KeptFile[]; onProgress(share: number): void },
): AsyncGenerator<ArchiveRecord> {
  const createdAt = new Date().toISOString();
  const plans = { alt: await readPlan(sessions.alt, 'alt'), auth: await readPlan(sessions.auth, 'auth') };
  const totalBytes = [...plans.alt.tables, ...plans.auth.tables].reduce((sum, table) => sum + table.diskBytes, 0);
  let doneBytes = 0;
  const databases: Manifest['databases'] = { alt: plans.alt.manifest, auth: plans.auth.manifest };
  for (const database of databaseNames) {
    for (const table of plans[database].tables) {
      const name = partName(database, table.name);
      yield { kind: 'part', name };
      const meter = createPartMeter(name);
      for await (const record of copyRecords(sessions[database], table, meter)) {
        const share = table.estimatedRows > 0 ? Math.min(1, meter.rows() / table.estimatedRows) : 0;
        instance.onProgress((doneBytes + share * table.diskBytes) / Math.max(1, totalBytes));
        yield record;
      }
      doneBytes += table.diskBytes;
      const { rows, bytes, sha256 } = meter.end();
      databases[database].tables.push({ name: table.name, columns: table.columns, rows, bytes, sha256 });
    }
    // After the tables: a sequence stands outside of every snapshot, and it may be ahead of the rows but not behind them.
    databases[database].sequences = await sessions[database].all(sequences);
  }
  const files: Manifest['files'] = [];
  for (const { name, bytes } of instance.files) {
    const meter = createPartMeter(partName('file', name));
    yield { kind: 'part', name: partName('file', name) };
    yield { kind: 'data', bytes };
    meter.add(bytes);
    const found = meter.end();
    files.push({ name, bytes: found.bytes, sha256: found.sha256 });
  }
  yield { kind: 'manifest', manifest: { release: instance.release, createdAt, databases, files } };
}

const RECORD_BYTES = 256 * 1024;

async function* copyRecords(
  session: CopySession,
  table: PlannedTable,
  meter: PartMeter,
): AsyncGenerator<ArchiveRecord> {
  const columns = table.columns.map(escapeIdentifier).join(', ');
  // A query, because COPY itself takes nothing out of a partitioned table.
  const stream = session.copyOut(`copy (select ${columns} from public.${escapeIdentifier(table.name)}) to stdout`);
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  const flush = (): ArchiveRecord => {
    const bytes = Buffer.concat(pending);
    pending = [];
    pendingBytes = 0;
    meter.add(bytes);
    return { kind: 'data', bytes };
  };
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    pending.push(chunk);
    pendingBytes += chunk.length;
    if (pendingBytes >= RECORD_BYTES) yield flush();
  }
  if (pendingBytes > 0) yield flush();
}

interface PlannedTable {
  name: string;
  /** Without generated ones, which COPY takes neither out nor in. */
  columns: string[];
  diskBytes: number;
  /** As of the last analyze; not positive before the first. */
  estimatedRows: number;
  isHidden: boolean;
}

interface Plan {
  tables: PlannedTable[];
  manifest: DatabaseManifest;
}

async function readPlan(session: Queryable, database: OwnDatabase): Promise<Plan> {
  const tables = await session.all(plannedTables);
  const hidden = tables.find(({ isHidden }) => isHidden);
  if (hidden) {
    throw new BackupError(
      `${database}.${hidden.name} has no policy that shows its owner all rows; some would be missed.`,
    );
  }
  const migrations = await session.all(appliedMigrations);
  const none: TableManifest[] = [];
  return { tables, manifest: { migrations, tables: none, sequences: [] } };
}

/** The platform's own log belongs to no tenant and can be large: a restored instance begins with an empty one. */
const LEFT_OUT = `relname not in ('service_logs', 'service_log_counts')`;

const tableNames = statement<{ name: string }>(
  'backup_table_names',
  `select relname::text as name from pg_class where relnamespace = 'public'::regnamespace
     and relkind in ('r', 'p') and not relispartition and ${LEFT_OUT} order by 1`,
);

// A partitioned table is one table: which partitions it has where it is restored is that database's own business.
const plannedTables = statement<PlannedTable>(
  'backup_tables',
  `select c.relname::text as name, (select coalesce(sum(pg_table_size(relid)), 0) from pg_partition_tree(c.oid)) + pg_table_size(c.oid) as "diskBytes", c.reltuples as "estimatedRows",
     array(select attname::text from pg_attribute
       where attrelid = c.oid and attnum > 0 and not attisdropped and attgenerated = '' order by attnum) as columns,
     c.relrowsecurity and not exists (select from pg_policy where polrelid = c.oid and polpermissive
       and polcmd = '*' and c.relowner = any (polroles) and pg_get_expr(polqual, polrelid) = 'true') as "isHidden"
   from pg_class c
   where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition and c.${LEFT_OUT} order by c.relname`,
);

const sequences = statement<{ name: string; value: number }>(
  'backup_sequences',
  `select sequencename::text as name, last_value as value from pg_sequences
   where schemaname = 'public' and last_value is not null order by 1`,
);

const appliedMigrations = statement<{ name: string; hash: string }>(
  'backup_migrations',
  'select name, hash from migrations.applied order by name',
);
