import { connectionFromUrl, createDatabase, type Database, renewableLogin } from '@alt/database';
import { createEgress, parseAllowList } from '@alt/egress';
import { ConfigError, createHost, type Host, type Logger, parseConfig, parseTrustedProxies } from '@alt/service-kit';
import {
  egressListenerOf,
  egressProxyUrl,
  environmentNameOf,
  type ServerName,
  type ServiceName,
  serviceAddress,
  services,
} from '@alt/topology';
import type { Tracer, Tracing } from '@alt/tracing';
import { openDatabases } from './database.ts';
import { mountedSecret } from './mounted-secrets.ts';
import { type AnyService, type LoadedName, loadService } from './registry.ts';
import { derivedSettings, type Environment, loadSecrets, readKeyFiles, type Settings, userAgent } from './settings.ts';
import { stopInTime } from './stopping.ts';

export interface OwnHostOptions {
  environment: Environment;
  settings: Settings;
  log: Logger;
  signal: AbortSignal;
  /** Closed with the rest. */
  tracing: Tracing | null;
  closing?: AbortSignal;
  isDraining?: () => boolean;
  /** Without EGRESS_PROXY_URL: through the sidecar-proxy of this machine, or, as in `alt up`, from this process itself. */
  egress: 'proxy' | 'direct';
  /** Hears how each part that was opened is closed again, in the order of opening. */
  onStop(step: () => Promise<void>): void;
}

export interface OwnHost {
  service: AnyService;
  /** What the service's own schema made of the environment. */
  config: unknown;
  host: Host<ServiceName>;
}

/**
 * What one service is given in a process of its own: its settings, its database role, keys, the way out, peers over HTTP.
 * Throws a ConfigError where a setting is missing or wrong; what was opened before is then closed by `onStop`'s steps.
 */
export async function openOwnHost(name: LoadedName, options: OwnHostOptions): Promise<OwnHost> {
  const { environment, settings, log, signal } = options;
  const { tracing } = options;
  const service = await loadService(name);
  if (tracing) options.onStop(() => stopInTime('traces', tracing.stop, log));
  const tracer = tracing?.tracerOf(name) ?? null;
  const secrets = await localSecrets(name, environment, settings);
  const config = parseConfig(name, service.config, { ...secrets.derived, ...environment });
  const { database, close } = await openOwnDatabase(service, config, options, tracer);
  options.onStop(close);
  if (database) options.onStop(() => stopInTime('connections', database.end, log));
  const egress = openEgress(name, options, tracer);
  options.onStop(() => stopInTime('egress', () => egress.close(), log));
  const host = createHost({
    name,
    environment,
    log,
    signal,
    ...(options.closing ? { closing: options.closing } : {}),
    ...(options.isDraining ? { isDraining: options.isDraining } : {}),
    database,
    listener: database,
    egress,
    keys: secrets.keys,
    publicUrl: settings.publicUrl,
    trustedProxies: parseTrustedProxies(settings.ALT_TRUSTED_PROXIES),
    tracer,
    reach: (peer) => ({
      baseUrl: peerAddress(name, peer as ServerName, environment),
      dispatch: (request) => fetch(request),
    }),
  });
  return { service, config, host };
}

/**
 * Where a peer is found. tag-generator knows news-creator as an Ollama server too: there OLLAMA_HOST may name it, and
 * counts only where it does, for on one machine it is the server outside that news-creator itself asks.
 */
export function peerAddress(name: LoadedName, peer: ServerName, environment: Environment): string {
  const { OLLAMA_HOST: ollama } = environment;
  const isNewsCreator = URL.parse(ollama ?? '')?.hostname.split('.')[0] === 'news-creator';
  const known = name === 'tag-generator' && peer === 'news-creator' && isNewsCreator ? ollama : undefined;
  return environment[environmentNameOf(peer)] ?? known ?? serviceAddress(peer, 'machine');
}

/** DATABASE_URL with this service's own role; without it the embedded server that `alt up` or `alt migrate` left running. */
async function openOwnDatabase(service: AnyService, config: unknown, options: OwnHostOptions, tracer: Tracer | null) {
  const { environment, settings, log } = options;
  const { name } = service;
  const kind = services[name].database;
  if (!kind || service.usesDatabase?.(config) === false) return { database: null, close: async () => {} };
  const variable = kind === 'auth' && settings.AUTH_DATABASE_URL ? 'AUTH_DATABASE_URL' : 'DATABASE_URL';
  const address = settings[variable];
  if (address) {
    // A mounted file changes under a process that runs; the password in it may, too.
    const now = () => connectionFromUrl(mountedSecret(environment, variable) ?? address).password;
    const database: Database = createDatabase({
      ...connectionFromUrl(address),
      login: renewableLogin(now),
      applicationName: name,
      log: (message) => log.warn(message),
      tracer,
    });
    return { database, close: async () => {} };
  }
  const databases = await openDatabases(settings, { log, isOwner: false });
  return { database: databases.connectAs(name, tracer), close: databases.stop };
}

/** Keys and secrets from mounted files where they are named, else from the data folder. */
async function localSecrets(name: LoadedName, environment: Environment, settings: Settings) {
  const { SERVICE_KEY_FILE: keyFile, SERVICE_KEY_SET_FILE: keySetFile } = environment;
  const derived = derivedSettings(settings.ALT_DATA_DIR);
  if (keyFile && keySetFile) return { keys: readKeyFiles(keyFile, keySetFile), derived };
  if (keyFile || keySetFile) throw new ConfigError('Set both SERVICE_KEY_FILE and SERVICE_KEY_SET_FILE, or neither.');
  const secrets = await loadSecrets(settings.ALT_DATA_DIR);
  return {
    keys: secrets.keysOf(name),
    derived: { ...derived, ALT_IMAGE_KEY: secrets.imageKey, ALT_SECRET_KEY: secrets.secretKey },
  };
}

/** Out through the proxy that the topology names; sidecar-proxy itself dials. */
function openEgress(name: LoadedName, { environment, settings, egress }: OwnHostOptions, tracer: Tracer | null) {
  const listener = egressListenerOf(name, 'machine');
  const sidecar =
    environment.SIDECAR_PROXY_BASE_URL ??
    (listener && egress === 'proxy' ? egressProxyUrl(listener, 'machine') : undefined);
  const proxyUrl = settings.EGRESS_PROXY_URL ?? (listener ? sidecar : undefined);
  return createEgress({
    allow: parseAllowList(settings.ALT_EGRESS_ALLOW),
    userAgent: userAgent(settings),
    tracer,
    ...(proxyUrl && name !== 'sidecar-proxy' ? { proxyUrl } : {}),
  });
}
