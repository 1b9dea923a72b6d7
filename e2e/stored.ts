import { createDatabase, type Database, statement } from '@alt/database';
import type { Machine } from './harness.ts';

const countArticles = statement<{ articles: number; entries: number; doubled: number }>(
  'e2e_count',
  `select (select count(*) from articles) as articles, (select count(*) from entries) as entries,
     (select count(*) from (select url from articles group by url having count(*) > 1) x) as doubled`,
);
const miscounted = statement('e2e_miscounted', 'select * from miscounted()');

/** What Postgres holds, seen past Alt: articles, entries, articles that are there twice. */
export const counts = (machine: Machine) =>
  withDatabase(machine, async (database) => {
    const row = await database.one(countArticles);
    if (!row) throw new Error('no counts');
    return row;
  });

/** The counters that differ from a recount. */
export const findMiscounted = (machine: Machine) => withDatabase(machine, (database) => database.all(miscounted));

/** `alt` as the superuser. */
export async function withDatabase<T>(machine: Machine, work: (database: Database) => Promise<T>): Promise<T> {
  const database = createDatabase({ ...machine.admin, database: 'alt', applicationName: 'e2e test' });
  try {
    return await work(database);
  } finally {
    await database.end();
  }
}

/** A list of feeds as readers bring it. */
export function opmlOf(urls: readonly string[]): string {
  const outlines = urls.map((url) => `<outline type="rss" text="f" xmlUrl="${url}"/>`);
  return `<opml version="2.0"><body>${outlines.join('')}</body></opml>`;
}
