import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectionFromUrl, createDatabase, type Database, renewableLogin } from '@alt/database';
import { createEgress, parseAllowList } from '@alt/egress';
import {
  ConfigError,
  createHost,
  createKeys,
  createLogger,
  createPeer,
  createShipping,
  type Host,
  type KeyMaterial,
  listen,
  parseConfig,
  parseTrustedProxies,
  type Shipping,
} from '@alt/service-kit';
import {
  egressListenerOf,
  egressProxyUrl,
  environmentNameOf,
  type ServerName,
  serviceAddress,
  servicePort,
  services,
} from '@alt/topology';
import { openDatabases } from './database.ts';
import { mountedSecret } from './mounted-secrets.ts';
import { type AnyService, type BuiltService, loadService } from './registry.ts';
import { type Environment, loadSecrets, readKeyFiles, readSettings, type Settings, userAgent } from './settings.ts';
import { stopInTime } from './stopping.ts';

/** What is left when the time for requests is over is cut, which takes no longer than this. */
const CUT_MS = 2_000;
/** Lines that were not sent yet get so long at the end. */
const LAST_LINES_MS = 3_000;

/** One service in this process, its peers over HTTP: what a pod runs. What was started before a failure is stopped. */
export async function serveService(
  name: BuiltService,
  given: Environment,
): Promise<{ port: number; stop(): Promise<void> }> {
  const environment: Environment = { ...given, ...(given.PORT ? { SIDECAR_PROXY_PORT: given.PORT } : {}) };
  const settings = readSettings({ ...environment, PORT: given.PUBLIC_PORT });
  const shipping = shippingOf(name, environment);
  const log = createLogger(settings.LOG_LEVEL ?? 'info', shipping?.push);
  const closing = new AbortController();
  const stopping = new AbortController();
  const service = await loadService(name);
  const stops: (() => Promise<void>)[] = [];
  let isDraining = false;
  let stopListening = async () => {};
  const stop = async () => {
    // Whoever sends requests here learns from `/v1/ready` to send them elsewhere, while they are still answered.
    isDraining = true;
    await sleep(settings.ALT_DRAIN_SECONDS * 1_000);
    // What was asked is answered before anything that the answer may need is told to end.
    closing.abort();
    await stopListening();
    stopping.abort();
    for (const step of stops.splice(0).reverse()) await step();
  };
  if (shipping) stops.push(() => shipping.stop(LAST_LINES_MS));
  try {
    const { database, close } = await openOwnDatabase(service, settings, environment, log);
    stops.push(close);
    if (database) stops.push(() => stopInTime('connections', database.end, log));
    const secrets = await localSecrets(name, environment, settings);
    const egress = openEgress(name, settings, environment);
    stops.push(() => stopInTime('egress', () => egress.close(), log));
    const host = createHost({
      name,
      environment,
      log,
      signal: stopping.signal,
      closing: closing.signal,
      isDraining: () => isDraining,
      database,
      listener: database,
      egress,
      keys: secrets.keys,
      publicUrl: settings.publicUrl,
      trustedProxies: parseTrustedProxies(settings.ALT_TRUSTED_PROXIES),
      reach: (peer) => ({
        baseUrl: peerAddress(name, peer as ServerName, environment),
        dispatch: (request) => fetch(request),
      }),
    });
    if (shipping) ship(shipping, host, secrets.keys, environment);
    const config = parseConfig(name, service.config, { ...secrets.derived, ...environment });
    const running = await service.start(config, host);
    const finishMs = settings.ALT_FINISH_SECONDS * 1_000;
    // One that listens by itself, the proxy, lets what runs through it end in its own stop.
    stops.push(() => stopInTime(name, running.stop, log, running.fetch ? undefined : finishMs + CUT_MS));
    const port = Number(environment.PORT ?? servicePort(name));
    const listening = { port, hostname: settings.HOST, isDraining: () => isDraining, finishMs };
    const server = running.fetch ? await listen(running.fetch, listening) : null;
    if (server) stopListening = () => stopInTime('requests', server.stop, log, finishMs + CUT_MS);
    log.info({ service: name, port: server?.port ?? port }, 'ready');
    return { port: server?.port ?? port, stop };
  } catch (error) {
    settings.ALT_DRAIN_SECONDS = 0; // nobody sends requests to what never started
    await stop().catch(() => undefined);
    throw error;
  }
}

/** Where an aggregator is named, lines go there too. Its own do not: each batch would bring the next. */
function shippingOf(name: BuiltService, environment: Environment): Shipping | null {
  if (name === 'rask-log-aggregator' || !environment.RASK_LOG_AGGREGATOR_URL) return null;
  return createShipping({ service: name });
}

function ship(shipping: Shipping, host: Pick<Host, 'name' | 'metrics'>, keys: KeyMaterial, environment: Environment) {
  const peer = 'rask-log-aggregator';
  const baseUrl = peerAddress(host.name as BuiltService, peer, environment);
  shipping.addMetrics(host.metrics);
  shipping.start(
    createPeer(peer, { keys: createKeys(host.name, keys), baseUrl, dispatch: (request) => fetch(request) }),
  );
}

/**
 * Where a peer is found. tag-generator knows news-creator as an Ollama server too: there OLLAMA_HOST may name it, and
 * counts only where it does, for on one machine it is the server outside that news-creator itself asks.
 */
export function peerAddress(name: BuiltService, peer: ServerName, environment: Environment): string {
  const { OLLAMA_HOST: ollama } = environment;
  const isNewsCreator = URL.parse(ollama ?? '')?.hostname.split('.')[0] === 'news-creator';
  const known = name === 'tag-generator' && peer === 'news-creator' && isNewsCreator ? ollama : undefined;
  return environment[environmentNameOf(peer)] ?? known ?? serviceAddress(peer, 'machine');
}

/** DATABASE_URL with this service's own role; without it the embedded server that `alt up` or `alt migrate` left running. */
async function openOwnDatabase(
  { name, usesDatabase }: AnyService,
  settings: Settings,
  environment: Environment,
  log: ReturnType<typeof createLogger>,
) {
  const kind = services[name].database;
  const isUsed = usesDatabase?.(environment) ?? true;
  if (!kind || !isUsed) return { database: null, close: async () => {} };
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
    });
    return { database, close: async () => {} };
  }
  const databases = await openDatabases(settings, { log, isOwner: false });
  return { database: databases.connectAs(name), close: databases.stop };
}

/** Keys and secrets from mounted files where they are named, else from the data folder. */
async function localSecrets(name: BuiltService, environment: Environment, settings: Settings) {
  const { SERVICE_KEY_FILE: keyFile, SERVICE_KEY_SET_FILE: keySetFile } = environment;
  const derived: Environment = {
    ALT_CACHE_DIR: path.join(settings.ALT_DATA_DIR, 'cache'),
    ALT_SEARCH_DIR: path.join(settings.ALT_DATA_DIR, 'search'),
    RASK_SPOOL_DIR: path.join(settings.ALT_DATA_DIR, 'logs'),
  };
  if (keyFile && keySetFile) return { keys: readKeyFiles(keyFile, keySetFile), derived };
  if (keyFile || keySetFile) throw new ConfigError('Set both SERVICE_KEY_FILE and SERVICE_KEY_SET_FILE, or neither.');
  const secrets = await loadSecrets(settings.ALT_DATA_DIR);
  return {
    keys: secrets.keysOf(name),
    derived: { ...derived, ALT_IMAGE_KEY: secrets.imageKey, ALT_SECRET_KEY: secrets.secretKey },
  };
}

/** Out through the proxy that the topology names; sidecar-proxy itself dials. */
function openEgress(name: BuiltService, settings: Settings, environment: Environment) {
  const listener = egressListenerOf(name, 'machine');
  const proxyUrl =
    settings.EGRESS_PROXY_URL ??
    (listener ? (environment.SIDECAR_PROXY_BASE_URL ?? egressProxyUrl(listener, 'machine')) : undefined);
  return createEgress({
    allow: parseAllowList(settings.ALT_EGRESS_ALLOW),
    userAgent: userAgent(settings),
    ...(proxyUrl && name !== 'sidecar-proxy' ? { proxyUrl } : {}),
  });
}
