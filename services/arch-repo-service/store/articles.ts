import { type Queryable, statement } from '@alt/database';
import { type PersonColumns, personColumns } from './people.ts';

/** Positions in a section are so far apart that an article fits between two for a long time. */
export const POSITION_GAP = 65_536;

export interface PinRow extends PersonColumns {
  id: string;
  articleId: number | null;
  sectionId: string | null;
  position: number;
  title: string;
  url: string | null;
  feedTitle: string;
  publishedAt: Date | null;
  origin: 'person' | 'rule' | 'import';
  pinnedAt: Date;
}

const who = personColumns('a.pinned_by');
const COLUMNS = `a.id, a.article_id as "articleId", a.section_id as "sectionId", a.position, a.title, a.url,
  a.feed_title as "feedTitle", a.published_at as "publishedAt", a.origin, a.pinned_at as "pinnedAt", ${who.columns}`;

const selectNewest = statement<PinRow>(
  'pins_newest',
  `select ${COLUMNS} from project_articles a ${who.joins}
   where a.project_id = $1 and a.id < coalesce($2::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff') order by a.id desc limit $3`,
);

/** Of all sections, the newest pin first. */
export function newestPins(tx: Queryable, projectId: string, beforeId: string | null, limit: number) {
  return tx.all(selectNewest, [projectId, beforeId, limit]);
}

const selectOfSection = statement<PinRow>(
  'pins_of_section',
  `select ${COLUMNS} from project_articles a ${who.joins}
   where a.project_id = $1 and a.section_id = $2 and (a.position, a.id) > ($3::bigint, $4::uuid)
   order by a.position, a.id limit $5`,
);
const selectOfNone = statement<PinRow>(
  'pins_of_none',
  `select ${COLUMNS} from project_articles a ${who.joins}
   where a.project_id = $1 and a.section_id is null and (a.position, a.id) > ($2::bigint, $3::uuid)
   order by a.position, a.id limit $4`,
);
const BEFORE_ALL = { position: Number.MIN_SAFE_INTEGER, id: '00000000-0000-0000-0000-000000000000' };

/** Of one section (null: of none), in its order. */
export function pinsOfSection(
  tx: Queryable,
  projectId: string,
  sectionId: string | null,
  after: { position: number; id: string } | null,
  limit: number,
): Promise<PinRow[]> {
  const { position, id } = after ?? BEFORE_ALL;
  if (sectionId === null) return tx.all(selectOfNone, [projectId, position, id, limit]);
  return tx.all(selectOfSection, [projectId, sectionId, position, id, limit]);
}

const selectPin = statement<PinRow>(
  'pin_one',
  `select ${COLUMNS} from project_articles a ${who.joins} where a.project_id = $1 and a.id = $2`,
);

export function findPin(tx: Queryable, projectId: string, id: string): Promise<PinRow | null> {
  return tx.one(selectPin, [projectId, id]);
}

const selectContent = statement<{ contentHtml: string }>(
  'pin_content',
  `select case when c.full_state = 'ready' then coalesce(c.full_html, c.content_html) else c.content_html end as "contentHtml"
   from article_contents c where c.article_id = $1`,
);

/** The sanitised text of a pinned article; null where it is not here. */
export async function contentOf(tx: Queryable, articleId: number | null): Promise<string | null> {
  if (articleId === null) return null;
  return (await tx.one(selectContent, [articleId]))?.contentHtml ?? null;
}

const insertPins = statement<{ id: string }>(
  'pins_insert',
  `insert into project_articles (project_id, article_id, section_id, position, url, title, feed_title, feed_url, identity,
     published_at, origin, pinned_by)
   select $1, t.article_id, $3, $4::bigint + ${POSITION_GAP} * t.place, t.url, t.title, t.feed_title, t.feed_url, t.identity,
     t.published_at, $5, current_reader_id()
   from (select *, row_number() over () as place from articles_to_pin($2)) t
   on conflict on constraint project_articles_key do nothing returning id`,
);

/** Pins those of the articles that the present person has, at the end of a section; answers how many are new. */
export async function pin(
  tx: Queryable,
  projectId: string,
  articleIds: number[],
  sectionId: string | null,
  origin: PinRow['origin'],
): Promise<number> {
  const last = await lastPosition(tx, projectId, sectionId);
  return (await tx.all(insertPins, [projectId, articleIds, sectionId, last, origin])).length;
}

const selectLast = statement<{ position: number }>(
  'pins_last',
  `select position from project_articles where project_id = $1 and section_id = $2 order by position desc, id desc limit 1`,
);
const selectLastOfNone = statement<{ position: number }>(
  'pins_last_of_none',
  `select position from project_articles where project_id = $1 and section_id is null
   order by position desc, id desc limit 1`,
);

export async function lastPosition(tx: Queryable, projectId: string, sectionId: string | null): Promise<number> {
  const row =
    sectionId === null ? await tx.one(selectLastOfNone, [projectId]) : await tx.one(selectLast, [projectId, sectionId]);
  return row?.position ?? 0;
}

const countPins = statement<{ count: number }>(
  'pins_count',
  'select articles as count from project_counts(array[$1::uuid])',
);

export async function pinCount(tx: Queryable, projectId: string): Promise<number> {
  return (await tx.one(countPins, [projectId]))?.count ?? 0;
}

const selectExisting = statement<{ id: string }>(
  'pins_existing',
  'select id from project_articles where project_id = $1 and id = any ($2::uuid[])',
);

/** Those of the ids that are pins of the project, in the order given. */
export async function existingPins(tx: Queryable, projectId: string, ids: string[]): Promise<string[]> {
  const present = new Set((await tx.all(selectExisting, [projectId, ids])).map(({ id }) => id));
  return [...new Set(ids)].filter((id) => present.has(id));
}

const updatePlaces = statement(
  'pins_place',
  `update project_articles a set section_id = $3, position = w.position
   from unnest($2::uuid[], $4::bigint[]) as w (id, position) where a.project_id = $1 and a.id = w.id`,
);

export async function placePins(
  tx: Queryable,
  projectId: string,
  sectionId: string | null,
  places: { id: string; position: number }[],
): Promise<number> {
  const values = [projectId, places.map(({ id }) => id), sectionId, places.map(({ position }) => position)];
  return tx.run(updatePlaces, values);
}

const deletePins = statement<{ articleId: number | null }>(
  'pins_delete',
  'delete from project_articles where project_id = $1 and id = any ($2::uuid[]) returning article_id as "articleId"',
);

/** Answers which articles those were; null for references. */
export async function unpin(tx: Queryable, projectId: string, ids: string[]): Promise<(number | null)[]> {
  return (await tx.all(deletePins, [projectId, ids])).map(({ articleId }) => articleId);
}
