import type { RecapPeriod, RecapTopic } from '@alt/contracts';
import { type Database, type Queryable, statement } from '@alt/database';

export interface StoredRecap {
  id: string;
  period: RecapPeriod;
  date: string;
  timeZone: string;
  startsAt: Date;
  endsAt: Date;
  isFinal: boolean;
  articleCount: number;
  storyCount: number;
  engine: string | null;
  topics: RecapTopic[];
  builtAt: Date;
}

const COLUMNS = `id, period, local_date::text as date, time_zone as "timeZone", starts_at as "startsAt", ends_at as "endsAt",
  is_final as "isFinal", article_count as "articleCount", story_count as "storyCount", engine, content as topics,
  built_at as "builtAt"`;

const selectRecap = statement<StoredRecap>('recap', `select ${COLUMNS} from recaps where reader_id = $1 and id = $2`);

export function findRecap(tx: Queryable, readerId: number, id: string): Promise<StoredRecap | null> {
  return tx.one(selectRecap, [readerId, id]);
}

const selectOf = statement<StoredRecap>(
  'recap_of',
  `select ${COLUMNS} from recaps where reader_id = $1 and period = $2 and local_date = $3`,
);

export function recapOf(
  tx: Queryable,
  readerId: number,
  period: RecapPeriod,
  date: string,
): Promise<StoredRecap | null> {
  return tx.one(selectOf, [readerId, period, date]);
}

const selectList = statement<StoredRecap>(
  'recap_list',
  `select ${COLUMNS} from recaps
   where reader_id = $1 and ($2::text is null or period = $2) and story_count > 0
     and ($3::timestamptz is null or (starts_at, id) < ($3, $4::uuid))
   order by starts_at desc, id desc limit $5`,
);

/** Recaps with something in them, the latest first. */
export function listRecaps(
  tx: Queryable,
  readerId: number,
  period: RecapPeriod | null,
  after: { startsAt: Date; id: string } | null,
  limit: number,
): Promise<StoredRecap[]> {
  return tx.all(selectList, [readerId, period, after?.startsAt ?? null, after?.id ?? null, limit]);
}

const upsert = statement<{ id: string }>(
  'recap_save',
  `insert into recaps as r (reader_id, period, local_date, time_zone, starts_at, ends_at, is_final, article_count,
       story_count, engine, content)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::jsonb)
   on conflict (reader_id, period, local_date) do update set
     time_zone = excluded.time_zone, starts_at = excluded.starts_at, ends_at = excluded.ends_at,
     is_final = excluded.is_final, article_count = excluded.article_count, story_count = excluded.story_count,
     engine = excluded.engine, content = excluded.content, built_at = now()
   where not r.is_final`,
);

/** Saves what was built; a final one that somebody else saved meanwhile stays as it is. */
export async function saveRecap(
  tx: Queryable,
  readerId: number,
  recap: Omit<StoredRecap, 'id' | 'builtAt'>,
): Promise<void> {
  const { period, date, timeZone, startsAt, endsAt, isFinal, articleCount, storyCount, engine, topics } = recap;
  const values = [period, date, timeZone, startsAt, endsAt, isFinal, articleCount, storyCount, engine];
  await tx.run(upsert, [readerId, ...values, JSON.stringify(topics)]);
}

const selectFeed = statement<StoredRecap & { language: string | null }>(
  'recap_feed',
  `select ${COLUMNS}, language from recap_feed($1, $2)`,
);

/** The recaps behind the secret of a private feed, the latest first; null for a secret that is not one. */
export async function recapsOfFeed(database: Database, secretHash: Buffer, limit: number) {
  const rows = await database.all(selectFeed, [secretHash, limit]);
  // The feed of a reader without recaps is one row without an id.
  return rows.length === 0
    ? null
    : { recaps: rows.filter(({ id }) => id !== null), language: rows[0]?.language ?? null };
}
