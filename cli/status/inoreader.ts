import { type Database, statement } from '@alt/database';
import { listAccounts } from '../../services/auth-service/admin.ts';
import { spendable, WAKE_MS } from '../../services/pre-processor-sidecar/budget.ts';
import { type Finding, fault, remark, well } from '../doctor/finding.ts';
import type { OpenedDatabases } from '../doctor/postgres.ts';
import { counted, duration } from '../wording.ts';

interface Zone {
  zone: 1 | 2;
  used: number;
  allowed: number;
  endsInSeconds: number;
}

interface ConnectionRow {
  account: string;
  userId: string;
  state: 'new' | 'ok' | 'waiting' | 'unauthorised' | 'failing';
  code: string | null;
  message: string | null;
  failures: number;
  sinceSuccessSeconds: number | null;
  /** How long ago the next run was due; below zero: it is still to come. */
  overdueSeconds: number;
  missing: number;
  changes: number;
  zones: Zone[] | null;
}

const selectConnections = statement<ConnectionRow>(
  'status_inoreader',
  `select c.account, r.user_id as "userId", c.state, c.problem_code as code, c.problem_message as message, c.failures,
     extract(epoch from now() - c.last_success_at)::float8 as "sinceSuccessSeconds",
     extract(epoch from now() - greatest(c.next_run_at, c.created_at))::float8 as "overdueSeconds",
     (select count(*) from inoreader_items i where i.connection_id = c.id and i.content = 'wanted')::integer as missing,
     (select count(*) from inoreader_items i where i.connection_id = c.id and i.needs_write)::integer as changes,
     (select json_agg(json_build_object('zone', b.zone, 'allowed', b.allowed,
       'used', case when b.day_ends_at > now() then b.used else 0 end,
       'endsInSeconds', extract(epoch from b.day_ends_at - now())) order by b.zone)
       from inoreader_budgets b where b.connection_id = c.id) as zones
   from inoreader_connections c join readers r on r.id = c.reader_id join tenants t on t.id = r.tenant_id
   where r.purge_after is null and t.suspended_at is null
   order by c.account`,
);

/** The schedule wakes the job so often; two turns may be missed. */
const OVERDUE_SECONDS = (3 * WAKE_MS) / 1_000;
/** Failures of another service are its own for so long; then somebody should know. */
const LONG_SECONDS = 86_400;
/** As many articles come with one request. */
const ARTICLES_A_REQUEST = 100;

/** How each reader's Inoreader account is: in step, behind by how much, out of requests, or waiting for a person. */
export async function checkInoreader({ alt, auth }: OpenedDatabases): Promise<Finding[]> {
  const rows = await alt.all(selectConnections);
  if (rows.length === 0) return [];
  const emails = await emailsOf(auth);
  return rows.map((row) => findingOf(row, emails.get(row.userId)));
}

async function emailsOf(auth: Database): Promise<Map<string, string>> {
  return new Map((await listAccounts(auth)).map(({ id, email }) => [id, email]));
}

function findingOf(row: ConnectionRow, email: string | undefined): Finding {
  const { state, code, message, sinceSuccessSeconds: since, overdueSeconds } = row;
  const name = `The Inoreader account "${row.account}"${email ? ` of ${email}` : ''}`;
  const last = since === null ? 'It was never synchronised' : `It was last synchronised ${duration(since)} ago`;
  if (state === 'unauthorised') return fault(`${name} needs a person. ${message ?? ''} ${last}.`);
  if (overdueSeconds > OVERDUE_SECONDS) {
    const what = `${name} should have been looked at ${duration(overdueSeconds)} ago and was not. ${last}`;
    return fault(`${what}. See whether pre-processor-sidecar runs.`);
  }
  if (state === 'failing') {
    const sentence = `${name} failed ${counted(row.failures, 'time')} in a row. ${message ?? ''} ${last}; ${nextTry(row)}.`;
    return (since ?? Number.POSITIVE_INFINITY) > LONG_SECONDS && row.failures > 1 ? fault(sentence) : remark(sentence);
  }
  if (state === 'waiting' && code !== 'budget-spent') return remark(`${name} waits for a person. ${message ?? ''}`);
  if (since === null) return well(`${name} waits for its first run.`);
  return well(`${name} was synchronised ${duration(since)} ago. ${spent(row)}${behind(row)}`);
}

function nextTry({ overdueSeconds }: ConnectionRow): string {
  return overdueSeconds < 0 ? `it is tried again in ${duration(-overdueSeconds)}` : 'it is tried again soon';
}

/** Of which kind all requests of the day are used up: a tenth is never spent, so that is before the limit. */
function spent({ zones }: ConnectionRow): string {
  const over = (zones ?? []).filter(({ used, allowed }) => used >= spendable(allowed));
  if (over.length === 0) return '';
  const parts = over.map(({ zone, used, allowed }) => `${used} of ${allowed} that ${zone === 1 ? 'read' : 'write'}`);
  const ends = Math.max(0, ...over.map(({ endsInSeconds }) => endsInSeconds));
  return `Today's requests are used up (${parts.join(', ')}); it goes on in ${duration(ends)}. `;
}

function behind({ missing, changes, zones }: ConnectionRow): string {
  if (missing + changes === 0) return 'Nothing waits.';
  const what = [
    missing > 0 ? `${counted(missing, 'article')} to bring` : '',
    changes > 0 ? `${counted(changes, 'change')} to tell` : '',
  ].filter(Boolean);
  // Half of a day's requests at most bring contents.
  const daily = spendable(zones?.find(({ zone }) => zone === 1)?.allowed ?? 0) / 2;
  const days = daily > 0 ? Math.ceil(missing / ARTICLES_A_REQUEST / daily) : 0;
  return `It is behind by ${what.join(' and ')}${days > 1 ? `, which takes about ${days} days of requests` : ''}.`;
}
