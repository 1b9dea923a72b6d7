import type { ChildProcess } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection, startEmbedded } from '@alt/database';
import { loadRolePasswords, roleConnection, serviceRole } from '@alt/database/roles.ts';
import { copyDataFolder } from '@alt/database/testing.ts';
import { freePort } from '@alt/testing/free-port.ts';
import { environmentNameOf, publicServiceOf, services } from '@alt/topology';
import { type BuiltService, builtServices, isBuilt } from '../../cli/registry.ts';
import { databaseUrl, end, logOf, run, untilReady } from '../processes.ts';
import { type Balancer, startBalancer } from './balancer.ts';
import { type ChartOfService, chartsOfServices } from './charts.ts';

/** How a pod of the old version ended. */
export interface Ending {
  service: BuiltService;
  pid: number;
  /** Whether it said at `/v1/ready`, over a new connection, that it is going. */
  saidSo: boolean;
  /** Null where it had to be killed after its grace. */
  code: number | null;
  log: string;
}

export interface Cluster {
  /** The gateway, which stands for the edge and is not rolled. */
  origin: string;
  /** The Service that answers a public path, as an edge would choose it. */
  originOf(pathname: string): string;
  admin: Connection;
  /** Rolls a service as its Deployment does; resolves when all pods are new, while old ones may still be ending. */
  roll(service: BuiltService): Promise<void>;
  /** How the old pods ended, when all have. */
  endings(): Promise<Ending[]>;
  stop(): Promise<void>;
}

interface Pod {
  service: BuiltService;
  port: number;
  child: ChildProcess;
}

/** How long the others take to learn that an endpoint is gone. */
const PROPAGATION_MS = 1_000;

/**
 * Services as a cluster runs them: each pod a process on a port of its own, each service behind a balancer that all others
 * know it by, with the drain and the grace of its chart, and one Postgres.
 */
export async function startCluster(options: {
  environment: Record<string, string>;
  replicas: Partial<Record<BuiltService, number>>;
}): Promise<Cluster> {
  const dataDir = await copyDataFolder('alt-rolling-');
  const server = await startEmbedded({ dataDir });
  const passwords = loadRolePasswords(dataDir);
  const charts = new Map(chartsOfServices().map((chart) => [chart.service, chart]));
  const balancers = new Map<BuiltService, Balancer>();
  for (const name of builtServices) balancers.set(name, await startBalancer());
  const originOf = (name: BuiltService) => `http://127.0.0.1:${balancers.get(name)?.port ?? 0}`;
  const origin = originOf('gateway').replace('127.0.0.1', 'localhost');
  const urls = Object.fromEntries(builtServices.map((name) => [environmentNameOf(name), originOf(name)]));
  const children: ChildProcess[] = [];
  const pods: Pod[] = [];
  const endings: Promise<Ending>[] = [];

  const startPod = async (service: BuiltService): Promise<void> => {
    const { database } = services[service];
    const port = await freePort();
    const child = run(['main.ts', 'serve', service], {
      ...process.env,
      ...options.environment,
      ...urls,
      ...endingOf(charts.get(service)),
      ALT_DATA_DIR: dataDir,
      LOG_LEVEL: 'warn',
      PORT: String(port),
      ALT_PUBLIC_URL: origin,
      ...(database
        ? { DATABASE_URL: databaseUrl(roleConnection(server.connection, database, serviceRole(service), passwords)) }
        : {}),
    });
    children.push(child);
    pods.push({ service, port, child });
    await untilReady(child, `http://127.0.0.1:${port}/v1/${service === 'gateway' ? 'live' : 'ready'}`);
    balancers.get(service)?.add(port);
  };

  const stop = async () => {
    await Promise.all(children.map((child) => end(child, 'SIGKILL')));
    await Promise.all([...balancers.values()].map((balancer) => balancer.stop()));
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    await startPod('sidecar-proxy'); // makes the secrets of the data folder, which the others share
    const others = builtServices.filter((name) => name !== 'sidecar-proxy');
    await Promise.all(
      others.flatMap((name) => Array.from({ length: options.replicas[name] ?? 1 }, () => startPod(name))),
    );
    await untilReady(null, `${origin}/v1/ready`);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    origin,
    originOf(pathname) {
      const target = publicServiceOf(pathname) ?? 'alt-frontend';
      return originOf(isBuilt(target) ? target : 'alt-frontend');
    },
    admin: server.connection,
    async roll(service) {
      for (const old of pods.filter((pod) => pod.service === service)) {
        await startPod(service);
        pods.splice(pods.indexOf(old), 1);
        endings.push(endPod(old, () => balancers.get(service)?.remove(old.port), charts.get(service)));
      }
    },
    endings: () => Promise.all(endings),
    stop,
  };
}

function endingOf(chart: ChartOfService | undefined): NodeJS.ProcessEnv {
  if (!chart) return {};
  const { drainSeconds, graceSeconds } = chart;
  // As skaffold/library/alt-service/templates/_config-map.tpl computes it.
  const finishSeconds = Math.max(1, graceSeconds - drainSeconds - 20);
  return { ALT_DRAIN_SECONDS: String(drainSeconds), ALT_FINISH_SECONDS: String(finishSeconds) };
}

/** A pod's end: it is told at once, the balancers hear of it later, and it is killed after its grace. */
async function endPod({ service, port, child }: Pod, withdraw: () => void, chart?: ChartOfService): Promise<Ending> {
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const killing = setTimeout(() => child.kill('SIGKILL'), (chart?.graceSeconds ?? 30) * 1_000);
  child.kill('SIGTERM');
  const saidSo = untilNotReady(child, `http://127.0.0.1:${port}/v1/ready`);
  await sleep(PROPAGATION_MS);
  withdraw();
  const code = await ended;
  clearTimeout(killing);
  return { service, pid: child.pid ?? 0, saidSo: await saidSo, code, log: logOf(child) };
}

async function untilNotReady(child: ChildProcess, url: string): Promise<boolean> {
  while (child.exitCode === null && child.signalCode === null) {
    const response = await fetch(url, { headers: { connection: 'close' } }).catch(() => null);
    if (response?.status === 503) return true;
    await sleep(20);
  }
  return false;
}
