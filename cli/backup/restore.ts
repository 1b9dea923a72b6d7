import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { type CopySession, databaseNames, type OwnDatabase, statement } from '@alt/database';
import { escapeIdentifier, escapeLiteral } from 'pg';
import { createPartMeter, type FoundPart, partName, readArchive } from './archive.ts';
import { damaged } from './encryption.ts';
import type { Manifest, TableManifest } from './manifest.ts';
import { clearTheWay, rebuildSchema, type SchemaLevel } from './schema-level.ts';
import type { AdminDatabases } from './snapshot.ts';

export interface RestoreSource {
  file: string;
  password: string | null;
  /** As `verifyArchive` answered it for this file. */
  manifest: Manifest;
  level: SchemaLevel;
  onRead(bytes: number): void;
}

/**
 * Puts a verified backup in the place of everything that the two databases hold, at the schema of the backup. Both
 * transactions commit at the end, one right after the other; a failure before that changes nothing. Answers the files
 * of the data folder that the backup holds.
 */
export async function restoreInstance(databases: AdminDatabases, source: RestoreSource): Promise<Map<string, Buffer>> {
  return databases.alt.copy((alt) =>
    databases.auth.copy(async (auth) => {
      const sessions = { alt, auth };
      const back = { alt: await begin(alt, 'alt', source), auth: await begin(auth, 'auth', source) };
      const files = await load(sessions, source);
      for (const database of databaseNames) await finish(sessions[database], database, source.manifest, back[database]);
      for (const database of databaseNames) await sessions[database].script('commit');
      for (const database of databaseNames)
        await analyze(sessions[database], source.manifest.databases[database].tables);
      return files;
    }),
  );
}

const SESSION_SETTINGS = `set statement_timeout = 0; set idle_in_transaction_session_timeout = 0; set transaction_timeout = 0;
  set client_encoding = 'UTF8'; set datestyle = 'ISO, YMD'; set intervalstyle = 'iso_8601'; set timezone = 'UTC';
  set client_min_messages = warning; set maintenance_work_mem = '256MB'; set lock_timeout = '10s'`;

/** Opens the transaction and makes the empty tables; answers what is to be run after the load. */
async function begin(session: CopySession, database: OwnDatabase, source: RestoreSource): Promise<string[]> {
  await session.script(SESSION_SETTINGS);
  await session.script('begin');
  await rebuildSchema(session, database, source.level[database], source.manifest.release);
  return clearTheWay(session);
}

/** Copies the archive's tables into the sessions, comparing each with the manifest once more; answers its files. */
async function load(
  sessions: Record<OwnDatabase, CopySession>,
  { file, password, manifest, onRead }: RestoreSource,
): Promise<Map<string, Buffer>> {
  const targets = await tableTargets(sessions, manifest);
  const files = new Map<string, Buffer>();
  let current: { take(bytes: Buffer): Promise<void>; end(): Promise<void> } | null = null;
  try {
    for await (const record of readArchive(file, password, onRead)) {
      if (record.kind === 'data') {
        await current?.take(record.bytes);
        continue;
      }
      const previous = current;
      current = null;
      await previous?.end();
      if (record.kind === 'part') current = openPart(record.name, { targets, files, manifest });
    }
  } catch (error) {
    await current?.end().catch(() => {}); // leaves the session ready for its rollback
    throw error;
  }
  return files;
}

interface Target {
  session: CopySession;
  table: TableManifest;
  isPartitioned: boolean;
}

const partitionedTables = statement<{ name: string }>(
  'restore_partitioned_tables',
  `select relname::text as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'p'`,
);

async function tableTargets(
  sessions: Record<OwnDatabase, CopySession>,
  manifest: Manifest,
): Promise<Map<string, Target>> {
  const targets = new Map<string, Target>();
  for (const database of databaseNames) {
    const session = sessions[database];
    const partitioned = new Set((await session.all(partitionedTables)).map(({ name }) => name));
    for (const table of manifest.databases[database].tables) {
      targets.set(partName(database, table.name), { session, table, isPartitioned: partitioned.has(table.name) });
    }
  }
  return targets;
}

function openPart(
  name: string,
  { targets, files, manifest }: { targets: Map<string, Target>; files: Map<string, Buffer>; manifest: Manifest },
) {
  const meter = createPartMeter(name);
  const target = targets.get(name);
  if (target === undefined) {
    const file = manifest.files.find((item) => partName('file', item.name) === name);
    if (!file) throw damaged(`it holds ${name}, which its list does not name`);
    const chunks: Buffer[] = [];
    return {
      async take(bytes: Buffer) {
        meter.add(bytes);
        chunks.push(bytes);
      },
      async end() {
        refuseDifference(meter.end(), file);
        files.set(file.name, Buffer.concat(chunks));
      },
    };
  }
  const writer = openTable(target);
  return {
    async take(bytes: Buffer) {
      meter.add(bytes);
      await writer.write(bytes);
    },
    async end() {
      await writer.end();
      refuseDifference(meter.end(), target.table);
    },
  };
}

/** `freeze` spares the rows their first vacuum; it is allowed in tables of the same transaction, and not by partitions. */
function openTable({ session, table, isPartitioned }: Target): {
  write(bytes: Buffer): Promise<void>;
  end(): Promise<void>;
} {
  const columns = table.columns.map(escapeIdentifier).join(', ');
  const stream: Writable = session.copyIn(
    `copy public.${escapeIdentifier(table.name)} (${columns}) from stdin${isPartitioned ? '' : ' with (freeze)'}`,
  );
  const done = finished(stream);
  done.catch(() => {}); // the next write or the end meets it
  return {
    async write(bytes) {
      if (!stream.write(bytes)) await Promise.race([once(stream, 'drain'), done]);
    },
    async end() {
      stream.end();
      await done;
    },
  };
}

function refuseDifference(found: FoundPart, expected: { bytes: number; sha256: string }): void {
  if (found.sha256 !== expected.sha256) throw damaged(`${found.name} changed while it was being restored`);
}

async function finish(session: CopySession, database: OwnDatabase, manifest: Manifest, back: string[]): Promise<void> {
  for (const line of back) await session.script(line);
  for (const { name, value } of manifest.databases[database].sequences) {
    const sequence = escapeLiteral(`public.${escapeIdentifier(name)}`);
    await session.script(`select setval(${sequence}, ${value})`);
  }
  if (database === 'alt') await session.script(FORGET_SEARCH_INDEXES);
}

/** They hold other articles than the backup, and are built anew; backups of older schemas know none. */
const FORGET_SEARCH_INDEXES = `do $$ begin
  if to_regclass('public.search_indexes') is not null then delete from search_indexes; end if;
end $$`;

/** Never an empty table: keys would be checked with the plan that was made for it. */
async function analyze(session: CopySession, tables: TableManifest[]): Promise<void> {
  const filled = tables.filter(({ rows }) => rows > 0).map(({ name }) => `public.${escapeIdentifier(name)}`);
  if (filled.length > 0) await session.script(`analyze ${filled.join(', ')}`);
}

const selectIsEmpty = {
  alt: statement<{ isEmpty: boolean }>(
    'restore_is_empty_alt',
    'select not exists (select from readers) and not exists (select from feeds) as "isEmpty"',
  ),
  auth: statement<{ isEmpty: boolean }>(
    'restore_is_empty_auth',
    'select not exists (select from accounts) as "isEmpty"',
  ),
};

/** Whether nobody has an account and nothing is followed. */
export async function isInstanceEmpty(databases: AdminDatabases): Promise<boolean> {
  for (const database of databaseNames) {
    if (!(await databases[database].one(selectIsEmpty[database]))?.isEmpty) return false;
  }
  return true;
}
