import { type Database, statement } from '@alt/database';

export const LARGE_READER = {
  userId: '018f0000-0000-7000-8000-000000000001',
  tenantId: '018f0000-0000-7000-8000-0000000000ff',
} as const;

export interface LargeReader {
  readerId: number;
  /** A folder with 300 feeds in two levels below it. */
  folderId: number;
  /** A folder of 100 feeds whose entries are all older than everybody else's. */
  oldFolderId: number;
  labelId: number;
  tagId: number;
  feeds: number;
  entries: number;
}

/**
 * Fills a migrated database with one reader who has `feeds` × `perFeed` unread entries (1,000 × 1,000 unless given):
 * 300 feeds in a nested folder, 100 feeds with only old entries, every 50th entry starred, every 100th labelled and
 * tagged. Needs a superuser: triggers are off while it loads, and the counters are set as they would have been.
 */
export async function loadLargeReader(
  superuser: Database,
  size: { feeds?: number; perFeed?: number } = {},
): Promise<LargeReader> {
  const { feeds = 1_000, perFeed = 1_000 } = size;
  await superuser.transaction(async (tx) => {
    await tx.script(
      'set local session_replication_role = replica; set local statement_timeout = 0; set local maintenance_work_mem = "256MB"',
    );
    await tx.script(rowsScript(feeds, perFeed));
  });
  await superuser.script('vacuum analyze entries');
  await superuser.script('analyze');
  const ids = await superuser.one(selectIds);
  if (!ids) throw new Error('the large reader was not made');
  return { ...ids, feeds, entries: feeds * perFeed };
}

const selectIds = statement<Omit<LargeReader, 'feeds' | 'entries'>>(
  'large_reader_ids',
  `select (select id from readers where user_id = '${LARGE_READER.userId}') as "readerId",
    (select id from folders where name = 'Large') as "folderId",
    (select id from folders where name = 'Old') as "oldFolderId",
    (select id from labels where name = 'kept') as "labelId",
    (select id from tags where name = 'science') as "tagId"`,
);

/** Article i of feed f was published i·f-dependent minutes ago; those of the last tenth of the feeds years ago. */
function rowsScript(feeds: number, perFeed: number): string {
  const oldFrom = Math.floor(feeds * 0.9);
  const inFolder = Math.floor(feeds * 0.3);
  return `
    insert into tenants (id) values ('${LARGE_READER.tenantId}');
    insert into readers (user_id, tenant_id, revision) values ('${LARGE_READER.userId}', '${LARGE_READER.tenantId}', 1);
    insert into hosts (host) select 'feed-' || f || '.example' from generate_series(1, ${feeds}) f;
    insert into feeds (url, host, title, format, state, subscriber_count, last_polled_at, last_success_at, next_poll_at)
      select 'https://feed-' || f || '.example/rss', 'feed-' || f || '.example', 'Feed ' || f, 'rss', 'ok', 1, now(), now(),
        now() + interval '1 day'
      from generate_series(1, ${feeds}) f;
    insert into subscriptions (reader_id, feed_id) select r.id, f.id from readers r, feeds f order by f.id;
    insert into folders (tenant_id, owner_id, name) select tenant_id, id, n from readers, unnest(array['Large', 'Old']) n;
    insert into folders (tenant_id, owner_id, parent_id, name)
      select f.tenant_id, f.owner_id, f.id, 'Below ' || n from folders f, generate_series(1, 3) n where f.name = 'Large';
    insert into subscription_folders (reader_id, subscription_id, folder_id)
      select s.reader_id, s.id, p.id from subscriptions s
      join folders p on p.name = 'Below ' || (1 + s.feed_id % 3) where s.feed_id <= ${inFolder}
      union all
      select s.reader_id, s.id, p.id from subscriptions s join folders p on p.name = 'Old' where s.feed_id > ${oldFrom};
    insert into articles (id, feed_id, identity, url, title, excerpt, published_at, received_at, sort_at, content_hash)
      select 1700000000000000 + n, f, decode(md5(n::text), 'hex'), 'https://feed-' || f || '.example/' || n,
        'Article ' || n, 'The first words of article ' || n || ', as a list shows them.', at, now(), at, '\\x00'
      from (
        select n, 1 + (n % ${feeds}) as f, date_trunc('milliseconds', now())
          - case when 1 + (n % ${feeds}) > ${oldFrom} then interval '5 years' else interval '0' end
          - n * interval '37 seconds' as at
        from generate_series(0, ${feeds * perFeed - 1}) n
      ) x;
    insert into article_contents (article_id, content_html, text)
      select id, '<p>' || title || '</p>', title from articles where id < 1700000000000000 + ${feeds * 2};
    insert into entries (article_id, reader_id, feed_id, sort_at, received_at, revision, arrival_revision, is_starred)
      select a.id, r.id, a.feed_id, a.sort_at, a.received_at, 1, 1, a.id % 50 = 0 from articles a, readers r;
    insert into counters (reader_id, feed_id, unread)
      select reader_id, feed_id, count(*) from entries group by reader_id, feed_id;
    update readers set starred_count = (select count(*) from entries where is_starred);
    insert into labels (tenant_id, owner_id, name) select tenant_id, id, 'kept' from readers;
    insert into entry_labels (reader_id, label_id, article_id, sort_at)
      select e.reader_id, l.id, e.article_id, e.sort_at from entries e, labels l where e.article_id % 100 = 0;
    insert into tags (tenant_id, name, normalised) select tenant_id, 'science', 'science' from readers;
    insert into article_tags (tenant_id, tag_id, article_id, sort_at, score)
      select t.tenant_id, t.id, a.id, a.sort_at, 1 from articles a, tags t where a.id % 100 = 1;`;
}
