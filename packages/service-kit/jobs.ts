import { type Database, statement } from '@alt/database';
import type { Tracer } from '@alt/tracing';
import type { Logger } from 'pino';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** Work that comes back by the clock. */
export interface Jobs {
  /**
   * The same work, watched: runs by result, durations, and the last success, as metrics and as a row of `job_runs`, by which
   * `alt status` tells what is late. `everyMs` is how often it is asked for; `name` is one of a few, in words and hyphens.
   */
  watched<Args extends unknown[], T>(
    name: string,
    everyMs: number,
    work: (...args: Args) => Promise<T>,
  ): (...args: Args) => Promise<T>;
}

/** How often a success is written down again; a failure, and the first success after one, always are. */
const NOTE_EVERY_MS = 300_000;

const noteRun = statement('note_job_run', 'select note_job_run($1, $2, $3)');

interface JobOptions {
  metrics: Registry;
  database: Database | null;
  log: Logger;
  tracer: Tracer | null;
}

export function createJobs({ metrics, database, log, tracer }: JobOptions): Jobs {
  let measures: ReturnType<typeof createMeasures> | null = null;
  return {
    watched(name, everyMs, work) {
      measures ??= createMeasures(metrics);
      const { runs, seconds, lastSuccess } = measures;
      let noted = { isWell: false, at: Number.NEGATIVE_INFINITY };
      const note = async (error: string | null): Promise<void> => {
        const at = performance.now();
        const isNews = noted.isWell !== (error === null) || at - noted.at > NOTE_EVERY_MS;
        if (!database || !isNews) return;
        noted = { isWell: error === null, at };
        await database.background.run(noteRun, [name, Math.ceil(everyMs / 1_000), error]).catch((reason: unknown) => {
          noted.at = Number.NEGATIVE_INFINITY;
          log.debug({ job: name, error: String(reason) }, 'cannot write down how a job went');
        });
      };
      const run = async <T>(once: () => Promise<T>, isStopping: () => boolean): Promise<T> => {
        const end = seconds.startTimer({ task: name });
        try {
          const result = await once();
          runs.inc({ task: name, result: 'success' });
          lastSuccess.set({ task: name }, Date.now() / 1_000);
          await note(null);
          return result;
        } catch (error) {
          // Who stops ends what runs; that says nothing about the work.
          if (isStopping()) throw error;
          runs.inc({ task: name, result: 'failure' });
          await note(sentenceOf(error));
          throw error;
        } finally {
          end();
        }
      };
      return (...args) => {
        const isStopping = () => args.some((each) => each instanceof AbortSignal && each.aborted);
        return run(
          () => (tracer ? tracer.span(`job ${name}`, { parent: null }, () => work(...args)) : work(...args)),
          isStopping,
        );
      };
    },
  };
}

function sentenceOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 500);
}

/** The label is `task`, for `job` is Prometheus' own name for what it scrapes. */
function createMeasures(registry: Registry) {
  const registers = [registry];
  return {
    runs: new Counter({
      name: 'alt_task_runs_total',
      help: 'Runs of periodic work, by task and result',
      labelNames: ['task', 'result'],
      registers,
    }),
    seconds: new Histogram({
      name: 'alt_task_seconds',
      help: 'Duration of a run of periodic work, in seconds',
      labelNames: ['task'],
      buckets: [0.01, 0.1, 1, 10, 60, 600],
      registers,
    }),
    lastSuccess: new Gauge({
      name: 'alt_task_last_success_timestamp_seconds',
      help: 'When periodic work last succeeded in this process, as seconds since 1970',
      labelNames: ['task'],
      registers,
    }),
  };
}
