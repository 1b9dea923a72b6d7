import path from 'node:path';
import type { Database } from '@alt/database';
import { createEgress, parseAllowList } from '@alt/egress';
import {
  createHost,
  createLogger,
  type ListeningServer,
  listen,
  parseConfig,
  parseTrustedProxies,
  type RunningService,
} from '@alt/service-kit';
import { isServiceName, type ServerName, type ServiceName, serviceAddress, servicePort } from '@alt/topology';
import { openDatabases } from './database.ts';
import { type BuiltService, builtServices, isBuilt, loadService } from './registry.ts';
import { type Environment, loadSecrets, readSettings, userAgent } from './settings.ts';

export interface RunningPlatform {
  port: number;
  url: URL;
  /** The one-time code that the first account needs, or null. */
  setupCode(): Promise<string | null>;
  /** Ends with what ended the platform, if nobody asked it to. */
  lost: Promise<string>;
  stop(): Promise<void>;
}

/** Everything in this process: databases, services, and the gateway at PORT. The order is the order of need. */
export async function startPlatform(environment: Environment): Promise<RunningPlatform> {
  const settings = readSettings(environment);
  const log = createLogger(settings.LOG_LEVEL ?? 'warn');
  const stopping = new AbortController();
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    stopping.abort();
    for (const step of stops.splice(0).reverse()) await step();
  };
  let onLost = (_reason: string) => {};
  const lost = new Promise<string>((resolve) => {
    onLost = resolve;
  });
  try {
    const modules = Promise.all(machineServices(settings.ALT_EXPOSE).map(loadService));
    modules.catch(() => undefined);
    const databases = await openDatabases(settings, { log, isOwner: true, onLost: (reason) => onLost(reason) });
    stops.push(databases.stop);
    const secrets = await loadSecrets(settings.ALT_DATA_DIR);
    const egress = createEgress({ allow: parseAllowList(settings.ALT_EGRESS_ALLOW), userAgent: userAgent(settings) });
    stops.push(() => egress.close());
    const trustedProxies = parseTrustedProxies(settings.ALT_TRUSTED_PROXIES);
    const handlers = new Map<ServiceName, NonNullable<RunningService['fetch']>>();
    let listener: Database | null = null;
    let setupCode: RunningPlatform['setupCode'] = async () => null;
    for (const service of await modules) {
      const database = databases.connectAs(service.name);
      if (database) stops.push(() => database.end());
      listener = service.name === 'pre-processor' ? database : listener;
      const host = createHost({
        name: service.name,
        environment,
        log,
        signal: stopping.signal,
        database,
        listener,
        egress,
        keys: secrets.keysOf(service.name),
        publicUrl: settings.publicUrl,
        trustedProxies,
        reach: (peer) => ({
          baseUrl: serviceAddress(peer as ServerName, 'machine'),
          dispatch: (request) => {
            const handler = handlers.get(peer);
            return handler ? handler(request) : Promise.reject(new Error(`${peer} is not running`));
          },
        }),
      });
      const config = parseConfig(service.name, service.config, {
        ALT_IMAGE_KEY: secrets.imageKey,
        ALT_CACHE_DIR: path.join(settings.ALT_DATA_DIR, 'cache'),
        ...environment,
        HOST: settings.HOST,
        PORT: String(settings.PORT),
      });
      const running = await service.start(config, host);
      if (service.name === 'auth-service' && database) {
        setupCode = async () => {
          const { readSetupCode } = await import('../services/auth-service/setup.ts');
          return readSetupCode(database, config as Parameters<typeof readSetupCode>[1]);
        };
      }
      stops.push(() => running.stop());
      if (running.fetch) handlers.set(service.name, running.fetch);
    }
    for (const name of exposed(settings.ALT_EXPOSE)) {
      const handler = handlers.get(name);
      if (handler)
        stops.push((await listen(handler, { port: servicePort(name as ServerName), hostname: '127.0.0.1' })).stop);
    }
    const server = await openGateway(handlers, settings);
    stops.push(server.stop);
    const url = new URL(settings.publicUrl);
    if (settings.ALT_PUBLIC_URL === undefined) url.port = String(server.port);
    return { port: server.port, url, setupCode, lost, stop };
  } catch (error) {
    await stop().catch(() => undefined);
    throw error;
  }
}

async function openGateway(
  handlers: Map<ServiceName, NonNullable<RunningService['fetch']>>,
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

/** In one process nobody needs the proxy's port; its guard is the library that every service uses. */
function machineServices(expose: string): BuiltService[] {
  const wanted = new Set<string>(exposed(expose));
  return builtServices.filter((name) => name !== 'sidecar-proxy' || wanted.has(name));
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
