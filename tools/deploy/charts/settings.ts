// Which settings a service reads, and which of them are secrets: from its own config.ts, the command, and the topology.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  addressOf,
  egressListenerOf,
  egressProxyUrl,
  environmentNameOf,
  flows,
  isServiceName,
  type ServerName,
  type ServiceName,
  services,
  storeOf,
} from '@alt/topology';

const root = path.dirname(path.dirname(path.dirname(import.meta.dirname)));

/** What every process reads: `cli/settings.ts` and `packages/service-kit`, and what Node itself reads. */
const COMMON = [
  'ALT_CORS_ORIGINS',
  'ALT_EGRESS_ALLOW',
  'ALT_PUBLIC_URL',
  'ALT_TRUSTED_PROXIES',
  'AUTH_DATABASE_URL',
  'DATABASE_URL',
  'EGRESS_PROXY_URL',
  'LOG_LEVEL',
  'NODE_COMPILE_CACHE',
  'NODE_OPTIONS',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_TRACES_SAMPLER_ARG',
];

/** What the library itself sets; a chart that set them too would contradict it. */
const SET_BY_LIBRARY = new Set([
  'HOST',
  'PORT',
  'ALT_DATA_DIR',
  'ALT_SECRETS_DIR',
  'ALT_DRAIN_SECONDS',
  'ALT_FINISH_SECONDS',
]);

/** Settings whose value nobody but the process may see. They are mounted as files, never values of a chart. */
const SECRET = /(_KEY|_PASSWORD|_SECRET|_TOKEN|_CIPHER|DATABASE_URL|SMTP_URL)$/;

/** The files of every service's Secret that are no settings. */
export const keyFiles = ['service-key.json', 'service-key-set.json'] as const;

export type SettingNames = { plain: readonly string[]; secret: readonly string[] };

/** The names that a service's chart may set, and those that its Secret may have. */
export async function settingsOf(service: ServiceName): Promise<SettingNames> {
  const own = await namesInConfig(service);
  const peers = Object.keys(addressesOf(service));
  const all = [...new Set([...COMMON, ...own, ...peers])].filter((name) => !SET_BY_LIBRARY.has(name)).sort();
  const database = databaseSettingOf(service);
  return {
    plain: all.filter((name) => !SECRET.test(name)),
    secret: [
      ...all.filter((name) => SECRET.test(name) && (!name.endsWith('DATABASE_URL') || name === database)),
      ...keyFiles,
    ],
  };
}

/** The name of the setting with the address of its database; null where it has none on a cluster. */
export function databaseSettingOf(service: ServiceName): 'DATABASE_URL' | 'AUTH_DATABASE_URL' | null {
  const store = storeOf(service);
  const hasWay = clusterFlows(service).some(({ protocol }) => protocol === 'postgres');
  if (!store || !hasWay) return null;
  return store.database === 'auth' ? 'AUTH_DATABASE_URL' : 'DATABASE_URL';
}

/**
 * The addresses that a service is given on a cluster: exactly those of its flows, each under the name by which the service
 * reads it. tag-generator knows news-creator as an Ollama server; logs go to rask-log-aggregator where that runs.
 */
export function addressesOf(service: ServiceName): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { to, ports, protocol } of clusterFlows(service)) {
    if (protocol === 'connect' || protocol === 'postgres' || ports === 'own') continue;
    const name = addressNameOf(service, to, ports[0] ?? 0);
    if (name) found[name] = addressOf(to as ServiceName, ports[0] ?? 0, 'cluster');
  }
  const listener = egressListenerOf(service, 'cluster');
  if (!listener) return found;
  const url = egressProxyUrl(listener, 'cluster');
  if (service === 'sidecar-proxy') return { ...found, UPSTREAM_PROXY_URL: url };
  if (service === 'alt-backend') found.SIDECAR_PROXY_BASE_URL = url;
  return { ...found, EGRESS_PROXY_URL: url };
}

/** Ports of Kratos and the names under which they are known. A flow that has no user yet has no name. */
function addressNameOf(service: ServiceName, to: string, port: number): string | null {
  if (to === 'kratos') {
    const isUsed = service === 'auth-service' || service === 'alt-frontend';
    return isUsed ? (port === 4434 ? 'KRATOS_ADMIN_URL' : 'KRATOS_PUBLIC_URL') : null;
  }
  if (to === 'meilisearch') return 'MEILISEARCH_URL';
  if (to === 'clickhouse') return 'CLICKHOUSE_URL';
  if (to === 'news-creator' && service === 'tag-generator') return 'OLLAMA_HOST';
  return isServiceName(to) && services[to].port !== null ? environmentNameOf(to as ServerName) : null;
}

function clusterFlows(service: ServiceName) {
  return flows.filter(({ from, shape }) => from === service && shape !== 'machine');
}

/** The names in the zod schema that a service exports as `config`; none where the service is yet to be written. */
async function namesInConfig(service: ServiceName): Promise<string[]> {
  const file = path.join(root, 'services', service, 'config.ts');
  if (!existsSync(file)) return [];
  const { config } = (await import(pathToFileURL(file).href)) as { config: unknown };
  const names = shapeOf(config);
  if (!names) throw new Error(`services/${service}/config.ts exports a config whose names cannot be read.`);
  return names;
}

/** An object schema has its fields in `shape`; one with a transformation has that of what goes in. */
function shapeOf(schema: unknown): string[] | null {
  if (typeof schema !== 'object' || schema === null) return null;
  if ('shape' in schema && typeof schema.shape === 'object') return Object.keys(schema.shape ?? {});
  return 'in' in schema ? shapeOf(schema.in) : null;
}
