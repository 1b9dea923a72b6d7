export { connectionFromUrl } from './address.ts';
export { type ConnectOptions, type Login, openClient, renewableLogin, sqlState } from './connect.ts';
export {
  type CopySession,
  type Database,
  type Queryable,
  type Reader,
  type Statement,
  statement,
  type TransactionOptions,
} from './database.ts';
export {
  type Connection,
  type EmbeddedOptions,
  type EmbeddedServer,
  findRunningEmbedded,
  startEmbedded,
} from './embedded.ts';
export { AlreadyRunningError, DatabaseStartError, DatabaseUnavailableError } from './errors.ts';
export { acquireInstanceLock, findInstanceHolder, type InstanceHolder, type InstanceLock } from './instance-lock.ts';
export { type MigrateOptions, migrate } from './migrate.ts';
export { createDatabase, type DatabaseOptions } from './pool.ts';
export { migrationSql } from './provision.ts';
export {
  ADMIN_ROLE,
  databaseNames,
  loadRolePasswords,
  loginRoles,
  type OwnDatabase,
  ownerRole,
  QUEUE_ROLE,
  type RolePasswords,
  roleConnection,
  serviceRole,
  servicesOf,
} from './roles.ts';
export { exportRows, type Row, RowLinesError, readRows } from './row-lines.ts';
