import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ServiceName, serviceNames, services } from '@alt/topology';
import type { Connection } from './embedded.ts';

/** The databases whose schema is ours. */
export const databaseNames = ['alt', 'auth'] as const;
export type OwnDatabase = (typeof databaseNames)[number];

/** The account of the command line and of backups: a member of both owners, and of no service. */
export const ADMIN_ROLE = 'alt_admin';

/** The account of what scales pipeline workers: it may ask how long a queue is, and see no row of any table. */
export const QUEUE_ROLE = 'queue_reader';

/** Passwords by role. */
export type RolePasswords = Record<string, string>;

/** Owns everything in a database; nobody logs in as it. */
export function ownerRole(database: OwnDatabase): string {
  return `${database}_owner`;
}

/** The role of a service: its name with underscores. */
export function serviceRole(service: ServiceName): string {
  return service.replaceAll('-', '_');
}

/** The services with a role in this database. */
export function servicesOf(database: OwnDatabase): ServiceName[] {
  return serviceNames.filter((name) => services[name].database === database);
}

/** All roles that log in to this database. */
export function loginRoles(database: OwnDatabase): string[] {
  return [...servicesOf(database).map(serviceRole), ADMIN_ROLE, ...(database === 'alt' ? [QUEUE_ROLE] : [])];
}

/** The passwords kept in a data folder; those that are missing are made. */
export function loadRolePasswords(dataDir: string): RolePasswords {
  const file = join(dataDir, 'role-passwords.json');
  const passwords: RolePasswords = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const missing = databaseNames.flatMap(loginRoles).filter((role) => passwords[role] === undefined);
  if (missing.length === 0) return passwords;
  for (const role of missing) passwords[role] = randomBytes(24).toString('base64url');
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, `${JSON.stringify(passwords, null, 2)}\n`, { mode: 0o600 });
  renameSync(temporary, file);
  return passwords;
}

/** How a service (or `alt_admin`) connects to one of our databases on the server that `admin` reaches. */
export function roleConnection(
  admin: Connection,
  database: OwnDatabase,
  role: string,
  passwords: RolePasswords,
): Connection {
  const password = passwords[role];
  if (password === undefined) throw new Error(`There is no password for the database role ${role}.`);
  return { ...admin, user: role, password, database };
}
