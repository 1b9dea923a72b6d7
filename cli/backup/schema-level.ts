import { type CopySession, databaseNames, type OwnDatabase, ownerRole, statement } from '@alt/database';
import { type FileFolders, type MigrationFile, ownFolders, readDatabaseFiles } from '@alt/database/migration-files.ts';
import { BackupError } from './encryption.ts';
import type { Manifest } from './manifest.ts';

/** The migrations of each database that a backup's rows fit. */
export type SchemaLevel = Record<OwnDatabase, MigrationFile[]>;

/** Finds the migrations of a backup among those of this release. Throws BackupError where it was made by a newer one. */
export async function findSchemaLevel(
  manifest: Manifest,
  folders: Record<OwnDatabase, FileFolders> = ownFolders,
): Promise<SchemaLevel> {
  const [alt, auth] = await Promise.all(
    databaseNames.map(async (database) => {
      const { migrations } = await readDatabaseFiles(database, folders[database]);
      const known = new Map(migrations.map((file) => [file.name, file]));
      return manifest.databases[database].migrations.map(({ name, hash }) => {
        const file = known.get(name);
        if (file === undefined) {
          throw new BackupError(
            `The backup was made by a newer Alt (${manifest.release}): this one does not know ${name}. Update Alt first.`,
          );
        }
        if (file.hash !== hash) {
          throw new BackupError(
            `The backup was made with another ${name} than this Alt has. Restore it with the Alt that made it (${manifest.release}).`,
          );
        }
        return file;
      });
    }),
  );
  return { alt: alt ?? [], auth: auth ?? [] };
}

/**
 * Inside a transaction, as the owner: removes everything of ours and makes the empty schema of that level. Postgres
 * writes rows that are copied into tables of the same transaction without row-by-row logging.
 */
export async function rebuildSchema(
  session: CopySession,
  database: OwnDatabase,
  migrations: MigrationFile[],
  release: string,
): Promise<void> {
  await session.script(`set local role ${ownerRole(database)}`);
  for (const { line } of await session.all(dropOwn)) await session.script(line);
  await session.script('delete from migrations.applied; delete from migrations.state');
  for (const file of migrations) {
    // What a migration does outside of a transaction it does concurrently; here are no others, and no rows.
    const sql = file.isTransactional ? file.sql : file.sql.replaceAll(/\bconcurrently\b/gi, '');
    await session.script(sql);
    await session.run(recordMigration, [file.name, file.hash, file.isBreaking, release]);
  }
}

/** What COPY must not meet, and what is faster made afterwards: answers the statements that bring it back. */
export async function clearTheWay(session: CopySession): Promise<string[]> {
  const obstacles = await session.all(findObstacles);
  for (const { away } of obstacles) await session.script(away);
  return obstacles.toReversed().map(({ back }) => back);
}

// What an administrator put there (extensions) stays.
const dropOwn = statement<{ line: string }>(
  'restore_drop_own',
  `select line from (
     select 1 as step, format('drop view if exists public.%I cascade', relname) as line from pg_class
     where relnamespace = 'public'::regnamespace and relkind = 'v' and relowner = current_user::regrole
     union all
     select 2, format('drop table if exists public.%I cascade', relname) from pg_class
     where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and relowner = current_user::regrole
     union all
     select 3, format('drop routine if exists %s cascade', oid::regprocedure) from pg_proc
     where pronamespace = 'public'::regnamespace and proowner = current_user::regrole
     union all
     select 4, format('drop sequence if exists public.%I cascade', relname) from pg_class
     where relnamespace = 'public'::regnamespace and relkind = 'S' and relowner = current_user::regrole
     union all
     select 5, format('drop %s if exists public.%I cascade', case typtype when 'd' then 'domain' else 'type' end, typname)
     from pg_type where typnamespace = 'public'::regnamespace and typtype in ('d', 'e') and typowner = current_user::regrole
   ) own order by step, line`,
);

const recordMigration = statement(
  'restore_record_migration',
  'insert into migrations.applied (name, hash, is_breaking, release) values ($1, $2, $3, $4)',
);

// Row-level security that is forced refuses COPY FROM; triggers would count and publish everything a second time; keys
// and indexes are checked and built in one go at the end, and the tables of `auth` refer to each other in a circle.
const findObstacles = statement<{ away: string; back: string }>(
  'restore_obstacles',
  `select away, back from (
     select 1 as step, c.relname::text as place, format('alter table public.%I no force row level security', relname) as away,
       format('alter table public.%I force row level security', relname) as back
     from pg_class c where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and relforcerowsecurity
     union all
     select 2, c.relname, format('alter table public.%I disable trigger user', c.relname),
       format('alter table public.%I enable trigger user', c.relname)
     from pg_class c where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
       and exists (select from pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal)
     union all
     select 3, k.conname, format('alter table public.%I drop constraint %I', c.relname, k.conname),
       format('alter table public.%I add constraint %I %s', c.relname, k.conname, pg_get_constraintdef(k.oid))
     from pg_constraint k join pg_class c on c.oid = k.conrelid
     where c.relnamespace = 'public'::regnamespace and k.contype = 'f' and k.conparentid = 0
     union all
     select 4, i.relname, format('drop index public.%I', i.relname), pg_get_indexdef(i.oid)
     from pg_index x join pg_class i on i.oid = x.indexrelid
     where i.relnamespace = 'public'::regnamespace and i.relkind = 'i' and not i.relispartition
       and not exists (select from pg_constraint k where k.conindid = i.oid)
   ) obstacles order by step, place`,
);
