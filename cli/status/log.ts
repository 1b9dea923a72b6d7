import { stat } from 'node:fs/promises';
import { parseConfig } from '@alt/service-kit';
import { type Config, config } from '../../services/rask-log-aggregator/config.ts';
import { listSegments, measureSegment, segmentPath } from '../../services/rask-log-aggregator/spool/segment.ts';
import { type Finding, fault, remark, well } from '../doctor/finding.ts';
import { derivedSettings, type Environment, type Settings } from '../settings.ts';
import { counted, duration, size } from '../wording.ts';

const ANSWER_TIMEOUT_MS = 5_000;
/** The store is given a batch every second; a file that is no longer written and still here waits. */
const LATE_SECONDS = 300;
/** A file that is being written stays below this though all of it was stored. */
const KEPT_BYTES = 32 * 1024;
/** From here on senders are turned away soon. */
const NEARLY_FULL = 0.9;

/** How the platform's own log is: whether its store takes lines, and what waits. Nothing where no log is kept. */
export async function checkLog(settings: Settings, environment: Environment): Promise<Finding[]> {
  if (environment.RASK_LOG_AGGREGATOR_URL) return checkAggregator(environment.RASK_LOG_AGGREGATOR_URL);
  if (settings.ALT_KEEP_LOGS === 'off') return [];
  const log = parseConfig('rask-log-aggregator', config, { ...derivedSettings(settings.ALT_DATA_DIR), ...environment });
  const spool = await readSpool(log.spool.folder);
  if (!spool) return [];
  const trouble = await storeTrouble(log);
  if (trouble !== null) {
    const full =
      spool.bytes > log.spool.maximumBytes * NEARLY_FULL ? ' The spool is nearly full: lines will be lost.' : '';
    const waiting = `Up to ${counted(spool.lines, 'line')} (${size(spool.bytes)}) wait on disk.`;
    return [fault(`The store of the log takes no lines: ${trouble}. ${waiting}${full}`)];
  }
  if (spool.lateSeconds > LATE_SECONDS) {
    const waiting = `${counted(spool.lines, 'line')} (${size(spool.bytes)}) of the log wait, the oldest for ${duration(spool.lateSeconds)}`;
    return [remark(`${waiting}, though the store answers. Look at what rask-log-aggregator prints.`)];
  }
  return [well('The log keeps up: its store answers.')];
}

interface SpoolState {
  bytes: number;
  lines: number;
  /** Since when files lie there that should have been stored; 0 where none does. */
  lateSeconds: number;
}

/** What lies in the folder of the spool, while somebody writes it; null where there is no such folder. */
async function readSpool(folder: string): Promise<SpoolState | null> {
  const numbers = await listSegments(folder).catch(() => null);
  if (numbers === null) return null;
  const state: SpoolState = { bytes: 0, lines: 0, lateSeconds: 0 };
  for (const [index, number] of numbers.entries()) {
    const found = await countSegment(segmentPath(folder, number));
    if (!found) continue;
    state.bytes += found.bytes;
    state.lines += found.lines;
    const isWritten = index === numbers.length - 1;
    if (!isWritten || found.bytes >= KEPT_BYTES) state.lateSeconds = Math.max(state.lateSeconds, found.restingSeconds);
  }
  return state;
}

/** Null where it was stored, and its file deleted, while we looked. */
async function countSegment(path: string): Promise<{ bytes: number; lines: number; restingSeconds: number } | null> {
  try {
    const { mtimeMs } = await stat(path);
    const { whole, lines } = await measureSegment(path);
    return { bytes: whole, lines, restingSeconds: (Date.now() - mtimeMs) / 1_000 };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return null;
  }
}

/** Why the store that is configured takes nothing; Postgres was looked at before. */
async function storeTrouble({ clickhouse, daysKept }: Config): Promise<string | null> {
  if (!clickhouse) return null;
  const { createClickHouseStore } = await import('../../services/rask-log-aggregator/store/clickhouse.ts');
  const store = createClickHouseStore({ ...clickhouse, daysKept });
  try {
    await store.check();
    return null;
  } catch (error) {
    return `ClickHouse: ${oneLine(error)}`;
  } finally {
    await store.close();
  }
}

/** An aggregator elsewhere says itself how it is. */
async function checkAggregator(address: string): Promise<Finding[]> {
  try {
    const ask = (path: string) => fetch(new URL(path, address), { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
    const health = (await (await ask('/v1/health')).json()) as { dependencies?: Record<string, string> };
    const metrics = await (await ask('/metrics')).text();
    const bytes = Number(/^alt_log_spool_bytes (\S+)$/m.exec(metrics)?.[1] ?? 0);
    const { spool = 'ok', ...stores } = health.dependencies ?? {};
    const troubles = Object.entries(stores).filter(([, state]) => state !== 'ok');
    const waiting = `${size(bytes)} of lines wait in its spool.`;
    if (troubles.length > 0) {
      const said = troubles.map(([name, state]) => `${name}: ${state.split('\n')[0]}`).join('; ');
      return [fault(`The store of the log takes no lines (${said}). ${waiting}${spool === 'ok' ? '' : ` ${spool}`}`)];
    }
    if (spool !== 'ok') return [remark(`The log is behind. ${waiting} ${spool}`)];
    return [well('The log keeps up: its store answers.')];
  } catch (error) {
    const what = `rask-log-aggregator does not answer at ${address}: ${oneLine(error)}`;
    return [fault(`${what}. Each service keeps 10,000 lines until it does; more are lost.`)];
  }
}

function oneLine(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  return (text.split('\n')[0] ?? '').slice(0, 200).replace(/\.$/, '');
}
