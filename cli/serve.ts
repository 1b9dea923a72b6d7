import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectionFromUrl, createDatabase, type Database, renewableLogin } from '@alt/database';
import { createEgress, parseAllowList } from '@alt/egress';
import { ConfigError, createHost, createLogger, listen, parseConfig, parseTrustedProxies } from '@alt/service-kit';
import {
  egressListenerOf,
  egressProxyUrl,
  environmentNameOf,
  type ServerName,
  serviceAddress,
  servicePort,
  services,
} from '@alt/topology';
import { openTracing, type Tracer } from '@alt/tracing';
import { openDatabases } from './database.ts';
import { mountedSecret } from './mounted-secrets.ts';
import { type BuiltService, loadService } from './registry.ts';
import { type Environment, loadSecrets, readKeyFiles, readSettings, type Settings, userAgent } from './settings.ts';
import { stopInTime } from './stopping.ts';

/** What is left when the time for requests is over is cut, which takes no longer than this. */
const CUT_MS = 2_000;

/** One service in this process, its peers over HTTP: what a pod runs. What was started before a failure is stopped. */
export async function serveService(
  name: BuiltService,
  given: Environment,
): Promise<{ port: number; stop(): Promise<void> }> {
  const environment: Environment = { ...given, ...(given.PORT ? { SIDECAR_PROXY_PORT: given.PORT } : {}) };
  const settings = readSettings({ ...environment, PORT: given.PUBLIC_PORT });
  const log = createLogger(settings.LOG_LEVEL ?? 'info');
  const closing = new AbortController();
  const stopping = new AbortController();
  const [service, tracing] = await Promise.all([loadService(name), openTracing(environment)]);
  const tracer = tracing?.tracerOf(name) ?? null;
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
  try {
    if (tracing) stops.push(() => stopInTime('traces', tracing.stop, log));
    const { database, close } = await openOwnDatabase({ name, settings, environment, log, tracer });
    stops.push(close);
    if (database) stops.push(() => stopInTime('connections', database.end, log));
    const secrets = await localSecrets(name, environment, settings);
    const egress = openEgress(name, settings, environment, tracer);
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
      tracer,
      reach: (peer) => ({
        baseUrl: peerAddress(name, peer as ServerName, environment),
        dispatch: (request) => fetch(request),
      }),
    });
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

interface OwnDatabaseOptions {
  name: BuiltService;
  settings: Settings;
  environment: Environment;
  log: ReturnType<typeof createLogger>;
  tracer: Tracer | null;
}

/** DATABASE_URL with this service's own role; without it the embedded server that `alt up` or `alt migrate` left running. */
async function openOwnDatabase({ name, settings, environment, log, tracer }: OwnDatabaseOptions) {
  const kind = services[name].database;
  if (!kind) return { database: null, close: async () => {} };
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
async function localSecrets(name: BuiltService, environment: Environment, settings: Settings) {
  const { SERVICE_KEY_FILE: keyFile, SERVICE_KEY_SET_FILE: keySetFile } = environment;
  const derived: Environment = {
    ALT_CACHE_DIR: path.join(settings.ALT_DATA_DIR, 'cache'),
    ALT_SEARCH_DIR: path.join(settings.ALT_DATA_DIR, 'search'),
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
function openEgress(name: BuiltService, settings: Settings, environment: Environment, tracer: Tracer | null) {
  const listener = egressListenerOf(name, 'machine');
  const proxyUrl =
    settings.EGRESS_PROXY_URL ??
    (listener ? (environment.SIDECAR_PROXY_BASE_URL ?? egressProxyUrl(listener, 'machine')) : undefined);
  return createEgress({
    allow: parseAllowList(settings.ALT_EGRESS_ALLOW),
    userAgent: userAgent(settings),
    tracer,
    ...(proxyUrl && name !== 'sidecar-proxy' ? { proxyUrl } : {}),
  });
}
