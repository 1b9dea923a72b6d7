import type { BlockList } from 'node:net';
import type { Database } from '@alt/database';
import type { Egress } from '@alt/egress';
import { isServiceName, type ServiceName } from '@alt/topology';
import type { Tracer } from '@alt/tracing';
import type { Logger } from 'pino';
import { Gauge, Registry } from 'prom-client';
import { clientAddress } from './address.ts';
import { type Courtesy, createCourtesy } from './courtesy.ts';
import { createJobs } from './jobs.ts';
import { createPeer, type Dispatch } from './peers.ts';
import { socketAddressOf } from './server.ts';
import type { Host } from './service.ts';
import { createKeys, type KeyMaterial } from './tokens.ts';

export interface HostOptions {
  name: ServiceName;
  environment: Record<string, string | undefined>;
  log: Logger;
  signal: AbortSignal;
  /** Where requests are still answered between this and `signal`; otherwise `signal` itself. */
  closing?: AbortSignal;
  /** Whether the process is about to stop, and still answers. */
  isDraining?: () => boolean;
  database: Database | null;
  /** Where NOTIFY is heard; one for the process. */
  listener: Pick<Database, 'listen'> | null;
  egress: Egress;
  keys: KeyMaterial;
  publicUrl: URL;
  trustedProxies: BlockList;
  tracer?: Tracer | null;
  /** That of the process, where services share one. */
  courtesy?: Courtesy;
  /** How a peer is reached: its address, and the function that carries a request there. */
  reach(peer: ServiceName): { baseUrl: string; dispatch: Dispatch };
}

/** The world as one service sees it; the same whether its peers live in this process or elsewhere. */
export function createHost(options: HostOptions): Host<ServiceName> {
  const { name, environment, signal, egress, publicUrl, database, tracer = null } = options;
  const keys = createKeys(name, options.keys);
  const log = options.log.child({ service: name });
  const metrics = new Registry();
  if (database) addDatabaseMetrics(metrics, database);
  return {
    name,
    environment,
    log,
    signal,
    closing: options.closing ?? signal,
    isDraining: options.isDraining ?? (() => signal.aborted),
    get database() {
      if (!database) throw new Error(`${name} has no database`);
      return database;
    },
    listen(channel, onNotify) {
      if (!options.listener) throw new Error(`${name} has no database to listen to`);
      return options.listener.listen(channel, onNotify);
    },
    peer(peer) {
      if (!isServiceName(peer)) throw new Error(`There is no service ${peer}`);
      return createPeer(peer, { keys, metrics, tracer, ...options.reach(peer) });
    },
    egress,
    metrics,
    tracer,
    jobs: createJobs({ metrics, database, log, tracer }),
    keys,
    courtesy: options.courtesy ?? createCourtesy(),
    publicUrl,
    address(request, isPeer = false) {
      const socket = socketAddressOf(request);
      const forwardedFor = request.headers.get('x-forwarded-for');
      // A request without a socket was made in this process.
      return clientAddress(socket, forwardedFor, options.trustedProxies, isPeer || socket === '');
    },
  };
}

function addDatabaseMetrics(registry: Registry, database: Database): void {
  new Gauge({
    name: 'alt_database_connections',
    help: 'Connections to the database by state, and callers that wait for one',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      for (const [state, count] of Object.entries(database.usage())) this.set({ state }, count);
    },
  });
}
