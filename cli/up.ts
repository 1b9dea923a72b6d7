import type { Database } from '@alt/database';
import { createEgress, type Egress, parseAllowList } from '@alt/egress';
import {
  createCourtesy,
  createHost,
  createKeys,
  createLogger,
  createPeer,
  createShipping,
  type ListeningServer,
  type Logger,
  listen,
  type PeerFetch,
  parseConfig,
  parseTrustedProxies,
  type RunningService,
  type Shipping,
} from '@alt/service-kit';
import { isServiceName, type ServerName, type ServiceName, serviceAddress, servicePort, services } from '@alt/topology';
import { openTracing, type Tracing } from '@alt/tracing';
import { type DatabaseServer, openDatabases } from './database.ts';
import {
  type AnyService,
  type BuiltService,
  builtServices,
  isBuilt,
  type JobName,
  jobNames,
  jobs,
  loadService,
} from './registry.ts';
import { announceServing, localHost } from './serving.ts';
import { derivedSettings, type Environment, loadSecrets, readSettings, type Settings, userAgent } from './settings.ts';
import { LAST_LINES_MS } from './shipping.ts';
import { stopInTime } from './stopping.ts';

export interface RunningPlatform {
  port: number;
  url: URL;
  /** The one-time code that the first account needs, or null. */
  setupCode(): Promise<string | null>;
  /** Ends with what ended the platform, if nobody asked it to. */
  lost: Promise<string>;
  stop(): Promise<void>;
}

type Handlers = Map<ServiceName, NonNullable<RunningService['fetch']>>;

/** Everything in this process: databases, services, and the gateway at PORT. The order is the order of need. */
export async function startPlatform(environment: Environment): Promise<RunningPlatform> {
  const settings = readSettings(environment);
  const shipping = settings.ALT_KEEP_LOGS === 'on' ? createShipping({ service: 'alt' }) : null;
  const tracing = await openTracing(environment);
  const log = createLogger(settings.LOG_LEVEL ?? 'warn', shipping?.push, tracing?.current);
  const stopping = new AbortController();
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    stopping.abort();
    for (const step of stops.splice(0).reverse()) await step();
  };
  const { promise: lost, resolve: onLost } = Promise.withResolvers<string>();
  try {
    if (tracing) stops.push(() => stopInTime('traces', tracing.stop, log));
    const modules = Promise.all([...machineServices(settings), ...wantedJobs(environment)].map(loadService));
    modules.catch(() => undefined); // reported where it is awaited, below
    const databases = await openDatabases(settings, { log, isOwner: true, onLost });
    stops.push(databases.stop);
    const egress = createEgress({
      allow: parseAllowList(settings.ALT_EGRESS_ALLOW),
      userAgent: userAgent(settings),
      tracer: tracing?.tracerOf('egress') ?? null,
    });
    stops.push(() => stopInTime('egress', () => egress.close(), log));
    const starter = createStarter({
      environment,
      settings,
      log,
      signal: stopping.signal,
      databases,
      egress,
      tracing,
      secrets: await loadSecrets(settings.ALT_DATA_DIR),
      onStop: (step) => stops.push(step),
    });
    for (const service of await modules) {
      await starter.start(service);
      // Stops after all that came after it, so that their last lines are kept.
      if (service.name === 'rask-log-aggregator' && shipping) stops.push(ship(shipping, starter.reachFrom('gateway')));
    }
    for (const name of exposed(settings.ALT_EXPOSE)) {
      const handler = starter.handlers.get(name);
      const port = servicePort(name as ServerName);
      if (handler) stops.push((await listen(handler, { port, hostname: '127.0.0.1' })).stop);
    }
    const server = await openGateway(starter.handlers, settings);
    stops.push(() => stopInTime('gateway', server.stop, log));
    const announced = announceServing(settings.ALT_DATA_DIR, `http://${localHost(settings.HOST)}:${server.port}`);
    stops.push(async () => announced());
    const url = new URL(settings.publicUrl);
    if (settings.ALT_PUBLIC_URL === undefined) url.port = String(server.port);
    return { port: server.port, url, setupCode: starter.setupCode, lost, stop };
  } catch (error) {
    await stop().catch(() => undefined);
    throw error;
  }
}

interface StarterOptions {
  environment: Environment;
  settings: Settings;
  log: Logger;
  signal: AbortSignal;
  databases: DatabaseServer;
  egress: Egress;
  secrets: Awaited<ReturnType<typeof loadSecrets>>;
  tracing: Tracing | null;
  onStop(step: () => Promise<void>): void;
}

/** Starts services one after the other; each reaches those before and after it through their handlers. */
function createStarter(options: StarterOptions) {
  const { environment, settings, databases, secrets } = options;
  const handlers: Handlers = new Map();
  const trustedProxies = parseTrustedProxies(settings.ALT_TRUSTED_PROXIES);
  const courtesy = createCourtesy();
  let listener: Database | null = null;
  let setupCode: RunningPlatform['setupCode'] = async () => null;
  const reach = (peer: ServiceName) => ({
    baseUrl: serviceAddress(peer as ServerName, 'machine'),
    dispatch: async (request: Request) => {
      const handler = handlers.get(peer);
      if (!handler) throw new Error(`${peer} is not running`);
      return handler(request);
    },
  });

  async function start(service: AnyService): Promise<void> {
    const { name } = service;
    const tracer = options.tracing?.tracerOf(name) ?? null;
    const database = databases.connectAs(name, tracer);
    if (database) options.onStop(() => stopInTime(`connections of ${name}`, database.end, options.log));
    // One connection hears the notifications of `alt` for all services of this process.
    if (services[name].database === 'alt') listener ??= database;
    const { log, signal, egress } = options;
    const { publicUrl } = settings;
    const keys = secrets.keysOf(name);
    const host = createHost({
      name,
      environment,
      log,
      signal,
      database,
      listener,
      egress,
      keys,
      publicUrl,
      trustedProxies,
      courtesy,
      tracer,
      reach,
    });
    const config = parseConfig(name, service.config, {
      ALT_IMAGE_KEY: secrets.imageKey,
      ALT_SECRET_KEY: secrets.secretKey,
      ...derivedSettings(settings.ALT_DATA_DIR),
      ...environment,
      HOST: settings.HOST,
      PORT: String(settings.PORT),
    });
    const running = await service.start(config, host);
    options.onStop(() => stopInTime(name, running.stop, log));
    if (running.fetch) handlers.set(name, running.fetch);
    if (name === 'auth-service' && database) setupCode = () => readSetupCodeOf(database, config);
  }

  const reachFrom = (from: ServiceName) => (peer: ServiceName) =>
    createPeer(peer, { keys: createKeys(from, secrets.keysOf(from)), ...reach(peer) });
  return { start, handlers, reachFrom, setupCode: () => setupCode() };
}

async function readSetupCodeOf(database: Database, config: unknown): Promise<string | null> {
  const { readSetupCode } = await import('../services/auth-service/setup.ts');
  return readSetupCode(database, config as Parameters<typeof readSetupCode>[1]);
}

async function openGateway(
  handlers: Handlers,
  { PORT, HOST }: { PORT: number; HOST: string },
): Promise<ListeningServer> {
  const gateway = handlers.get('gateway');
  if (!gateway) throw new Error('the gateway did not start');
  try {
    return await listen(gateway, { port: PORT, hostname: HOST });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    if (error.code === 'EADDRINUSE') {
      throw new Error(`Port ${PORT} is taken by another program. Choose another one: PORT=${PORT + 1} npm start`);
    }
    if (error.code === 'EACCES') throw new Error(`Port ${PORT} may not be opened by this user. Choose one above 1023.`);
    throw new Error(`Cannot listen on ${HOST}:${PORT} (${error.code}). Check HOST and PORT.`);
  }
}

/** Lines go to the aggregator of this process as any service sends them: with a service's token, here the gateway's. */
function ship(shipping: Shipping, peer: (name: ServiceName) => PeerFetch): () => Promise<void> {
  shipping.start(peer('rask-log-aggregator'));
  return () => shipping.stop(LAST_LINES_MS);
}

/** In one process nobody needs the proxy's port; its guard is the library that every service uses. */
function machineServices({ ALT_EXPOSE, ALT_KEEP_LOGS }: Settings): BuiltService[] {
  const wanted = new Set<string>(exposed(ALT_EXPOSE));
  const isLeftOut = { 'sidecar-proxy': true, 'rask-log-aggregator': ALT_KEEP_LOGS === 'off' } as Record<
    string,
    boolean
  >;
  return builtServices.filter((name) => !isLeftOut[name] || wanted.has(name));
}

function wantedJobs(environment: Environment): JobName[] {
  return jobNames.filter((name) => jobs[name].isConfigured(environment));
}

function exposed(expose: string): BuiltService[] {
  const names = expose
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  for (const name of names) {
    if (!isServiceName(name) || !isBuilt(name)) {
      throw new Error(
        `ALT_EXPOSE names "${name}", which is no service of Alt. There are: ${builtServices.join(', ')}.`,
      );
    }
  }
  return names.filter(isBuilt);
}
