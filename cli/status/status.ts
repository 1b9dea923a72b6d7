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
import { checkInoreader } from './inoreader.ts';
import { checkJobs } from './jobs.ts';
import { checkLog } from './log.ts';
import { checkSearch, checkStages, checkTags } from './pipeline.ts';
import { checkStatistics } from './statistics.ts';
import { checkTokens } from './tokens.ts';

/** What a finding is about, so that a program need not read sentences. */
type About = 'services' | 'database' | 'articles' | 'tokens' | 'inoreader' | 'log' | 'statistics' | 'jobs';

interface Told extends Finding {
  about: About;
}

const MARKS = { well: '✓', remark: '!', fault: '✗' };

/** `alt status`: whether everything works, what is late, and why; the exit code is 1 where something is. */
export async function showStatus(args: string[], terminal: Terminal): Promise<number> {
  const { options } = readArguments(args, { least: 0, options: { json: 'boolean' } });
  const findings = await look(readSettings(terminal.environment), terminal);
  const verdict = verdictOf(findings);
  if (options.json) {
    terminal.print(JSON.stringify({ ...verdict, findings }, null, 2));
  } else {
    terminal.print(verdict.sentence);
    for (const { level, sentence } of findings) terminal.print(`${MARKS[level]} ${sentence}`);
  }
  return verdict.isWell ? 0 : 1;
}

function verdictOf(findings: readonly Finding[]): { isWell: boolean; sentence: string } {
  const faults = findings.filter(({ level }) => level === 'fault').length;
  const remarks = findings.filter(({ level }) => level === 'remark').length;
  if (faults + remarks === 0) return { isWell: true, sentence: 'Everything works, and nothing is late.' };
  if (faults === 0) {
    return { isWell: false, sentence: `Alt works, and ${counted(remarks, 'thing')} should be looked at.` };
  }
  return { isWell: false, sentence: `${counted(faults, 'thing does', 'things do')} not work.` };
}

async function look(settings: Settings, terminal: Terminal): Promise<Told[]> {
  // Asked before this command starts a server of its own and holds the lock itself.
  const holder = findInstanceHolder(settings.ALT_DATA_DIR);
  const { findings, isServing } = await checkGateway(settings, holder);
  if (!isServing) {
    const what = 'Alt is not running, so nothing is fetched and nobody can read. Start it: npm start';
    return on('services', [fault(what), ...findings.filter(({ level }) => level !== 'well')]);
  }
  const services = on('services', findings);
  const log = createLogger(settings.LOG_LEVEL ?? 'error');
  try {
    const server = await openServer(settings, { log, isOwner: false });
    try {
      return [...services, ...(await checkWork(server.admin, settings, terminal))];
    } finally {
      await server.stop();
    }
  } catch (error) {
    return [...services, ...on('database', [fault(error instanceof Error ? error.message : String(error))])];
  }
}

async function checkWork(
  admin: Parameters<typeof withOpened>[0],
  settings: Settings,
  terminal: Terminal,
): Promise<Told[]> {
  const { findings, isCurrent } = await checkDatabases(admin, settings);
  const troubles = on(
    'database',
    findings.filter(({ level }) => level !== 'well'),
  );
  const other = remark('The database is of another release.');
  if (!isCurrent) return troubles.length > 0 ? troubles : on('database', [other]);
  const tokens = await checkTokens(terminal);
  return withOpened(admin, async (opened) => {
    const { alt } = opened;
    const inoreader = await checkInoreader(opened);
    const outside = { 'auth-token-manager': tokens, 'pre-processor-sidecar': inoreader };
    return [
      ...troubles,
      ...on('articles', await checkFeeds(alt, true)),
      ...on('articles', [...(await checkStages(alt)), ...(await checkTags(alt)), ...(await checkSearch(alt))]),
      ...on('tokens', tokens),
      ...on('inoreader', inoreader),
      ...on('log', await checkLog(settings, terminal.environment)),
      ...on('statistics', await checkStatistics(alt, terminal.environment)),
      ...on('jobs', await checkJobs(opened, outside)),
    ];
  });
}

function on(about: About, findings: readonly Finding[]): Told[] {
  return findings.map((finding) => ({ about, ...finding }));
}
