import { type Queryable, statement } from '@alt/database';

const loadPageStatement = statement<{ url: string | null; text: string }>(
  'load-page',
  `select a.url, c.text from articles a join article_contents c on c.article_id = a.id where a.id = $1`,
);

/** Where an article's page is, and the text that the feed gave. */
export function loadPage(db: Queryable, articleId: number): Promise<{ url: string | null; text: string } | null> {
  return db.one(loadPageStatement, [articleId]);
}

const saveFullTextStatement = statement(
  'save-full-text',
  `with saved as (
     update article_contents set full_html = $2, full_state = 'ready', full_code = null, full_reason = null,
       full_fetched_at = now()
     where article_id = $1 returning article_id
   )
   select touch_articles(array_agg(article_id)) from saved`,
);

/** Stores the full text, and tells everybody who has the article. */
export async function saveFullText(tx: Queryable, articleId: number, html: string): Promise<void> {
  await tx.run(saveFullTextStatement, [articleId, html]);
}

const failFullTextStatement = statement(
  'fail-full-text',
  `with failed as (
     update article_contents set full_state = 'failed', full_code = $2, full_reason = $3, full_fetched_at = now()
     where article_id = $1 and full_state <> 'ready' returning article_id
   )
   select touch_articles(array_agg(article_id)) from failed`,
);

/** Says why there is no full text: a stable code, and a sentence. A full text that is there already stays. */
export async function failFullText(tx: Queryable, articleId: number, code: string, reason: string): Promise<void> {
  await tx.run(failFullTextStatement, [articleId, code, reason]);
}

const loadRobotsStatement = statement<{ text: string; fetchedAt: Date }>(
  'load-robots',
  `select coalesce(robots_text, '') as text, robots_fetched_at as "fetchedAt" from hosts
   where host = $1 and robots_fetched_at is not null`,
);

export function loadRobots(db: Queryable, host: string): Promise<{ text: string; fetchedAt: Date } | null> {
  return db.one(loadRobotsStatement, [host]);
}

const saveRobotsStatement = statement(
  'save-robots',
  `insert into hosts (host, robots_text, robots_fetched_at) values ($1, $2, now())
   on conflict (host) do update set robots_text = excluded.robots_text, robots_fetched_at = excluded.robots_fetched_at`,
);

export async function saveRobots(db: Queryable, host: string, text: string): Promise<void> {
  await db.run(saveRobotsStatement, [host, text]);
}
