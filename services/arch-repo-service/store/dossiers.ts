import type { BriefPart } from '@alt/contracts';
import { type Queryable, statement } from '@alt/database';

/** Rows as an export writes them and an import reads them: people by their account, times as RFC 3339. */
export interface Tables {
  members: { userId: string; role: string; addedAt: string }[];
  sections: { id: string; title: string; position: number; createdAt: string }[];
  articles: {
    id: string;
    articleId: string | null;
    sectionId: string | null;
    position: number;
    url: string | null;
    title: string;
    feedTitle: string;
    feedUrl: string | null;
    /** Base64. */
    identity: string | null;
    publishedAt: string | null;
    origin: string;
    pinnedBy: string | null;
    pinnedAt: string;
  }[];
  highlights: {
    id: string;
    pinId: string;
    quote: string;
    prefix: string;
    suffix: string;
    createdBy: string | null;
    createdAt: string;
  }[];
  notes: {
    id: string;
    pinId: string | null;
    highlightId: string | null;
    body: string;
    mentions: string[];
    createdBy: string | null;
    createdAt: string;
    updatedAt: string;
  }[];
  decisions: {
    id: string;
    number: number;
    title: string;
    context: string;
    decision: string;
    consequences: string;
    alternatives: { title: string; reason: string }[];
    status: string;
    supersededBy: string | null;
    createdBy: string | null;
    createdAt: string;
    updatedAt: string;
  }[];
  briefs: {
    number: number;
    engine: string;
    parts: BriefPart[];
    articleCount: number;
    sentenceCount: number;
    createdBy: string | null;
    createdAt: string;
  }[];
}

const time = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
const who = (column: string) => `(select r.user_id from readers r where r.id = ${column})`;

const QUERIES: { [Name in keyof Tables]: string } = {
  members: `select r.user_id as "userId", m.role, ${time('m.added_at')} as "addedAt"
    from project_members m join readers r on r.id = m.reader_id where m.project_id = $1 order by m.added_at, r.user_id`,
  sections: `select id, title, position, ${time('created_at')} as "createdAt" from project_sections
    where project_id = $1 order by position, id`,
  articles: `select id, article_id::text as "articleId", section_id as "sectionId", position, url, title, feed_title as "feedTitle",
    feed_url as "feedUrl", encode(identity, 'base64') as identity, ${time('published_at')} as "publishedAt", origin,
    ${who('pinned_by')} as "pinnedBy", ${time('pinned_at')} as "pinnedAt" from project_articles where project_id = $1 order by id`,
  highlights: `select id, pin_id as "pinId", quote, prefix, suffix, ${who('created_by')} as "createdBy",
    ${time('created_at')} as "createdAt" from project_highlights where project_id = $1 order by id`,
  notes: `select n.id, n.pin_id as "pinId", n.highlight_id as "highlightId", n.body, ${who('n.created_by')} as "createdBy",
    ${time('n.created_at')} as "createdAt", ${time('n.updated_at')} as "updatedAt",
    array(select r.user_id from project_mentions m join readers r on r.id = m.reader_id where m.note_id = n.id order by 1) as mentions
    from project_notes n where n.project_id = $1 order by n.id`,
  decisions: `select id, number, title, context, decision, consequences, alternatives, status, superseded_by as "supersededBy",
    ${who('created_by')} as "createdBy", ${time('created_at')} as "createdAt", ${time('updated_at')} as "updatedAt"
    from project_decisions where project_id = $1 order by number`,
  briefs: `select number, engine, parts, article_count as "articleCount", sentence_count as "sentenceCount",
    ${who('created_by')} as "createdBy", ${time('created_at')} as "createdAt"
    from project_briefs where project_id = $1 order by number`,
};

/** Everything in a project, each list in its own order. */
export async function readTables(tx: Queryable, projectId: string): Promise<Tables> {
  const read = async <Name extends keyof Tables>(name: Name) =>
    (await tx.all(statement(`dossier_${name}`, QUERIES[name]), [projectId])) as Tables[Name];
  return {
    members: await read('members'),
    sections: await read('sections'),
    articles: await read('articles'),
    highlights: await read('highlights'),
    notes: await read('notes'),
    decisions: await read('decisions'),
    briefs: await read('briefs'),
  };
}

const reader = (field: string) =>
  `(select r.id from readers r where r.user_id = (x->>'${field}')::uuid and r.tenant_id = current_tenant_id() and r.purge_after is null)`;
const EACH = 'from jsonb_array_elements($2::jsonb) x';

/** Inserts rows that are there already once more without effect, so that a part of an import may be done again. */
const INSERTS: { [Name in keyof Tables]: string } = {
  members: `insert into project_members (project_id, reader_id, role, added_at)
    select $1, r.id, x->>'role', (x->>'addedAt')::timestamptz ${EACH}
    join readers r on r.user_id = (x->>'userId')::uuid and r.tenant_id = current_tenant_id() and r.purge_after is null
    on conflict (project_id, reader_id) do update set added_at = excluded.added_at`,
  sections: `insert into project_sections (id, project_id, title, position, created_at)
    select (x->>'id')::uuid, $1, x->>'title', (x->>'position')::int, (x->>'createdAt')::timestamptz ${EACH}
    on conflict (id) do nothing`,
  articles: `insert into project_articles (id, project_id, article_id, section_id, position, url, title, feed_title, feed_url,
      identity, published_at, origin, pinned_by, pinned_at)
    select (x->>'id')::uuid, $1, (x->>'articleId')::bigint, (x->>'sectionId')::uuid, (x->>'position')::bigint, x->>'url',
      x->>'title', x->>'feedTitle', x->>'feedUrl', decode(x->>'identity', 'base64'), (x->>'publishedAt')::timestamptz,
      x->>'origin', ${reader('pinnedBy')}, (x->>'pinnedAt')::timestamptz ${EACH} on conflict do nothing`,
  highlights: `insert into project_highlights (id, project_id, pin_id, quote, prefix, suffix, created_by, created_at)
    select (x->>'id')::uuid, $1, (x->>'pinId')::uuid, x->>'quote', x->>'prefix', x->>'suffix', ${reader('createdBy')},
      (x->>'createdAt')::timestamptz ${EACH} on conflict (id) do nothing`,
  notes: `with made as (
      insert into project_notes (id, project_id, pin_id, highlight_id, body, created_by, created_at, updated_at)
      select (x->>'id')::uuid, $1, (x->>'pinId')::uuid, (x->>'highlightId')::uuid, x->>'body', ${reader('createdBy')},
        (x->>'createdAt')::timestamptz, (x->>'updatedAt')::timestamptz ${EACH} on conflict (id) do nothing returning id
    )
    insert into project_mentions (note_id, reader_id, project_id, read_at)
    select (x->>'id')::uuid, r.id, $1, now() ${EACH}
    cross join lateral jsonb_array_elements_text(x->'mentions') m (user_id)
    join readers r on r.user_id = m.user_id::uuid and r.tenant_id = current_tenant_id() and r.purge_after is null
    where (x->>'id')::uuid in (select id from made) on conflict do nothing`,
  decisions: `insert into project_decisions (id, project_id, number, title, context, decision, consequences, alternatives, status,
      superseded_by, created_by, created_at, updated_at)
    select (x->>'id')::uuid, $1, (x->>'number')::int, x->>'title', x->>'context', x->>'decision', x->>'consequences',
      x->'alternatives', x->>'status', (x->>'supersededBy')::uuid, ${reader('createdBy')}, (x->>'createdAt')::timestamptz,
      (x->>'updatedAt')::timestamptz ${EACH} on conflict do nothing`,
  briefs: `insert into project_briefs (project_id, number, engine, parts, article_count, sentence_count, created_by, created_at)
    select $1, (x->>'number')::int, x->>'engine', x->'parts', (x->>'articleCount')::int, (x->>'sentenceCount')::int,
      ${reader('createdBy')}, (x->>'createdAt')::timestamptz ${EACH} on conflict do nothing`,
};

export async function insertRows<Name extends keyof Tables>(
  tx: Queryable,
  projectId: string,
  name: Name,
  rows: Tables[Name],
): Promise<void> {
  await tx.run(statement(`dossier_insert_${name}`, INSERTS[name]), [projectId, JSON.stringify(rows)]);
}

const selectArticleIds = statement<{ id: string; articleId: string }>(
  'dossier_article_ids',
  'select id, article_id::text as "articleId" from project_articles where project_id = $1 and article_id is not null',
);

/** The articles of a project that are here, by their pins. */
export async function articleIdsOf(tx: Queryable, projectId: string): Promise<Map<string, string>> {
  return new Map((await tx.all(selectArticleIds, [projectId])).map(({ id, articleId }) => [id, articleId]));
}

const callResolve = statement<{ place: number; articleId: string }>(
  'references_resolve',
  'select place, article_id::text as "articleId" from resolve_references($1::bytea[], $2::text[])',
);

/** The articles that these references are, of those that the present person holds; null for others. */
export async function resolveReferences(
  tx: Queryable,
  references: { identity: string | null; feedUrl: string | null }[],
): Promise<(string | null)[]> {
  const identities = references.map(({ identity }) => (identity === null ? null : Buffer.from(identity, 'base64')));
  const rows = await tx.all(callResolve, [identities, references.map(({ feedUrl }) => feedUrl)]);
  const found = new Map(rows.map(({ place, articleId }) => [place, articleId]));
  return references.map((_, index) => found.get(index + 1) ?? null);
}
