import { type Queryable, statement } from '@alt/database';

/** Upper bounds in milliseconds of the classes in which durations are counted; what takes longer is counted in one more. */
export const bucketBounds: readonly number[] = [0, 1, 2, 3, 4, 5].flatMap((power) =>
  [1, 2, 5].map((n) => n * 10 ** power),
);

const EVERY_MS = 60_000;

export interface Work {
  name: string;
  /** Of work of one name, where that matters: the model that was asked. */
  variant?: string;
  isDone: boolean;
  /** How many pieces of work this was, of `milliseconds` each; 1 unless given. */
  count?: number;
  milliseconds: number;
  tokensIn?: number;
  tokensOut?: number;
}

export interface WorkRecord {
  add(work: Work): void;
  /** Writes what is not written yet. */
  flush(): Promise<void>;
  stop(): Promise<void>;
}

interface Sum {
  kind: string;
  name: string;
  variant: string;
  at: string;
  done: number;
  failed: number;
  milliseconds: number;
  buckets: number[];
  tokensIn: number;
  tokensOut: number;
}

const callRecord = statement('record_work', 'select record_work($1)');

/**
 * Sums what this process does and writes it once a minute, a row for each name: nothing is written for a single piece of work.
 * A crash loses a minute of it, and a minute that cannot be written is lost too: it is never counted twice.
 */
export function createWorkRecord(
  database: Pick<Queryable, 'run'>,
  kind: 'stage' | 'model' | 'search',
  {
    everyMs = EVERY_MS,
    log,
  }: { everyMs?: number; log?: (message: string, details: Record<string, unknown>) => void } = {},
): WorkRecord {
  let sums = new Map<string, Sum>();
  const flush = async () => {
    if (sums.size === 0) return;
    const rows = [...sums.values()];
    sums = new Map();
    await database.run(callRecord, [JSON.stringify(rows)]).catch((error: unknown) => {
      log?.('a minute of statistics is lost', { kind, error: String(error) });
    });
  };
  const timer = setInterval(() => void flush(), everyMs);
  timer.unref();
  return {
    add({ name, variant = '', isDone, count = 1, milliseconds, tokensIn = 0, tokensOut = 0 }) {
      const key = `${name}\n${variant}`;
      const sum = sums.get(key) ?? emptySum(kind, name, variant);
      sum[isDone ? 'done' : 'failed'] += count;
      sum.milliseconds += Math.round(milliseconds * count);
      const bucket = bucketBounds.findIndex((bound) => milliseconds <= bound);
      const at = bucket < 0 ? bucketBounds.length : bucket;
      sum.buckets[at] = (sum.buckets[at] ?? 0) + count;
      sum.tokensIn += tokensIn;
      sum.tokensOut += tokensOut;
      sums.set(key, sum);
    },
    flush,
    async stop() {
      clearInterval(timer);
      await flush();
    },
  };
}

function emptySum(kind: string, name: string, variant: string): Sum {
  const buckets = Array<number>(bucketBounds.length + 1).fill(0);
  const at = new Date().toISOString();
  return { kind, name, variant, at, done: 0, failed: 0, milliseconds: 0, buckets, tokensIn: 0, tokensOut: 0 };
}
