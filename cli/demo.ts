import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger } from '@alt/service-kit';
import { type DemoWeb, startDemoWeb } from '../demo/server.ts';
import { allAccounts, findReader } from './accounts.ts';
import { openDatabases } from './database.ts';
import { type Environment, projectRoot, readSettings } from './settings.ts';
import { withSubscriptions } from './subscriptions.ts';

/** The bundled little web of blogs, opened for this run; its Alt lives in a folder of its own. */
export async function startDemo(environment: Environment): Promise<DemoWeb> {
  environment.ALT_DATA_DIR ||= path.join(projectRoot, '.alt', 'demo');
  const demo = await startAtLastPort(path.resolve(environment.ALT_DATA_DIR));
  environment.ALT_EGRESS_ALLOW = [environment.ALT_EGRESS_ALLOW, ...demo.hosts].filter(Boolean).join(',');
  return demo;
}

/** Lets the first account follow the demo's blogs, in their folders, as soon as it is made. */
export async function followWithFirstAccount(
  demo: DemoWeb,
  environment: Environment,
  signal: AbortSignal,
): Promise<void> {
  const settings = readSettings(environment);
  const opml = await (await fetch(`${demo.origin}/subscriptions.opml`, { signal })).text();
  const databases = await openDatabases(settings, { log: createLogger('error'), isOwner: false });
  try {
    for (;;) {
      const [first] = await allAccounts(databases).catch(() => []);
      if (first) {
        const reader = await findReader(databases, first.email);
        await withSubscriptions({ databases, settings, reader }, (subscriptions) => subscriptions.importOpml(opml));
        return;
      }
      await sleep(LOOK_MS, undefined, { signal });
    }
  } finally {
    await databases.stop();
  }
}

const LOOK_MS = 500;

/** What was followed in an earlier run stays where it was, unless somebody else has the port now. */
async function startAtLastPort(dataDir: string): Promise<DemoWeb> {
  const file = path.join(dataDir, 'demo-port');
  const options = { hasOwnAddresses: true };
  const demo = await startDemoWeb({ ...options, port: readPort(file) }).catch(() => startDemoWeb(options));
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  writeFileSync(file, new URL(demo.origin).port);
  return demo;
}

function readPort(file: string): number {
  try {
    return Number(readFileSync(file, 'utf8')) || 0;
  } catch {
    return 0;
  }
}
