import { setTimeout as sleep } from 'node:timers/promises';

/** One run of a server process. */
export interface Run {
  pid: number;
  /** Resolves once it serves; rejects if it ended before. */
  ready: Promise<void>;
  /** Resolves with why it ended, in words for the log. */
  ended: Promise<string>;
  /** Ends it, also while it starts. */
  stop(): Promise<void>;
}

export interface Supervisor {
  /** Of the present run, or of the last one while there is none. */
  pid(): number;
  /** Ends the present run, and starts no other. */
  stop(): Promise<void>;
}

export interface SupervisionOptions {
  /** Starts another run once nothing is left of the last. */
  start(): Promise<Run>;
  /** A run ended by itself; another one is on its way. */
  onRestart(reason: string): void;
  /** Called once: it ended too often. */
  onGivenUp(reason: string): void;
}

const FIRST_WAIT_MS = 100;
/** Ends and failed starts within a minute; with one more there is something that starting again does not mend. */
const MOST_FAILURES = 5;
const WITHIN_MS = 60_000;

/** Keeps a server running that serves already: starts it again when it ends by itself, at growing intervals. */
export function supervise(first: Run, options: SupervisionOptions): Supervisor {
  const stopping = new AbortController();
  const isStopping = () => stopping.signal.aborted;
  const failures = createFailures();
  let current = first;

  const startAgain = async (): Promise<string | null> => {
    try {
      await sleep(FIRST_WAIT_MS * 2 ** (failures.count() - 1), undefined, { signal: stopping.signal });
      const run = await options.start();
      current = run;
      if (isStopping()) await run.stop();
      await run.ready;
      return null;
    } catch (error) {
      await current.stop(); // one that never got ready must not live beside the next
      return error instanceof Error ? error.message : String(error);
    }
  };
  const watch = async (): Promise<void> => {
    let reason: string | null = await current.ended;
    while (!isStopping()) {
      failures.add();
      if (failures.count() > MOST_FAILURES) return options.onGivenUp(reason);
      options.onRestart(reason);
      reason = (await startAgain()) ?? (await current.ended);
    }
  };
  const watching = watch();
  return {
    pid: () => current.pid,
    async stop() {
      stopping.abort();
      await current.stop();
      await watching;
    },
  };
}

/** Counts what failed within the last minute. */
function createFailures() {
  let times: number[] = [];
  const count = () => {
    times = times.filter((time) => performance.now() - time < WITHIN_MS);
    return times.length;
  };
  return { add: () => void times.push(performance.now()), count };
}
