import { type Client, escapeIdentifier, escapeLiteral } from 'pg';
import { DatabaseStartError } from './errors.ts';
import { ADMIN_ROLE, loginRoles, type OwnDatabase, ownerRole, type RolePasswords } from './roles.ts';

/**
 * The SQL that an administrator runs (psql) where Alt's own account may create neither databases nor roles.
 * `account` is the account of DATABASE_URL, which then applies the migrations.
 */
export function migrationSql(databases: readonly OwnDatabase[], account: string, passwords: RolePasswords): string {
  const lines = [...roleStatements(databases, [], passwords), ...memberships(databases, account)];
  for (const database of databases) lines.push(createDatabase(database), ...databaseStatements(database));
  return `${lines.join(';\n')};\n`;
}

/** Creates what is missing: owners, roles, databases. Passwords and settings of existing roles are set again. */
export async function provision(admin: Client, databases: readonly OwnDatabase[], passwords: RolePasswords) {
  const found = await inspect(admin);
  const roles = databases.flatMap((database) => [ownerRole(database), ...loginRoles(database)]);
  const isMissing =
    roles.some((role) => !found.roles.includes(role)) || databases.some((name) => !found.databases.includes(name));
  if (!found.mayCreateRoles || (isMissing && !found.mayCreateDatabases)) {
    if (!isMissing) return; // an administrator has made everything, and keeps the passwords
    throw new DatabaseStartError(
      `The account ${found.account} may not create databases and roles. Use one that may in DATABASE_URL, ` +
        `or let an administrator run this and start again:\n\n${migrationSql(databases, found.account, passwords)}`,
    );
  }
  await admin.query(roleStatements(databases, found.roles, passwords).join('; '));
  if (!found.isSuperuser) await admin.query(memberships(databases, found.account).join('; '));
  for (const database of databases) {
    if (!found.databases.includes(database)) await admin.query(createDatabase(database));
    await admin.query(databaseStatements(database).join('; '));
  }
}

const ROLE_SETTINGS = ['max_parallel_workers_per_gather = 0', 'jit = off', "statement_timeout = '30s'"];
/**
 * What readers wait for has the same good plan for all values (the plan tests hold both kinds to it), and planning it with
 * its policies takes longer than running it: 3.5 of 6 ms for the 50 entries of a page, five times on every connection.
 */
const PLAN_ONCE = 'plan_cache_mode = force_generic_plan';
const PLANNING_ONCE: readonly string[] = ['alt_backend'];

interface Found {
  account: string;
  isSuperuser: boolean;
  mayCreateRoles: boolean;
  mayCreateDatabases: boolean;
  roles: string[];
  databases: string[];
}

async function inspect(admin: Client): Promise<Found> {
  const { rows } = await admin.query(`
    select rolname as "account", rolsuper as "isSuperuser",
      rolsuper or rolcreaterole as "mayCreateRoles", rolsuper or rolcreatedb as "mayCreateDatabases",
      array(select rolname::text from pg_roles) as roles, array(select datname::text from pg_database) as databases
    from pg_roles where rolname = current_user`);
  return rows[0];
}

function roleStatements(databases: readonly OwnDatabase[], existing: string[], passwords: RolePasswords): string[] {
  const names = databases.flatMap((database) => [ownerRole(database), ...loginRoles(database)]);
  return [...new Set(names)].flatMap((role) => {
    const isOwner = databases.some((database) => role === ownerRole(database));
    const create = existing.includes(role) ? [] : [`create role ${role} ${isOwner ? 'nologin' : 'login'}`];
    if (isOwner) return create;
    const password = passwords[role];
    return [
      ...create,
      ...(password === undefined ? [] : [`alter role ${role} password ${escapeLiteral(password)}`]),
      ...settingsOf(role).map((setting) => `alter role ${role} set ${setting}`),
    ];
  });
}

function settingsOf(role: string): string[] {
  if (role === ADMIN_ROLE) return ROLE_SETTINGS.slice(0, 2);
  return PLANNING_ONCE.includes(role) ? [...ROLE_SETTINGS, PLAN_ONCE] : ROLE_SETTINGS;
}

/** To create objects as the owner, an account that is not a superuser must be able to become it. */
function memberships(databases: readonly OwnDatabase[], account: string): string[] {
  return databases.map((name) => `grant ${ownerRole(name)} to ${escapeIdentifier(account)} with set true`);
}

/** Strings sort by code point everywhere; names are sorted for people in the application. */
function createDatabase(database: OwnDatabase): string {
  return `create database ${database} owner ${ownerRole(database)} template template0 encoding 'UTF8' locale_provider builtin builtin_locale 'C.UTF-8' locale 'C'`;
}

function databaseStatements(database: OwnDatabase): string[] {
  return [
    `revoke all on database ${database} from public`,
    `grant connect on database ${database} to ${loginRoles(database).join(', ')}`,
    `grant ${ownerRole(database)} to ${ADMIN_ROLE} with inherit true, set true`,
  ];
}
