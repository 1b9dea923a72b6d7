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
  /** A tag that only entries have which are not starred. */
  dullTagId: number;
  feeds: number;
  entries: number;
}

export interface LargeReaderOptions {
  feeds?: number;
  perFeed?: number;
  /** Whose entries they are; `LARGE_READER` unless given. */
  reader?: { userId: string; tenantId: string };
}

/**
 * Fills a migrated database without articles with one reader who has `feeds` × `perFeed` unread entries (1,000 × 1,000
 * unless given): 300 feeds in a nested folder, 100 feeds with only old entries, every 50th entry starred, every 100th
 * labelled, tagged "science" and tagged "dull". Needs a superuser: triggers are off while it loads, and the counters are
 * set as they would have been. Indexes are made again after the rows, which halves the time (31 s → 14 s, two cores with
 * other work); `insert … select` of made-up rows takes half the time of COPY.
 */
export async function loadLargeReader(superuser: Database, options: LargeReaderOptions = {}): Promise<LargeReader> {
  const { feeds = 1_000, perFeed = 1_000, reader = LARGE_READER } = options;
  await superuser.transaction(async (tx) => {
    await tx.script(LOAD_SETTINGS);
    const indexes = await tx.all(selectIndexes);
    await tx.script(indexes.map((index) => index.drop).join(';'));
    await tx.script(rowsScript(feeds, perFeed, reader));
    await tx.script(indexes.map((index) => index.make).join(';'));
  });
  // Each alone: vacuum may not run in the transaction that several statements in one message are.
  for (const table of ['entries', 'articles', 'entry_labels', 'article_tags', 'counters']) {
    await superuser.script(`vacuum ${table}`);
  }
  await superuser.script('analyze');
  return findLargeReader(superuser);
}

/** What `loadLargeReader` made in this database. */
export async function findLargeReader(superuser: Database): Promise<LargeReader> {
  const ids = await superuser.one(selectIds);
  if (!ids) throw new Error('there is no large reader');
  return ids;
}

const LOAD_SETTINGS = `set local session_replication_role = replica; set local statement_timeout = 0;
  set local work_mem = '64MB'; set local maintenance_work_mem = '256MB';
  set local max_parallel_workers = 2; set local max_parallel_maintenance_workers = 1`;

/** The indexes of the large tables but the one that foreign keys lean on. */
const selectIndexes = statement<{ drop: string; make: string }>(
  'large_reader_indexes',
  `select
     case when c.conname is null then format('drop index %s', i.indexrelid::regclass)
       else format('alter table %s drop constraint %I', i.indrelid::regclass, c.conname) end as drop,
     case when c.conname is null then pg_get_indexdef(i.indexrelid)
       else format('alter table %s add constraint %I %s', i.indrelid::regclass, c.conname, pg_get_constraintdef(c.oid))
     end as make
   from pg_index i left join pg_constraint c on c.conindid = i.indexrelid and c.contype in ('p', 'u')
   where i.indrelid in ('entries'::regclass, 'articles'::regclass, 'article_tags'::regclass, 'entry_labels'::regclass)
     and i.indexrelid <> 'articles_pkey'::regclass`,
);

const selectIds = statement<LargeReader>(
  'large_reader_ids',
  `select (select owner_id from labels where name = 'kept') as "readerId",
    (select id from folders where name = 'Large') as "folderId",
    (select id from folders where name = 'Old') as "oldFolderId",
    (select id from labels where name = 'kept') as "labelId",
    (select id from tags where name = 'science') as "tagId",
    (select id from tags where name = 'dull') as "dullTagId",
    (select count(*)::int from feeds) as feeds, (select count(*)::int from entries) as entries`,
);

/** Article n of feed 1 + n mod `feeds` was published n · 37 s ago; those of the last tenth of the feeds years before. */
function rowsScript(feeds: number, perFeed: number, reader: { userId: string; tenantId: string }): string {
  const oldFrom = Math.floor(feeds * 0.9);
  const inFolder = Math.floor(feeds * 0.3);
  const own = `readers r where r.user_id = '${reader.userId}' and r.tenant_id = '${reader.tenantId}'`;
  return `
    insert into tenants (id) values ('${reader.tenantId}') on conflict do nothing;
    insert into readers (user_id, tenant_id) values ('${reader.userId}', '${reader.tenantId}') on conflict do nothing;
    create temporary table whose on commit drop as select r.id, r.tenant_id from ${own};
    insert into hosts (host) select 'feed-' || f || '.example' from generate_series(1, ${feeds}) f;
    create temporary table numbered on commit drop as
      with made as (
        insert into feeds (url, host, title, format, state, subscriber_count, last_polled_at, last_success_at, next_poll_at)
          select 'https://feed-' || f || '.example/rss', 'feed-' || f || '.example', 'Feed ' || f, 'rss', 'ok', 1, now(),
            now(), now() + interval '1 day'
          from generate_series(1, ${feeds}) f order by f returning id
      ) select id, row_number() over (order by id)::integer as number from made;
    create unique index on numbered (number);
    analyze numbered;
    insert into subscriptions (reader_id, feed_id) select r.id, f.id from whose r, numbered f order by f.id;
    insert into folders (tenant_id, owner_id, name) select tenant_id, id, n from whose, unnest(array['Large', 'Old']) n;
    insert into folders (tenant_id, owner_id, parent_id, name)
      select f.tenant_id, f.owner_id, f.id, 'Below ' || n from folders f, generate_series(1, 3) n where f.name = 'Large';
    insert into subscription_folders (reader_id, subscription_id, folder_id)
      select s.reader_id, s.id, p.id from subscriptions s join numbered f on f.id = s.feed_id
      join folders p on p.name = 'Below ' || (1 + f.number % 3) where f.number <= ${inFolder}
      union all
      select s.reader_id, s.id, p.id from subscriptions s join numbered f on f.id = s.feed_id
      join folders p on p.name = 'Old' where f.number > ${oldFrom};
    insert into articles (id, feed_id, identity, url, title, excerpt, published_at, received_at, sort_at, content_hash)
      select 1700000000000000 + n, f.id, int8send(n) || int8send(n), 'https://feed.example/' || n, 'Article ' || n,
        'The first words of an article, as a list shows them.', at, now(), at, '\\x00'
      from generate_series(0::bigint, ${feeds * perFeed - 1}) n
      join numbered f on f.number = 1 + n % ${feeds}
      cross join lateral (
        select date_trunc('milliseconds', transaction_timestamp()) - n * interval '37 seconds'
          - case when f.number > ${oldFrom} then interval '5 years' else interval '0' end as at
      ) x;
    insert into article_contents (article_id, content_html, text)
      select id, '<p>' || title || '</p>', title from articles where id < 1700000000000000 + ${feeds * 2};
    update readers r set revision = revision + 1,
      starred_count = (select count(*) from generate_series(0, ${feeds * perFeed - 1}, 50))
      from whose where r.id = whose.id;
    insert into entries (article_id, reader_id, feed_id, sort_at, received_at, revision, arrival_revision, is_starred)
      select a.id, r.id, a.feed_id, a.sort_at, a.received_at, r.revision, r.revision, a.id % 50 = 0
      from articles a cross join (select readers.* from readers join whose using (id) limit 1) r;
    insert into counters (reader_id, feed_id, unread) select r.id, f.id, ${perFeed} from whose r, numbered f;
    insert into labels (tenant_id, owner_id, name) select tenant_id, id, 'kept' from whose;
    insert into entry_labels (reader_id, label_id, article_id, sort_at)
      select l.owner_id, l.id, a.id, a.sort_at from articles a, labels l where l.name = 'kept' and a.id % 100 = 0;
    insert into tags (tenant_id, name, normalised) select tenant_id, n, n from whose, unnest(array['science', 'dull']) n;
    insert into article_tags (tenant_id, tag_id, article_id, sort_at, score)
      select t.tenant_id, t.id, a.id, a.sort_at, 1 from articles a
      join tags t on t.name = case a.id % 100 when 0 then 'science' when 1 then 'dull' end;`;
}
