import { type ServiceName, services } from './services.ts';
import type { WorkloadName } from './workloads.ts';

type Database = { server: WorkloadName; environmentName: string; contents: string };

/** The databases. On one machine `alt` and `auth` lie in the same server; `kratos` exists only where Kratos runs. */
export const databases = {
  alt: { server: 'postgres', environmentName: 'DATABASE_URL', contents: 'everything but identities' },
  auth: {
    server: 'auth-postgres',
    environmentName: 'AUTH_DATABASE_URL',
    contents: 'accounts, sessions, keys, tenants, memberships, invitations',
  },
  kratos: { server: 'kratos-postgres', environmentName: 'DSN', contents: "Kratos' own" },
} as const satisfies Record<string, Database>;

export type DatabaseName = keyof typeof databases;

/** The database role of a service: its name with underscores. */
export type DatabaseRole = Underscored<ServiceName>;

type Underscored<Name extends string> = Name extends `${infer Head}-${infer Rest}`
  ? `${Head}_${Underscored<Rest>}`
  : Name;

/** Which database a service uses, as which role; null for a service without one. */
export function storeOf(service: ServiceName): { database: DatabaseName; role: DatabaseRole } | null {
  const { database } = services[service];
  return database && { database, role: service.replaceAll('-', '_') as DatabaseRole };
}
