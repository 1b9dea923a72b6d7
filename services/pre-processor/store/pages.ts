import { type Queryable, statement } from '@alt/database';

/** An article whose page is to be read, and what its readers want of it. */
export interface PageRow {
  url: string | null;
  title: string;
  /** The text that the feed gave. */
  text: string;
  receivedAt: Date;
  state: 'none' | 'pending' | 'ready' | 'failed';
  /** A reader wants every full text of the feed. */
  isWanted: boolean;
  /** All readers of the feed want none unasked. */
  isUnwanted: boolean;
  /** The feed is its tenant's own. */
  tenantId: string | null;
  rules: { tenantId: string; keep: string[]; drop: string[] }[];
}

const loadPageStatement = statement<PageRow>(
  'load-page',
  `select a.url, a.title, c.text, a.received_at as "receivedAt", c.full_state as state, f.wants_full_text as "isWanted",
     skips_full_text(f.id) as "isUnwanted", f.tenant_id as "tenantId",
     coalesce((select json_agg(json_build_object('tenantId', s.tenant_id, 'keep', s.keep, 'drop', s."drop")
         order by s.tenant_id)
       from (select * from feed_selectors r where r.feed_id = f.id order by r.tenant_id limit $2) s), '[]') as rules
   from articles a join article_contents c on c.article_id = a.id join feeds f on f.id = a.feed_id where a.id = $1`,
);

/** More tenants than these with rules of their own for one feed get the text that all share. */
const MAX_RULES = 50;

/** Where an article's page is, and what is wanted of it. */
export function loadPage(db: Queryable, articleId: number): Promise<PageRow | null> {
  return db.one(loadPageStatement, [articleId, MAX_RULES]);
}

/** An article as its pages gave it. */
export interface FullText {
  html: string;
  text: string;
  details: object;
  byline: string | null;
  imageUrl: string | null;
  /** What tenants with rules of their own see instead. */
  variants: { tenantId: string; html: string; text: string }[];
}

// What the feed did not say, the page may. The readers are told last: that holds their rows until the commit.
const saveFullTextStatement = statement(
  'save-full-text',
  `with saved as (
     update article_contents set full_html = $2, full_text = $3, full_details = $4, full_state = 'ready',
       full_code = null, full_reason = null, full_fetched_at = now()
     where article_id = $1
   ), gone as (
     delete from article_variants v where v.article_id = $1
       and not v.tenant_id in (select g."tenantId" from json_to_recordset($7::json) as g ("tenantId" uuid))
   ), variants as (
     insert into article_variants (article_id, tenant_id, html, text)
       select $1, g."tenantId", g.html, g.text
       from json_to_recordset($7::json) as g ("tenantId" uuid, html text, text text)
     on conflict (article_id, tenant_id) do update set html = excluded.html, text = excluded.text
   )
   update articles set author = coalesce(author, $5), image_url = coalesce(image_url, $6)
   where id = $1 and (author is null or image_url is null)`,
);
const startStagesStatement = statement('start-stages', 'select start_stages($1::bigint[])');
const touchStatement = statement('touch-articles', 'select touch_articles($1::bigint[])');

/** Stores the full text, lets the other stages read it, and tells everybody who has the article. */
export async function saveFullText(tx: Queryable, articleId: number, full: FullText): Promise<void> {
  const { html, text, details, byline, imageUrl, variants } = full;
  const values = [articleId, html, text, JSON.stringify(details), byline, imageUrl, JSON.stringify(variants)];
  await tx.run(saveFullTextStatement, values);
  await tx.run(startStagesStatement, [[articleId]]);
  await tx.run(touchStatement, [[articleId]]);
}

/** The other stages read what the feed gave: the full text is a long time coming. Nothing is begun twice. */
export async function startStages(db: Queryable, articleId: number): Promise<void> {
  await db.run(startStagesStatement, [[articleId]]);
}

const skipFullTextStatement = statement(
  'skip-full-text',
  `update article_contents set full_state = 'none' where article_id = $1 and full_state = 'pending'`,
);

/** Nobody wants the full text after all: what the feed gave is the text. */
export async function skipFullText(tx: Queryable, articleId: number): Promise<void> {
  await tx.run(skipFullTextStatement, [articleId]);
  await tx.run(startStagesStatement, [[articleId]]);
}

const failFullTextStatement = statement(
  'fail-full-text',
  `update article_contents set full_state = 'failed', full_code = $2, full_reason = $3, full_fetched_at = now()
   where article_id = $1 and full_state <> 'ready'`,
);

/**
 * Says why there is no full text: a stable code, and a sentence; the other stages read what the feed gave. A full text
 * that is there already stays.
 */
export async function failFullText(tx: Queryable, articleId: number, code: string, reason: string): Promise<void> {
  await tx.run(failFullTextStatement, [articleId, code, reason]);
  await tx.run(startStagesStatement, [[articleId]]);
  await tx.run(touchStatement, [[articleId]]);
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
