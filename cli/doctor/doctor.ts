import { existsSync } from 'node:fs';
import path from 'node:path';
import { findInstanceHolder } from '@alt/database';
import { createLogger } from '@alt/service-kit';
import { readArguments } from '../arguments.ts';
import { openServer } from '../database.ts';
import { readSettings, type Settings } from '../settings.ts';
import type { Terminal } from '../terminal.ts';
import { checkCounters, checkFeeds, recount } from './contents.ts';
import { type Finding, fault, remark } from './finding.ts';
import { checkDataFolder, checkImageCache, checkLeftovers, checkNode } from './machine.ts';
import { checkGateway } from './network.ts';
import { checkEgressAllowList, checkPublicUrl, checkTrustedProxies } from './openness.ts';
import { checkDatabases, type OpenedDatabases, withOpened } from './postgres.ts';

const MARKS = { well: '✓', remark: '!', fault: '✗' };

/** `alt doctor`: a line for each check; the exit code is 1 where one of them found a fault. */
export async function runDoctor(args: string[], terminal: Terminal): Promise<number> {
  const { options } = readArguments(args, { least: 0, options: { recount: 'boolean' } });
  let faults = 0;
  const report = (findings: Finding[]) => {
    for (const { level, sentence } of findings) terminal.print(`${MARKS[level]} ${sentence}`);
    faults += findings.filter(({ level }) => level === 'fault').length;
  };
  report([checkNode()]);
  const settings = await settingsOf(terminal, report);
  if (settings !== null) await checkInstance(settings, { ...options, terminal, report });
  return faults > 0 ? 1 : 0;
}

async function settingsOf(terminal: Terminal, report: (findings: Finding[]) => void): Promise<Settings | null> {
  try {
    return readSettings(terminal.environment);
  } catch (error) {
    report([fault(error instanceof Error ? error.message : String(error))]);
    return null;
  }
}

interface Doctoring {
  recount?: boolean;
  terminal: Terminal;
  report(findings: Finding[]): void;
}

async function checkInstance(
  settings: Settings,
  { recount: wantsRecount, terminal, report }: Doctoring,
): Promise<void> {
  const { environment } = terminal;
  // Asked before this command starts a server of its own and holds the lock itself.
  const holder = findInstanceHolder(settings.ALT_DATA_DIR);
  report(checkPublicUrl(settings));
  report(checkTrustedProxies(settings));
  report(checkEgressAllowList(settings));
  report(checkDataFolder(settings.ALT_DATA_DIR));
  report(checkLeftovers(settings.ALT_DATA_DIR, holder !== null));
  report(await checkImageCache(settings.ALT_DATA_DIR, Number(environment.ALT_IMAGE_CACHE_MB || 256)));
  const { findings, isServing } = await checkGateway(settings, holder);
  report(findings);
  if (!settings.DATABASE_URL && !existsSync(path.join(settings.ALT_DATA_DIR, 'postgres', 'cluster'))) {
    report([remark('There are no data yet; the first start makes the database.')]);
    return;
  }
  const log = createLogger(settings.LOG_LEVEL ?? 'error');
  const server = await openServer(settings, { log, isOwner: false }).catch((error: unknown) => {
    report([fault(error instanceof Error ? error.message : String(error))]);
    return null;
  });
  if (server === null) return;
  try {
    const { findings: found, isCurrent } = await checkDatabases(server.admin, settings);
    report(found);
    if (isCurrent) {
      const check = (databases: OpenedDatabases) =>
        checkContents(databases, { isServing, wantsRecount: wantsRecount ?? false });
      report(await withOpened(server.admin, check));
    }
  } finally {
    await server.stop();
  }
}

async function checkContents(
  databases: OpenedDatabases,
  { isServing, wantsRecount }: { isServing: boolean; wantsRecount: boolean },
): Promise<Finding[]> {
  const counters = wantsRecount ? await recount(databases.alt) : await checkCounters(databases.alt);
  return [...counters, ...(await checkFeeds(databases.alt, isServing))];
}
