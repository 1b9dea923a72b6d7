import { existsSync } from 'node:fs';
import path from 'node:path';
import {
  type Connection,
  createDatabase,
  type Database,
  databaseNames,
  loadRolePasswords,
  loginRoles,
  type OwnDatabase,
  openClient,
  ownerRole,
  roleConnection,
  sqlState,
} from '@alt/database';
import { ownFolders, readDatabaseFiles } from '@alt/database/migration-files.ts';
import type { AdminConnections } from '../database.ts';
import { type Settings, version } from '../settings.ts';
import { counted } from '../wording.ts';
import { type Finding, fault, remark, well } from './finding.ts';

/** Each of our databases as its owner. */
export type OpenedDatabases = Record<OwnDatabase, Database>;

/** Opens both databases as their owners for `work`; the schema must be there. */
export async function withOpened<T>(
  admin: AdminConnections,
  work: (opened: OpenedDatabases) => Promise<T>,
): Promise<T> {
  const open = async (name: OwnDatabase) => {
    // One connection, so that the role holds for all that follows.
    const database = createDatabase({
      ...admin[name],
      database: name,
      applicationName: 'alt doctor',
      maxConnections: 1,
      statementTimeoutMs: 0,
      idleTimeoutMs: 0,
    });
    await database.script(`set role ${ownerRole(name)}`);
    return database;
  };
  const opened = { alt: await open('alt'), auth: await open('auth') };
  try {
    return await work(opened);
  } finally {
    await Promise.all([opened.alt.end(), opened.auth.end()]);
  }
}

/** Server, rights, schema and roles. `isCurrent`: the tables are there and of this release, so that they can be looked at. */
export async function checkDatabases(
  admin: AdminConnections,
  settings: Settings,
): Promise<{ findings: Finding[]; isCurrent: boolean }> {
  const servers = admin.alt === admin.auth ? [admin.alt] : [admin.alt, admin.auth];
  const findings: Finding[] = [];
  for (const server of servers) {
    try {
      findings.push(...(await checkServer(server, settings)));
    } catch (error) {
      const where = settings.DATABASE_URL ? 'DATABASE_URL' : 'the embedded database';
      const reason = error instanceof Error ? error.message : String(error);
      findings.push(fault(`Postgres (${where}) refuses: ${reason} Check that it runs, the address and the password.`));
    }
  }
  if (findings.some(({ level }) => level === 'fault')) return { findings, isCurrent: false };
  const schemas = await Promise.all(databaseNames.map((name) => checkSchema(admin[name], name)));
  const isCurrent = schemas.every((schema) => schema.isCurrent);
  findings.push(...schemas.flatMap((schema) => schema.findings));
  if (isCurrent) findings.push(...(await checkRoles(admin, settings.ALT_DATA_DIR)));
  return { findings, isCurrent };
}

const MINIMUM_VERSION = 180_000;
const DURABLE = ['fsync', 'full_page_writes', 'synchronous_commit'];
const CLOCK_TOLERANCE_SECONDS = 2;

async function checkServer(connection: Connection, settings: Settings): Promise<Finding[]> {
  const client = await openClient({ ...connection, applicationName: 'alt doctor' });
  try {
    const askedAt = Date.now();
    const { rows } = await client.query(`
      select current_setting('server_version_num')::integer as number, current_setting('server_version') as version,
        rolsuper or rolcreaterole as "mayCreateRoles", rolsuper or rolcreatedb as "mayCreateDatabases", rolname as account,
        extract(epoch from clock_timestamp())::float8 as seconds,
        ${DURABLE.map((name) => `current_setting('${name}') as ${name}`).join(', ')}
      from pg_roles where rolname = current_user`);
    const [row] = rows;
    const findings = [versionFinding(row, settings), ...durabilityFindings(row)];
    const skew = Math.abs(row.seconds - (askedAt + Date.now()) / 2_000);
    if (skew > CLOCK_TOLERANCE_SECONDS) {
      findings.push(
        remark(
          `The clocks of this machine and of Postgres differ by ${Math.round(skew)} s. Let both keep network time.`,
        ),
      );
    }
    if (!row.mayCreateRoles || !row.mayCreateDatabases) {
      findings.push(
        remark(
          `The account ${row.account} of DATABASE_URL may not create roles and databases. An update that needs a new one prints the SQL for an administrator.`,
        ),
      );
    }
    return findings;
  } finally {
    await client.end();
  }
}

function versionFinding(row: { number: number; version: string }, { DATABASE_URL }: Settings): Finding {
  if (row.number >= MINIMUM_VERSION)
    return well(`PostgreSQL ${row.version}${DATABASE_URL ? '' : ' (embedded)'} answers.`);
  return fault(
    `PostgreSQL ${row.version} is too old: Alt needs 18. Upgrade it, or leave DATABASE_URL out to use the embedded one.`,
  );
}

function durabilityFindings(row: Record<string, unknown>): Finding[] {
  const off = DURABLE.filter((name) => row[name] === 'off');
  if (off.length === 0) return [well('What is saved survives a crash (fsync, full_page_writes, synchronous_commit).')];
  return off.map((name) =>
    fault(`Postgres runs with ${name} = off, so that a crash loses data. Set it to on and reload Postgres.`),
  );
}

async function checkSchema(admin: Connection, name: OwnDatabase): Promise<{ findings: Finding[]; isCurrent: boolean }> {
  const applied = await readApplied(admin, name);
  if (applied === null) {
    return {
      findings: [remark(`The database ${name} is not made yet. A start, or "npm run alt -- migrate", makes it.`)],
      isCurrent: false,
    };
  }
  const { migrations } = await readDatabaseFiles(name, ownFolders[name]);
  const newer = applied.filter((row) => !migrations.some((file) => file.name === row.name));
  if (newer.length > 0) {
    const sentence = `The database ${name} was migrated by a newer Alt (${newer[0]?.release}); this is ${version}. Update this one.`;
    return { findings: [newer.some((row) => row.is_breaking) ? fault(sentence) : remark(sentence)], isCurrent: true };
  }
  const due = migrations.filter((file) => !applied.some((row) => row.name === file.name));
  if (due.length === 0) return { findings: [well(`The database ${name} is that of Alt ${version}.`)], isCurrent: true };
  const sentence = `${counted(due.length, 'migration')} of the database ${name} ${due.length === 1 ? 'is' : 'are'} due. A start, or "npm run alt -- migrate", applies them.`;
  return { findings: [remark(sentence)], isCurrent: false };
}

const NOT_THERE_YET = ['3D000', '3F000', '42P01', '42501'];

async function readApplied(admin: Connection, database: OwnDatabase) {
  try {
    const client = await openClient({ ...admin, database, applicationName: 'alt doctor' });
    try {
      await client.query(`set role ${ownerRole(database)}`);
      const { rows } = await client.query('select name, is_breaking, release from migrations.applied');
      return rows as { name: string; is_breaking: boolean; release: string }[];
    } finally {
      await client.end();
    }
  } catch (error) {
    if (NOT_THERE_YET.includes(sqlState(error) ?? '')) return null;
    throw error;
  }
}

/** Whether every service can sign in with the password that the data folder holds for it. */
async function checkRoles(admin: AdminConnections, dataDir: string): Promise<Finding[]> {
  if (!existsSync(path.join(dataDir, 'role-passwords.json'))) {
    return [
      remark(
        `${dataDir} holds no passwords of the database roles. The next start makes them; other processes then need a restart.`,
      ),
    ];
  }
  const passwords = loadRolePasswords(dataDir);
  const refused: string[] = [];
  for (const database of databaseNames) {
    for (const role of loginRoles(database)) {
      const connection = roleConnection(admin[database], database, role, passwords);
      const client = await openClient({ ...connection, applicationName: 'alt doctor' }).catch(() => null);
      if (client === null) refused.push(`${role} (${database})`);
      await client?.end();
    }
  }
  if (refused.length === 0) return [well('Every service can sign in to its database.')];
  return [
    fault(
      `The database refuses ${refused.join(', ')} with the password of the data folder. "npm run alt -- migrate" sets them again.`,
    ),
  ];
}
