import { mkdtemp } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createDatabase, type Database, loadRolePasswords, migrate, startEmbedded, statement } from '@alt/database';
import { version } from '../cli/settings.ts';
import { startMany } from '../e2e/processes.ts';
import { makeReader } from './platform.ts';
import { follow, startWeb } from './polling.ts';
import type { Measure, Section } from './report.ts';

const LOOK_EVERY_MS = 50;
const ITEMS = 20;
const HOSTS = 200;
const REPLICAS = [1, 2, 3];
/** Far away: a poller waits most of the time. Near: the cores are full with one. */
const WEBS = [
  { name: 'answers take 500 ms, 8 fetches at once each', latencyMs: 500, concurrency: 8 },
  { name: 'answers come at once, 32 fetches at once each', latencyMs: 0, concurrency: 32 },
];

/** (h) The platform as a cluster runs it, a process a service: articles a second by the number of pre-processors. */
export async function benchReplicas({ isQuick }: { isQuick: boolean }): Promise<Section> {
  const feeds = isQuick ? 100 : 1_000;
  const measures: Measure[] = [];
  for (const web of WEBS) {
    for (const replicas of REPLICAS) {
      const values = [await refresh({ ...web, feeds, replicas })];
      measures.push({ what: `${web.name}; pre-processors: ${replicas}`, unit: '/s', values });
    }
  }
  return {
    title: 'Articles a second by the number of pre-processors',
    notes: [
      `An import of ${feeds.toLocaleString('en')} feeds × ${ITEMS} articles on ${HOSTS} hosts of this machine, until all are stored and delivered to their one reader. Every service is a process of its own, with one Postgres; the other stages run beside. ${availableParallelism()} cores for all of it, the feeds' server too.`,
      'Where answers come at once, one pre-processor fills the cores already: that series shows what further processes cost there, not what they bring.',
    ],
    measures,
  };
}

interface Refresh {
  feeds: number;
  latencyMs: number;
  concurrency: number;
  replicas: number;
}

async function refresh({ feeds, latencyMs, concurrency, replicas }: Refresh): Promise<number> {
  const web = await startWeb({ feeds, items: ITEMS, hosts: HOSTS, latencyMs });
  const dataDir = await migratedFolder();
  const environment = {
    ...process.env,
    ALT_DATA_DIR: dataDir,
    ALT_EGRESS_ALLOW: '127.0.0.0/8',
    ALT_POLL_CONCURRENCY: String(concurrency),
    ALT_REGISTRATION: 'open',
    LOG_LEVEL: 'error',
  };
  const machine = await startMany(dataDir, environment, { replicas: { 'pre-processor': replicas } });
  const database = createDatabase({ ...machine.admin, database: 'alt', applicationName: 'bench' });
  try {
    const reader = await makeReader(machine.origin);
    const startedAt = performance.now();
    await follow(reader, web.urls);
    await untilStored(database, feeds * ITEMS);
    return (feeds * ITEMS * 1_000) / (performance.now() - startedAt);
  } finally {
    await database.end();
    await machine.stop();
    await web.stop();
  }
}

/** A data folder as `alt migrate` leaves it, in a place of its own. */
async function migratedFolder(): Promise<string> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'alt-bench-'));
  const server = await startEmbedded({ dataDir });
  await migrate(server.connection, { passwords: loadRolePasswords(dataDir), release: version });
  await server.stop();
  return dataDir;
}

const countEntries = statement<{ count: number }>('bench_entries', 'select count(*)::int as count from entries');

async function untilStored(database: Database, wanted: number): Promise<void> {
  while (((await database.one(countEntries))?.count ?? 0) < wanted) await sleep(LOOK_EVERY_MS);
}
