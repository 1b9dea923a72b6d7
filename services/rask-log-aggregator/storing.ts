import { appendFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Position, Spool } from './spool/spool.ts';
import { type LogStore, RefusedLines } from './store/log-store.ts';

export interface StoringOptions {
  spool: Spool;
  store: LogStore;
  /** A batch goes to the store when it has so many bytes, or `flushMs` after its first line. */
  batchBytes: number;
  flushMs: number;
  /** Where lines go that the store will never take. */
  folder: string;
  log: { warn(details: object, message: string): void; error(details: object, message: string): void };
  onStored(result: { bytes: number; tookMs: number }): void;
}

export interface Storing {
  /** What keeps lines from the store just now, or null. */
  trouble(): string | null;
  /** Stores what is in the spool if the store takes it within the time, then ends. */
  stop(withinMs: number): Promise<void>;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 15_000;
/** A store that is still down is told about once in a while. */
const TELL_EVERY_MS = 60_000;

/** Takes records from the spool to the store, in order, for as long as it takes. A record leaves the spool after the store has it. */
export function startStoring(options: StoringOptions): Storing {
  const { spool, store, batchBytes, flushMs, log, onStored } = options;
  const stopping = new AbortController();
  const ending = new AbortController();
  let trouble: string | null = null;
  let toldAt = 0;

  async function storeNext(from: Position): Promise<Position> {
    const { records, next } = await spool.read(from, batchBytes);
    if (records.length === 0) return next;
    for (let pauseMs = FIRST_PAUSE_MS; !ending.signal.aborted; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      const startedAt = performance.now();
      try {
        await insert(records, options);
        const bytes = records.reduce((sum, { length }) => sum + length, 0);
        onStored({ bytes, tookMs: performance.now() - startedAt });
        trouble = null;
        await spool.release(next);
        return next;
      } catch (error) {
        trouble = error instanceof Error ? error.message : String(error);
        if (Date.now() - toldAt > TELL_EVERY_MS) {
          toldAt = Date.now();
          log.warn(
            { store: store.name, error: trouble, spoolBytes: spool.bytes() },
            'the store takes no lines; they wait',
          );
        }
        await sleep(pauseMs, undefined, { signal: ending.signal }).catch(() => undefined);
      }
    }
    return from;
  }

  async function run(): Promise<void> {
    let position = spool.first();
    while (!ending.signal.aborted) {
      await spool.untilReadable(position, stopping.signal);
      const isIdle = spool.bytesFrom(position) === 0;
      if (isIdle && stopping.signal.aborted) break;
      if (spool.bytesFrom(position) < batchBytes) {
        await sleep(flushMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
      position = await storeNext(position).catch(async (error: unknown) => {
        log.error({ error: String(error) }, 'the log spool cannot be read');
        await sleep(LONGEST_PAUSE_MS, undefined, { signal: ending.signal }).catch(() => undefined);
        return position;
      });
    }
  }

  const running = run();
  return {
    trouble: () => trouble,
    async stop(withinMs) {
      stopping.abort();
      const timer = setTimeout(() => ending.abort(), withinMs);
      await running;
      clearTimeout(timer);
    },
  };
}

/** Where the store refuses lines themselves, halves are tried until the bad ones are found; those are put aside, not lost. */
async function insert(records: readonly Buffer[], options: StoringOptions): Promise<void> {
  const { store, folder, log } = options;
  try {
    await store.insert(records);
  } catch (error) {
    if (!(error instanceof RefusedLines)) throw error;
    const lines = Buffer.concat(records).toString().trimEnd().split('\n');
    const [only] = lines;
    if (lines.length === 1 && only !== undefined) {
      log.error({ error: error.message }, 'the store refused a line; it lies in refused.ndjson of the spool');
      await appendFile(path.join(folder, 'refused.ndjson'), `${only}\n`);
      return;
    }
    const middle = Math.ceil(lines.length / 2);
    for (const half of [lines.slice(0, middle), lines.slice(middle)]) {
      await insert([Buffer.from(`${half.join('\n')}\n`)], options);
    }
  }
}
