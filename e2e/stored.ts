import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createDatabase, type Database, statement } from '@alt/database';
import { eventually, type Machine } from './harness.ts';

const countArticles = statement<{ articles: number; entries: number; doubled: number }>(
  'e2e_count',
  `select (select count(*) from articles) as articles, (select count(*) from entries) as entries,
     (select count(*) from (select url from articles group by url having count(*) > 1) x) as doubled`,
);
const miscounted = statement('e2e_miscounted', 'select * from miscounted()');

/** Whatever has an embedded Postgres whose superuser may look. */
export type Looked = Pick<Machine, 'admin'>;

/** What Postgres holds, seen past Alt: articles, entries, articles that are there twice. */
export const counts = (machine: Looked) =>
  withDatabase(machine, async (database) => {
    const row = await database.one(countArticles);
    if (!row) throw new Error('no counts');
    return row;
  });

const countStored = statement<{ count: number }>('e2e_articles', 'select count(*)::int as count from articles');

/** Waits for so many articles. Connects anew for each look: Postgres may be killed meanwhile. */
export const untilStored = (machine: Looked, isEnough: (count: number) => boolean, what: string) =>
  eventually(
    () => withDatabase(machine, async (database) => isEnough((await database.one(countStored))?.count ?? 0)),
    what,
    240_000,
  );

/** The counters that differ from a recount. */
export const findMiscounted = (machine: Looked) => withDatabase(machine, (database) => database.all(miscounted));

const tenantStands = statement<{ isSuspended: boolean }>(
  'e2e_tenant',
  'select suspended_at is not null as "isSuspended" from tenants where id = $1',
);

/** Waits until alt-backend's own picture of a tenant says so. */
export const tenantKnown = (machine: Looked, id: string, isSuspended: boolean) =>
  withDatabase(machine, (database) =>
    eventually(
      async () => (await database.one(tenantStands, [id]))?.isSuspended === isSuspended,
      `${id} is ${isSuspended ? '' : 'not '}suspended in alt`,
      20_000,
    ),
  );

const unfinished = statement<{ count: number }>(
  'e2e_unfinished',
  `select (select count(*) from article_stages where state in ('waiting', 'claimed'))
     + (select count(*) from tag_requests) + (select count(*) from foldings)
     + (select count(*) from article_touches) + (select count(*) from rule_waits) as count`,
);

/** Waits until no stage has anything to do: every article is extracted, summarised, tagged, compared, indexed, and told of. */
export const stagesDone = (machine: Looked, timeoutMs = 120_000) =>
  withDatabase(machine, (database) =>
    eventually(async () => (await database.one(unfinished))?.count === 0, 'all stages done', timeoutMs),
  );

/** `alt` as the superuser. */
export async function withDatabase<T>(machine: Looked, work: (database: Database) => Promise<T>): Promise<T> {
  const database = createDatabase({ ...machine.admin, database: 'alt', applicationName: 'e2e test' });
  try {
    return await work(database);
  } finally {
    await database.end();
  }
}

const dueNow = statement('e2e_due', 'update feeds set next_poll_at = now(), claimed_until = null, claimed_by = null');

/** Makes every feed due, as if its interval and all leases had passed. */
export const makeAllDue = (machine: Looked) =>
  withDatabase(machine, async (database) => {
    await database.run(dueNow);
    await database.script('notify alt_polls');
  });

/** The process of the embedded Postgres. */
export function postmasterPid(machine: Machine): number {
  const file = path.join(machine.dataDir, 'postgres', 'cluster', 'postmaster.pid');
  return Number(readFileSync(file, 'utf8').split('\n')[0]);
}

/** A list of feeds as readers bring it. */
export function opmlOf(urls: readonly string[]): string {
  const outlines = urls.map((url) => `<outline type="rss" text="f" xmlUrl="${url}"/>`);
  return `<opml version="2.0"><body>${outlines.join('')}</body></opml>`;
}
