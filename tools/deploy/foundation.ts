import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  databases,
  isFlowAllowed,
  namespaces,
  type ServiceName,
  serviceNames,
  services,
  storeOf,
  type WorkloadName,
  workloads,
} from '@alt/topology';
import { stringify } from 'yaml';
import { kratosSettings } from '../../services/auth-service/kratos/settings.ts';

const projectRoot = path.resolve(import.meta.dirname, '../..');
const layers = 'skaffold';
const foundation = `${layers}/01-foundation/charts`;
const kratosChart = `${layers}/05-auth-platform/charts/kratos/files`;
const kratosSource = 'services/auth-service/kratos';
const kratosFiles = [
  'kratos.yaml',
  'identity.schema.json',
  'mail.jsonnet',
  'registering.jsonnet',
  'registered.jsonnet',
];
const header = '# Derived from packages/topology; do not edit: npm run topology\n';

/** Stands in Kratos' derived settings where a release puts its own public address, and a pod its token. */
export const KRATOS_ORIGIN = 'https://origin.alt.invalid';
export const KRATOS_TOKEN = 'token.alt.invalid';

/** The files that charts of the foundation and of Kratos take from elsewhere: path → what it has to hold. */
export function foundationFiles(root: string): Map<string, string> {
  const files = new Map([
    [`${foundation}/namespaces/files/namespaces.yaml`, header + stringify(namespaceList())],
    [`${foundation}/common-secrets/files/secrets.yaml`, header + stringify(secretsInventory())],
    [`${kratosChart}/settings.template`, `${JSON.stringify(kratosSettingsOfChart(), null, 2)}\n`],
  ]);
  for (const name of kratosFiles) {
    files.set(`${kratosChart}/${name}`, readFileSync(path.join(root, kratosSource, name), 'utf8'));
  }
  return files;
}

/** Our own namespaces, and whether anything in them carries the mesh's proxy. */
function namespaceList() {
  const meshed = new Set<string | null>(
    [...Object.values(services), ...Object.values(workloads)].filter((one) => one.isMeshed).map((one) => one.namespace),
  );
  return Object.entries(namespaces)
    .filter(([, { owner }]) => owner === 'alt')
    .map(([name, { purpose }]) => ({ name, purpose, isMeshed: meshed.has(name) }));
}

export interface SecretDescription {
  namespace: string;
  name: string;
  /** Keys that a service reads where they are there. */
  optionalKeys?: string[];
  keys: string[];
  /** What it is there for, where that is optional. */
  for?: 'tunnel';
}

/** Every Secret that the platform mounts, with its keys. Values are made once, by `alt secrets make`. */
export function secretsInventory(): SecretDescription[] {
  return [...serviceNames.flatMap(secretOfService), ...secretsOfStores()].sort((a, b) =>
    `${a.namespace}/${a.name}`.localeCompare(`${b.namespace}/${b.name}`),
  );
}

const ownKeys: Partial<Record<ServiceName, string[]>> = {
  'alt-backend': ['ALT_IMAGE_KEY', 'CLICKHOUSE_PASSWORD'],
  'arch-repo-service': ['ALT_IMAGE_KEY'],
  'auth-service': ['ALT_SECRET_KEY', 'KRATOS_TOKEN'],
  'rask-log-aggregator': ['CLICKHOUSE_PASSWORD'],
  'search-indexer': ['MEILISEARCH_KEY'],
};

/** `secrets.optional` of the services' charts: nobody makes them, for others give them out. */
const optionalKeys: Partial<Record<ServiceName, string[]>> = {
  'alt-backend': ['SMTP_URL'],
  'auth-service': ['SMTP_URL', 'ALT_OIDC_CLIENT_SECRET'],
  'auth-token-manager': ['INOREADER_CLIENT_SECRET'],
  'news-creator': ['ALT_LLM_KEY'],
  'rask-log-aggregator': ['RASK_INGEST_TOKEN', 'RASK_QUERY_TOKEN'],
};

function secretOfService(name: ServiceName): SecretDescription[] {
  const { namespace } = services[name];
  if (!namespace) return [];
  const store = storeOf(name);
  const database = store && databases[store.database];
  const keys = [
    // Some use a database on one machine only.
    ...(database && isFlowAllowed(name, database.server, { shape: 'cluster' }) ? [database.environmentName] : []),
    ...(ownKeys[name] ?? []),
    'service-key.json',
    'service-key-set.json',
  ];
  const optional = optionalKeys[name];
  return [{ namespace, name: `${name}-secrets`, keys, ...(optional && { optionalKeys: optional }) }];
}

function secretsOfStores(): SecretDescription[] {
  const of = (name: WorkloadName, keys: string[]): SecretDescription => {
    const { namespace } = workloads[name];
    if (!namespace) throw new Error(`${name} lies in no namespace`);
    return { namespace, name: `${name}-secrets`, keys };
  };
  return [
    of('postgres', ['POSTGRES_PASSWORD', 'DATABASE_URL', 'role-passwords.json']),
    of('auth-postgres', ['POSTGRES_PASSWORD', 'AUTH_DATABASE_URL', 'role-passwords.json']),
    of('kratos-postgres', ['POSTGRES_PASSWORD', 'KRATOS_PASSWORD']),
    of('kratos', ['DSN', 'SECRETS_COOKIE', 'SECRETS_CIPHER', 'KRATOS_TOKEN']),
    of('meilisearch', ['MEILI_MASTER_KEY']),
    of('clickhouse', ['CLICKHOUSE_PASSWORD']),
    of('backup', [
      'POSTGRES_PASSWORD',
      'AUTH_POSTGRES_PASSWORD',
      'KRATOS_POSTGRES_PASSWORD',
      'MEILI_MASTER_KEY',
      'CLICKHOUSE_PASSWORD',
      'BACKUP_PASSPHRASE',
    ]),
    { ...of('cloudflared', ['TUNNEL_TOKEN']), for: 'tunnel' },
    // KEDA reads it beside the workers that it scales.
    { namespace: 'alt-processing', name: 'keda-operator-secrets', keys: ['QUEUE_READER_PASSWORD'] },
  ];
}

/** Kratos' second configuration file as a template: the chart puts the address in, a pod the token. */
function kratosSettingsOfChart() {
  return kratosSettings({
    origin: KRATOS_ORIGIN,
    authService: { url: 'http://auth-service.alt-auth.svc.cluster.local:8080', token: KRATOS_TOKEN },
    folder: '/etc/config',
  });
}

/** Sentences that name the derived files of these charts that no longer follow. */
export async function foundationDrift(root = projectRoot): Promise<string[]> {
  return [...foundationFiles(root)]
    .filter(
      ([file, text]) => !existsSync(path.join(root, file)) || readFileSync(path.join(root, file), 'utf8') !== text,
    )
    .map(([file]) => `${file} does not follow its source; run \`npm run topology\`.`);
}

export function writeFoundation(root = projectRoot): void {
  for (const [file, text] of foundationFiles(root)) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  }
}
