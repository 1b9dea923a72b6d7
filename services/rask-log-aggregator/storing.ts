import { appendFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Amount, Batch, Position, Spool } from './spool/spool.ts';
import { type LogStore, RefusedLines } from './store/log-store.ts';

export interface StoringOptions {
  spool: Spool;
  store: LogStore;
  /** A batch goes to the store when it has so many bytes or lines, or `flushMs` after its first line. */
  batch: Amount;
  flushMs: number;
  /** Where lines go that the store will never take. */
  folder: string;
  log: { warn(details: object, message: string): void; error(details: object, message: string): void };
  onStored(result: Amount & { tookMs: number }): void;
}

export interface Storing {
  /** Stores what is in the spool if the store takes it within the time, then ends. */
  stop(withinMs: number): Promise<void>;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 15_000;
/** A store that is still down is told about once in a while. */
const TELL_EVERY_MS = 60_000;
const ANYTHING: Amount = { bytes: 1, lines: 1 };

/** Takes records from the spool to the store, in order, for as long as it takes. A record leaves the spool after the store has it. */
export function startStoring(options: StoringOptions): Storing {
  const { spool, batch: whole, flushMs, log } = options;
  const stopping = new AbortController();
  const ending = new AbortController();
  const insertion = createInsertion(options, ending.signal);

  /** Resolves when there is a whole batch, or something that waited for its time, or when all is to end. */
  async function untilDue(position: Position): Promise<void> {
    await spool.until(position, ANYTHING, stopping.signal);
    if (spool.holds(position, whole)) return;
    const enough = new AbortController();
    const timer = setTimeout(() => enough.abort(), flushMs);
    await spool.until(position, whole, AbortSignal.any([enough.signal, stopping.signal]));
    clearTimeout(timer);
  }

  async function run(): Promise<void> {
    let position = spool.first();
    let ahead: Promise<Batch> | null = null;
    while (!ending.signal.aborted) {
      if (!ahead) await untilDue(position);
      if (stopping.signal.aborted && !spool.holds(position, ANYTHING)) break;
      try {
        const batch: Batch = await (ahead ?? spool.read(position, whole));
        if (batch.records.length === 0)
          throw new Error(`Segment ${position.segment} is damaged at ${position.offset}.`);
        // While the store takes one, the next is read, where a whole one waits.
        ahead = spool.holds(batch.next, whole) ? spool.read(batch.next, whole) : null;
        ahead?.catch(() => undefined); // heard of in its turn
        if (await insertion.insert(batch)) position = batch.next;
        await spool.release(position);
      } catch (error) {
        ahead = null;
        log.error({ error: String(error) }, 'the log spool cannot be used');
        await sleep(LONGEST_PAUSE_MS, undefined, { signal: ending.signal }).catch(() => undefined);
      }
    }
  }

  const running = run();
  return {
    async stop(withinMs) {
      stopping.abort();
      const timer = setTimeout(() => ending.abort(), withinMs);
      await running;
      clearTimeout(timer);
    },
  };
}

/** Tries until the store has a batch, or until `signal` aborts; answers whether it has. */
function createInsertion(options: StoringOptions, signal: AbortSignal) {
  const { spool, store, log, onStored } = options;
  let toldAt = 0;
  return {
    async insert({ records, bytes, lines }: Batch): Promise<boolean> {
      for (let pauseMs = FIRST_PAUSE_MS; !signal.aborted; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
        const startedAt = performance.now();
        try {
          await insert(records, options);
          onStored({ bytes, lines, tookMs: performance.now() - startedAt });
          return true;
        } catch (error) {
          if (Date.now() - toldAt > TELL_EVERY_MS) {
            toldAt = Date.now();
            const about = { store: store.name, error: messageOf(error), spoolBytes: spool.bytes() };
            log.warn(about, 'the store takes no lines; they wait');
          }
          await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
        }
      }
      return false;
    },
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
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
