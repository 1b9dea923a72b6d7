import type { Tag } from '@alt/contracts';
import { type Queryable, statement } from '@alt/database';
import { foldPhrase } from '@alt/language';

/**
 * Whether the reader is shown a tag `t`: not hidden by the tenant, and none of its names vetoed. Row-level security leaves
 * only the reader's own vetoes, which are few or none.
 */
export const SHOWN_TAG = `not t.is_hidden and not exists (
    select from tag_vetoes v where v.normalised = t.normalised
      or exists (select from tag_aliases x where x.tag_id = t.id and x.normalised = v.normalised))`;

export interface TagRow {
  id: number;
  name: string;
  normalised: string;
  isHidden: boolean;
  isPromoted: boolean;
}

export interface CountedTag extends TagRow {
  count: number;
}

const COLUMNS = `t.id, t.name, t.normalised, t.is_hidden as "isHidden", t.is_promoted as "isPromoted"`;
/** How many of a tag's newest articles are looked up among the reader's: of 200 tags 40,000 look-ups, 0.1 s. */
const COUNTED_ARTICLES = 200;
const COUNT = `(select count(*) from (
    select n.article_id from article_tags n where n.tag_id = t.id
    order by n.sort_at desc, n.article_id desc limit ${COUNTED_ARTICLES}
  ) n join entries e on e.article_id = n.article_id and e.reader_id = $1 and e.is_listed) as count`;
const NAMED = `(t.normalised = any($2::text[]) or t.id = any (array(
    select x.tag_id from tag_aliases x where x.tenant_id = current_tenant_id() and x.normalised = any($2::text[]))))`;

const selectIds = statement<{ id: number }>(
  'tags_by_name',
  `select t.id from tags t
   where t.tenant_id = current_tenant_id() and ${SHOWN_TAG} and ${NAMED.replaceAll('$2', '$1')}`,
);

/** The tags that have one of these names or had it, of those that the reader is shown. */
export async function tagIds(tx: Queryable, names: string[]): Promise<number[]> {
  return (await tx.all(selectIds, [names.map(foldPhrase)])).map(({ id }) => id);
}

const selectNamed = statement<TagRow & { place: number }>(
  'tags_named',
  `select distinct on (w.place) w.place::int, ${COLUMNS}
   from unnest($1::text[]) with ordinality as w (name, place)
   join lateral (
     select own.* from tags own where own.tenant_id = current_tenant_id() and own.normalised = w.name
     union all
     select other.* from tag_aliases x join tags other on other.id = x.tag_id
     where x.tenant_id = current_tenant_id() and x.normalised = w.name
   ) t on true
   order by w.place, t.normalised = w.name desc`,
);

/**
 * The tags of the tenant that have or had these names, also hidden or vetoed ones, in the order of the names; null for a
 * name that none has. A tag's own name goes before others.
 */
export async function findTags(tx: Queryable, names: string[]): Promise<(TagRow | null)[]> {
  const rows = new Map((await tx.all(selectNamed, [names.map(foldPhrase)])).map((row) => [row.place, row]));
  return names.map((_, index) => rows.get(index + 1) ?? null);
}

export async function findTag(tx: Queryable, name: string): Promise<TagRow | null> {
  return (await findTags(tx, [name]))[0] ?? null;
}

const selectById = statement<CountedTag>(
  'tag_by_id',
  `select ${COLUMNS}, ${COUNT} from tags t where t.tenant_id = current_tenant_id() and t.id = $2`,
);

export function readTag(tx: Queryable, readerId: number, id: number): Promise<CountedTag | null> {
  return tx.one(selectById, [readerId, id]);
}

export type TagView = 'visible' | 'hidden' | 'all';

const selectByName = statement<CountedTag>(
  'tags_list',
  `with t as materialized (
     select t.* from tags t
     where t.tenant_id = current_tenant_id() and t.normalised > $2 and t.normalised like $3
       and ($4 = 'all' or t.is_hidden = ($4 = 'hidden')) and ${SHOWN_TAG.replace('not t.is_hidden', 'true')}
     order by t.normalised limit $5
   )
   select ${COLUMNS}, ${COUNT} from t order by t.normalised`,
);

/** The tenant's tags by name, behind one name, without those that the reader vetoed. */
export function listTags(
  tx: Queryable,
  readerId: number,
  page: { after: string; prefix: string; view: TagView; limit: number },
): Promise<CountedTag[]> {
  const pattern = `${foldPhrase(page.prefix).replace(/[\\%_]/g, '\\$&')}%`;
  return tx.all(selectByName, [readerId, page.after, pattern, page.view, page.limit]);
}

const selectFrequent = statement<CountedTag>(
  'tags_frequent',
  `with newest as materialized (
     select article_id from entries where reader_id = $1 and is_listed and feed_id > 0
     order by sort_at desc, article_id desc limit 2000
   ), counted as materialized (
     select n.tag_id, count(*) as count from newest e join article_tags n on n.article_id = e.article_id group by n.tag_id
   )
   select ${COLUMNS}, c.count from counted c join tags t on t.id = c.tag_id
   where t.normalised like $2 and ($3 = 'all' or t.is_hidden = ($3 = 'hidden'))
     and ${SHOWN_TAG.replace('not t.is_hidden', 'true')}
   order by t.is_promoted desc, c.count desc, t.normalised limit $4`,
);

/** The tags that the reader's newest 2,000 entries have most, promoted ones first. */
export function frequentTags(
  tx: Queryable,
  readerId: number,
  page: { prefix: string; view: TagView; limit: number },
): Promise<CountedTag[]> {
  const pattern = `${foldPhrase(page.prefix).replace(/[\\%_]/g, '\\$&')}%`;
  return tx.all(selectFrequent, [readerId, pattern, page.view, page.limit]);
}

export function presentTag({ name, count, isHidden, isPromoted }: CountedTag): Tag {
  return { name, count, hidden: isHidden, promoted: isPromoted };
}

const callBeginChange = statement('tag_change_begin', 'select begin_tag_change()');

/** Takes the reader's row and lets their pages load tags anew. */
export async function beginTagChange(tx: Queryable): Promise<void> {
  await tx.one(callBeginChange);
}

const insertVeto = statement(
  'tag_veto',
  `insert into tag_vetoes (reader_id, normalised, name)
   select $1, x.normalised, t.name from tags t
   join lateral (select t.normalised union select a.normalised from tag_aliases a where a.tag_id = t.id) x on true
   where t.id = $2 and t.tenant_id = current_tenant_id()
   on conflict do nothing`,
);

/** Vetoes a tag by all names that it has; false if all were vetoed before. */
export async function vetoTag(tx: Queryable, readerId: number, id: number): Promise<boolean> {
  return (await tx.run(insertVeto, [readerId, id])) > 0;
}

export interface Veto {
  name: string;
  createdAt: Date;
}

const selectVetoes = statement<Veto>(
  'tag_vetoes_list',
  `select coalesce(name, normalised) as name, min(created_at) as "createdAt" from tag_vetoes
   where reader_id = $1 and coalesce(name, normalised) > $2 group by 1 order by 1 limit $3`,
);

export function listVetoes(tx: Queryable, readerId: number, after: string, limit: number): Promise<Veto[]> {
  return tx.all(selectVetoes, [readerId, after, limit]);
}

const deleteVeto = statement(
  'tag_veto_lift',
  'delete from tag_vetoes where reader_id = $1 and coalesce(name, normalised) = $2',
);

/** Lifts a veto by the name that the list of vetoes shows. */
export async function liftVeto(tx: Queryable, readerId: number, name: string): Promise<boolean> {
  return (await tx.run(deleteVeto, [readerId, name])) > 0;
}

const callProgress = statement<{ state: string | null; isPending: boolean }>(
  'tag_progress',
  'select state, is_pending as "isPending" from tag_progress($1)',
);

/** How far the making of an article's tags is: the state of its stage, and whether anything of it is still to come. */
export async function tagProgress(
  tx: Queryable,
  articleId: number,
): Promise<{ state: string | null; isPending: boolean }> {
  return (await tx.one(callProgress, [articleId])) ?? { state: null, isPending: false };
}
