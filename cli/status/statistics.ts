import { type Database, statement } from '@alt/database';
import { type Finding, fault, remark, well } from '../doctor/finding.ts';
import type { Environment } from '../settings.ts';
import { counted, duration } from '../wording.ts';

/** Events are moved every half minute; after so long somebody should know. */
const LATE_SECONDS = 900;
/** What a client reports may be a day old when it is written. */
const REPORTED_SECONDS = 86_400;
/** What the platform did is told by the hour. */
const WORK_SECONDS = 7_200;

interface WaitingRow {
  isOff: boolean;
  waiting: number;
  lateSeconds: number;
  erasures: number;
  erasureSeconds: number;
}

const selectWaiting = statement<WaitingRow>(
  'status_statistics',
  `select coalesce((select s.is_off from statistics_switch s), false) as "isOff", i.waiting + w.waiting as waiting,
     greatest(coalesce(i.own, 0), coalesce(i.reported, 0) - ${REPORTED_SECONDS},
       coalesce(w.seconds, 0) - ${WORK_SECONDS}, 0)::float8 as "lateSeconds",
     e.waiting as erasures, coalesce(e.seconds, 0)::float8 as "erasureSeconds"
   from (
     select count(*)::integer as waiting,
       extract(epoch from now() - min(at) filter (where kind not in ('opened', 'spent'))) as own,
       extract(epoch from now() - min(at) filter (where kind in ('opened', 'spent'))) as reported
     from reading_inbox
   ) i, (select count(*)::integer as waiting, extract(epoch from now() - min(until)) as seconds from reading_erasures) e,
     (select count(*)::integer as waiting, extract(epoch from now() - min(at)) as seconds from work_inbox) w`,
);

/** Whether what readers and services do reaches statistics, and what is to be forgotten is; nothing where the instance collects nothing. */
export async function checkStatistics(alt: Database, environment: Environment): Promise<Finding[]> {
  const row = await alt.one(selectWaiting);
  if (!row || (row.isOff && row.waiting + row.erasures === 0)) return [];
  const isLate = row.lateSeconds > LATE_SECONDS;
  const isForgetLate = row.erasures > 0 && row.erasureSeconds > LATE_SECONDS;
  const trouble = await clickHouseTrouble(environment);
  const level = trouble === null ? remark : fault;
  const why = trouble ?? 'alt-backend moves them: look at what it prints.';
  const findings: Finding[] = [];
  if (isLate) {
    const waiting = counted(row.waiting, 'event');
    findings.push(
      level(
        `Statistics are behind: ${waiting} wait, the oldest for at least ${duration(row.lateSeconds)}. Nothing is lost. ${why}`,
      ),
    );
  }
  if (isForgetLate) {
    const readers = counted(row.erasures, 'reader');
    findings.push(
      level(
        `Statistics of ${readers} are to be erased for ${duration(row.erasureSeconds)} and are still there. ${why}`,
      ),
    );
  }
  if (findings.length > 0) return findings;
  if (trouble !== null) return [fault(`Statistics cannot be read. ${trouble}`)];
  return [well('Statistics are up to date.')];
}

/** Why the ClickHouse that is configured takes nothing; null where there is none, or it answers. */
async function clickHouseTrouble(environment: Environment): Promise<string | null> {
  const { CLICKHOUSE_URL: url, CLICKHOUSE_USER: user, CLICKHOUSE_PASSWORD: password } = environment;
  if (!url) return null;
  const { createClickHouse } = await import('../../services/alt-backend/statistics/clickhouse-client.ts');
  const server = createClickHouse({ url, user, password });
  try {
    await server.rows('select 1');
    return null;
  } catch (error) {
    return `ClickHouse does not answer: ${reasonOf(error)}.`;
  } finally {
    await server.close();
  }
}

/** What lies under the sentence for readers, in one line and without the account of the address. */
function reasonOf(error: unknown): string {
  let found = error;
  while (found instanceof Error && found.cause instanceof Error) found = found.cause;
  const text = found instanceof Error ? found.message : String(found);
  return (text.split('\n')[0] ?? '').slice(0, 200).replace(/\.$/, '');
}
