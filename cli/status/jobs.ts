import { statement } from '@alt/database';
import { type Finding, fault, remark, well } from '../doctor/finding.ts';
import type { OpenedDatabases } from '../doctor/postgres.ts';
import { duration } from '../wording.ts';

interface JobRow {
  service: string;
  job: string;
  everySeconds: number;
  sinceRunSeconds: number;
  sinceSuccessSeconds: number | null;
  error: string | null;
}

const selectJobs = statement<JobRow>(
  'status_jobs',
  `select replace(service, '_', '-') as service, job, every_seconds as "everySeconds",
     extract(epoch from now() - last_run_at)::float8 as "sinceRunSeconds",
     extract(epoch from now() - last_success_at)::float8 as "sinceSuccessSeconds", error
   from job_runs order by service, job`,
);

/** A job may miss two turns, and successes are written down every five minutes at the most. */
const graceSeconds = (everySeconds: number) => 3 * everySeconds + 900;

/**
 * Whether periodic work goes on, and what stands in its way. `told`: what was found, by service, of those whose work is told
 * account by account; where that is nothing nobody uses it any more, and a failure that it told is not told again.
 */
export async function checkJobs(
  { alt, auth }: OpenedDatabases,
  told: Readonly<Record<string, readonly Finding[]>> = {},
): Promise<Finding[]> {
  const jobs = [...(await alt.all(selectJobs)), ...(await auth.all(selectJobs))].flatMap((job) => {
    const own = told[job.service];
    if (!own) return [job];
    const isTold = own.some(({ level }) => level !== 'well');
    return own.length === 0 ? [] : [isTold ? { ...job, error: null } : job];
  });
  const findings = jobs.flatMap(findingOf);
  return findings.length > 0 ? findings : [well(`Periodic work goes on (${jobs.length} kinds).`)];
}

function findingOf(job: JobRow): Finding[] {
  const name = `${job.service}'s "${job.job}"`;
  const success =
    job.sinceSuccessSeconds === null ? 'never succeeded' : `last succeeded ${duration(job.sinceSuccessSeconds)} ago`;
  if (job.error !== null) {
    const sentence = `${name} fails (${job.error.split('\n')[0]}). It ${success}, and is tried every ${duration(job.everySeconds)}.`;
    const isLate = (job.sinceSuccessSeconds ?? Number.POSITIVE_INFINITY) > graceSeconds(job.everySeconds);
    return [isLate ? fault(sentence) : remark(sentence)];
  }
  if (job.sinceRunSeconds <= graceSeconds(job.everySeconds)) return [];
  return [
    remark(`${name} should run every ${duration(job.everySeconds)} and did not for ${duration(job.sinceRunSeconds)}.`),
  ];
}
