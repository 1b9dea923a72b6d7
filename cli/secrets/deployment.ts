import { createHmac, randomBytes } from 'node:crypto';
import { databaseNames, loginRoles, type OwnDatabase, QUEUE_ROLE, serviceRole } from '@alt/database';
import { ConfigError, generateServiceKey, publicHalf } from '@alt/service-kit';
import {
  databases,
  isFlowAllowed,
  type Namespace,
  type ServiceName,
  serviceNames,
  services,
  storeOf,
  type WorkloadName,
  workloads,
} from '@alt/topology';

/** One Secret of a deployment: what one workload is given, and nothing of another's. */
export interface Secret {
  name: string;
  namespace: Namespace;
  data: Record<string, string>;
}

/** Values that exist already, by the name of the Secret and the key in it. */
export type Existing = ReadonlyMap<string, Readonly<Record<string, string>>>;

/** The user of the key that Meilisearch derives from its master key: https://www.meilisearch.com/docs/reference/api/keys */
export const SEARCH_KEY_UID = 'c0ffee00-5ea7-4c11-8a17-a17000000001';

/** Where every pod, and every container of Compose, finds the authority of the databases' certificates. */
export const AUTHORITY_FILE = '/run/secrets/alt-ca/ca.crt';

const SUPERUSER = 'postgres';

/** What KEDA is given. It reads the Secret where the workers are that it scales, not where it runs itself. */
export const QUEUE_KEY = 'QUEUE_READER_PASSWORD';
const QUEUE_NAMESPACE: Namespace = 'alt-processing';

/**
 * All Secrets of a deployment. What exists stays as it is, and what is missing fits it: a password that one workload
 * knows already is the one that its server is given. Throws a ConfigError where what exists contradicts itself.
 */
export async function deploymentSecrets(existing: Existing = new Map()): Promise<Secret[]> {
  const shared = sharedValues(existing);
  const deployed = serviceNames.filter((name) => services[name].namespace !== null);
  const keys = new Map<ServiceName, string>();
  for (const name of deployed) {
    const kept = existing.get(secretName(name))?.['service-key.json'];
    keys.set(name, kept ?? JSON.stringify(await generateServiceKey(name)));
  }
  const keySet = JSON.stringify({ keys: [...keys.values()].map((key) => publicHalf(JSON.parse(key))) });
  const wanted = [
    ...deployed.map((name) => ofService(name, shared, keys.get(name) ?? '', keySet)),
    ...ofWorkloads(shared),
  ];
  const all = wanted.map((secret) => ({ ...secret, data: { ...secret.data, ...existing.get(secret.name) } }));
  assertKeySets(all, [...keys.values()]);
  assertRoles(all);
  return all;
}

/** The one Secret that nobody can make: Cloudflare gives the token of a tunnel, to whoever wants the way in to be one. */
export const TUNNEL = { name: 'cloudflared-secrets', namespace: workloads.cloudflared.namespace, key: 'TUNNEL_TOKEN' };

/** That Secret. A token is base64 of an object with account, tunnel and secret; ConfigError where it is none. */
export function tunnelSecret(text: string): Secret {
  const token = text.trim();
  if (!isTunnelToken(token)) {
    throw new ConfigError(
      'That file holds no token of a tunnel. It is the one long word that `cloudflared tunnel token NAME` prints, without ' +
        'the command around it that the dashboard shows.',
    );
  }
  const { name, namespace, key } = TUNNEL;
  return { name, namespace, data: { [key]: token } };
}

function isTunnelToken(token: string): boolean {
  try {
    const given: unknown = JSON.parse(Buffer.from(token, 'base64').toString('utf8'));
    return typeof given === 'object' && given !== null && ['a', 't', 's'].every((part) => Object.hasOwn(given, part));
  } catch {
    return false;
  }
}

export function secretName(workload: ServiceName | WorkloadName): string {
  return `${workload}-secrets`;
}

type SharedValues = ReturnType<typeof sharedValues>;

/** Values that more than one Secret holds: found in any of them, or made. */
function sharedValues(existing: Existing) {
  const found = (name: ServiceName | WorkloadName, key: string) => existing.get(secretName(name))?.[key];
  const one = (what: string, ...places: (string | undefined)[]) => {
    const values = [...new Set(places.filter((value) => value !== undefined))];
    if (values.length > 1) throw new ConfigError(`Two Secrets know ${what}, and differ. Correct one of them.`);
    return values[0] ?? random();
  };
  const roles = (database: OwnDatabase) => {
    const server = databases[database].server;
    const kept = JSON.parse(found(server, 'role-passwords.json') ?? '{}') as Record<string, string>;
    const passwords = loginRoles(database).map((role) => {
      const service = serviceNames.find((name) => serviceRole(name) === role);
      const address = service && found(service, databases[database].environmentName);
      const asked = role === QUEUE_ROLE ? found('keda-operator', QUEUE_KEY) : undefined;
      return [role, one(`the password of ${role}`, kept[role], passwordIn(address), asked)] as const;
    });
    return Object.fromEntries(passwords);
  };
  const superuser = (server: 'postgres' | 'auth-postgres' | 'kratos-postgres', inBackup: string) =>
    one(`the password of ${server}`, found(server, 'POSTGRES_PASSWORD'), found('backup', inBackup));
  return {
    roles: { alt: roles('alt'), auth: roles('auth') },
    superusers: {
      postgres: superuser('postgres', 'POSTGRES_PASSWORD'),
      'auth-postgres': superuser('auth-postgres', 'AUTH_POSTGRES_PASSWORD'),
      'kratos-postgres': superuser('kratos-postgres', 'KRATOS_POSTGRES_PASSWORD'),
    },
    kratosRole: one(
      'the password of the database role kratos',
      found('kratos-postgres', 'KRATOS_PASSWORD'),
      passwordIn(found('kratos', 'DSN')),
    ),
    kratosToken: one('the token of Kratos', found('kratos', 'KRATOS_TOKEN'), found('auth-service', 'KRATOS_TOKEN')),
    imageKey: one(
      'the key of image addresses',
      found('alt-backend', 'ALT_IMAGE_KEY'),
      found('arch-repo-service', 'ALT_IMAGE_KEY'),
    ),
    meilisearch: one(
      'the master key of Meilisearch',
      found('meilisearch', 'MEILI_MASTER_KEY'),
      found('backup', 'MEILI_MASTER_KEY'),
    ),
    clickhouse: one(
      'the password of ClickHouse',
      found('clickhouse', 'CLICKHOUSE_PASSWORD'),
      found('backup', 'CLICKHOUSE_PASSWORD'),
      found('alt-backend', 'CLICKHOUSE_PASSWORD'),
      found('rask-log-aggregator', 'CLICKHOUSE_PASSWORD'),
    ),
  };
}

function ofService(name: ServiceName, shared: SharedValues, key: string, keySet: string): Secret {
  const { namespace } = services[name];
  if (namespace === null) throw new Error(`${name} is not deployed`);
  const own: Partial<Record<ServiceName, Record<string, string>>> = {
    'alt-backend': { ALT_IMAGE_KEY: shared.imageKey, CLICKHOUSE_PASSWORD: shared.clickhouse },
    'arch-repo-service': { ALT_IMAGE_KEY: shared.imageKey },
    'auth-service': { ALT_SECRET_KEY: random(), KRATOS_TOKEN: shared.kratosToken },
    'rask-log-aggregator': { CLICKHOUSE_PASSWORD: shared.clickhouse },
    'search-indexer': {
      MEILISEARCH_KEY: createHmac('sha256', shared.meilisearch).update(SEARCH_KEY_UID).digest('hex'),
    },
  };
  return {
    name: secretName(name),
    namespace,
    data: {
      ...databaseAddress(name, shared),
      ...own[name],
      'service-key.json': key,
      'service-key-set.json': keySet,
    },
  };
}

/** Of a service that may reach its database where it is deployed; what runs on one machine alone needs none here. */
function databaseAddress(name: ServiceName, { roles }: SharedValues): Record<string, string> {
  const store = storeOf(name);
  if (!store || store.database === 'kratos') return {};
  const { server, environmentName } = databases[store.database];
  if (!isFlowAllowed(name, server, { shape: 'cluster' })) return {};
  const { role, database } = store;
  return { [environmentName]: postgresUrl({ server, user: role, password: roles[database][role] ?? '', database }) };
}

function ofWorkloads(shared: SharedValues): Secret[] {
  const { superusers, roles, kratosRole, meilisearch, clickhouse } = shared;
  const ownServer = (database: OwnDatabase) => {
    const { server, environmentName } = databases[database];
    const password = superusers[server];
    return {
      POSTGRES_PASSWORD: password,
      [environmentName]: postgresUrl({ server, user: SUPERUSER, password, database: 'postgres' }),
      'role-passwords.json': JSON.stringify(roles[database]),
    };
  };
  const secrets: Partial<Record<WorkloadName, Record<string, string>>> = {
    postgres: ownServer('alt'),
    'auth-postgres': ownServer('auth'),
    'kratos-postgres': { POSTGRES_PASSWORD: superusers['kratos-postgres'], KRATOS_PASSWORD: kratosRole },
    kratos: {
      DSN: postgresUrl({ server: 'kratos-postgres', user: 'kratos', password: kratosRole, database: 'kratos' }),
      SECRETS_COOKIE: random(),
      // Kratos takes exactly 32 characters as they are, so 192 bits are what fits into this alphabet.
      SECRETS_CIPHER: random().slice(0, 32),
      KRATOS_TOKEN: shared.kratosToken,
    },
    meilisearch: { MEILI_MASTER_KEY: meilisearch },
    clickhouse: { CLICKHOUSE_PASSWORD: clickhouse },
    backup: {
      POSTGRES_PASSWORD: superusers.postgres,
      AUTH_POSTGRES_PASSWORD: superusers['auth-postgres'],
      KRATOS_POSTGRES_PASSWORD: superusers['kratos-postgres'],
      MEILI_MASTER_KEY: meilisearch,
      CLICKHOUSE_PASSWORD: clickhouse,
      BACKUP_PASSPHRASE: random(),
    },
    'keda-operator': { [QUEUE_KEY]: roles.alt[QUEUE_ROLE] ?? '' },
  };
  return (Object.entries(secrets) as [WorkloadName, Record<string, string>][]).map(([name, data]) => {
    const namespace = name === 'keda-operator' ? QUEUE_NAMESPACE : workloads[name].namespace;
    if (namespace === null) throw new Error(`${name} is in no namespace`);
    return { name: secretName(name), namespace, data };
  });
}

/** The names under which a workload is found: on a cluster, and in the networks of Compose. */
export function hostName(workload: WorkloadName): string {
  return `${workload}.${workloads[workload].namespace}.svc.cluster.local`;
}

export function postgresUrl(to: { server: WorkloadName; user: string; password: string; database: string }): string {
  const where = `${hostName(to.server)}:${workloads.postgres.ports.sql}`;
  return `postgres://${to.user}:${to.password}@${where}/${to.database}?sslmode=verify-full&sslrootcert=${AUTHORITY_FILE}`;
}

function passwordIn(address: string | undefined): string | undefined {
  return address === undefined ? undefined : decodeURIComponent(new URL(address).password);
}

/** A service whose key another does not know would be refused by it. */
function assertKeySets(secrets: Secret[], keys: string[]): void {
  const wanted = keys.map((key) => (JSON.parse(key) as { kid: string }).kid);
  for (const { name, data } of secrets) {
    const text = data['service-key-set.json'];
    if (text === undefined) continue;
    const known = (JSON.parse(text) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid);
    const missing = wanted.find((kid) => !known.includes(kid));
    if (missing) {
      throw new ConfigError(
        `The key set in ${name} does not hold ${missing}, a key that is newer. Remove service-key.json and ` +
          'service-key-set.json from all Secrets of services, and make them again: every service then gets a new key.',
      );
    }
  }
}

/** A role that its server is not told of could not sign in, and whoever asks as it would be refused. */
function assertRoles(secrets: Secret[]): void {
  for (const database of databaseNames) {
    const name = secretName(databases[database].server);
    const text = secrets.find((secret) => secret.name === name)?.data['role-passwords.json'] ?? '{}';
    const known = JSON.parse(text) as Record<string, string>;
    const missing = loginRoles(database).filter((role) => known[role] === undefined);
    if (missing.length > 0) {
      throw new ConfigError(
        `role-passwords.json in ${name} lacks ${missing.join(', ')}. Remove it (on a cluster, the whole Secret) and run ` +
          'this again: what others know already stays as it is. Then let the migrations run.',
      );
    }
  }
}

/** 256 bits. */
function random(): string {
  return randomBytes(32).toString('base64url');
}
