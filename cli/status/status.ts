import { findInstanceHolder } from '@alt/database';
import { createLogger } from '@alt/service-kit';
import { readArguments } from '../arguments.ts';
import { openServer } from '../database.ts';
import { checkFeeds } from '../doctor/contents.ts';
import { type Finding, fault, remark } from '../doctor/finding.ts';
import { checkGateway } from '../doctor/network.ts';
import { checkDatabases, withOpened } from '../doctor/postgres.ts';
import { readSettings, type Settings } from '../settings.ts';
import type { Terminal } from '../terminal.ts';
import { counted } from '../wording.ts';
import { checkJobs } from './jobs.ts';
import { checkSearch, checkStages, checkTags } from './pipeline.ts';

const MARKS = { well: '✓', remark: '!', fault: '✗' };

/** `alt status`: whether everything works, what is late, and why; the exit code is 1 where something is. */
export async function showStatus(args: string[], terminal: Terminal): Promise<number> {
  const { options } = readArguments(args, { least: 0, options: { json: 'boolean' } });
  const findings = await look(readSettings(terminal.environment));
  const verdict = verdictOf(findings);
  if (options.json) {
    terminal.print(JSON.stringify({ ...verdict, findings }, null, 2));
  } else {
    terminal.print(verdict.sentence);
    for (const { level, sentence } of findings) terminal.print(`${MARKS[level]} ${sentence}`);
  }
  return verdict.isWell ? 0 : 1;
}

function verdictOf(findings: Finding[]): { isWell: boolean; sentence: string } {
  const faults = findings.filter(({ level }) => level === 'fault').length;
  const remarks = findings.filter(({ level }) => level === 'remark').length;
  if (faults + remarks === 0) return { isWell: true, sentence: 'Everything works, and nothing is late.' };
  if (faults === 0) {
    return { isWell: false, sentence: `Alt works, and ${counted(remarks, 'thing')} should be looked at.` };
  }
  return { isWell: false, sentence: `${counted(faults, 'thing does', 'things do')} not work.` };
}

async function look(settings: Settings): Promise<Finding[]> {
  // Asked before this command starts a server of its own and holds the lock itself.
  const holder = findInstanceHolder(settings.ALT_DATA_DIR);
  const { findings, isServing } = await checkGateway(settings, holder);
  if (!isServing) {
    const what = 'Alt is not running, so nothing is fetched and nobody can read. Start it: npm start';
    return [fault(what), ...findings.filter(({ level }) => level !== 'well')];
  }
  const log = createLogger(settings.LOG_LEVEL ?? 'error');
  try {
    const server = await openServer(settings, { log, isOwner: false });
    try {
      return [...findings, ...(await checkWork(server.admin, settings))];
    } finally {
      await server.stop();
    }
  } catch (error) {
    return [...findings, fault(error instanceof Error ? error.message : String(error))];
  }
}

async function checkWork(admin: Parameters<typeof withOpened>[0], settings: Settings): Promise<Finding[]> {
  const { findings, isCurrent } = await checkDatabases(admin, settings);
  const troubles = findings.filter(({ level }) => level !== 'well');
  if (!isCurrent) return troubles.length > 0 ? troubles : [remark('The database is of another release.')];
  const work = await withOpened(admin, async ({ alt, auth }) => [
    ...(await checkFeeds(alt, true)),
    ...(await checkStages(alt)),
    ...(await checkTags(alt)),
    ...(await checkSearch(alt)),
    ...(await checkJobs({ alt, auth })),
  ]);
  return [...troubles, ...work];
}
