import { type Queryable, statement } from '@alt/database';

const callScope = statement<{ articleIds: number[]; feedIds: number[] }>(
  'search_scope',
  'select article_ids as "articleIds", feed_ids as "feedIds" from pinned_scope($1)',
);

/** The articles of a project that are here, with their feeds. */
export async function searchScope(
  tx: Queryable,
  projectId: string,
): Promise<{ articleIds: string[]; feedIds: number[] }> {
  const row = await tx.one(callScope, [projectId]);
  return { articleIds: (row?.articleIds ?? []).map(String), feedIds: row?.feedIds ?? [] };
}

const selectPins = statement<{ id: string; articleId: string; title: string }>(
  'search_pins',
  `select id, article_id::text as "articleId", title from project_articles
   where project_id = $1 and article_id = any ($2::bigint[])`,
);

export async function pinsByArticle(tx: Queryable, projectId: string, articleIds: string[]) {
  const rows = await tx.all(selectPins, [projectId, articleIds]);
  return new Map(rows.map((row) => [row.articleId, row]));
}

export interface Written {
  kind: 'note' | 'decision';
  id: string;
  title: string;
  text: string;
}

const selectWritten = statement<Written>(
  'search_written',
  `(select 'note' as kind, id, '' as title, body as text from project_notes where project_id = $1 order by id desc limit $2)
   union all
   (select 'decision', id, title, concat_ws(E'\\n', context, decision, consequences,
      (select string_agg(concat_ws(': ', x->>'title', x->>'reason'), E'\\n') from jsonb_array_elements(alternatives) x))
    from project_decisions where project_id = $1 order by number desc limit $2)`,
);

/** What people wrote in a project, the newest first of each kind. */
export function newestWritten(tx: Queryable, projectId: string, limit: number): Promise<Written[]> {
  return tx.all(selectWritten, [projectId, limit]);
}
