import { type Queryable, statement } from '@alt/database';

/** Names the articles whose language nobody knows. */
export const UNKNOWN_LANGUAGE = 'und';

/** As which a keyphrase is counted: that it is one says more than that its words occur. */
export function keyphraseTerm(stem: string): string {
  return `=${stem}`;
}

const insertTerms = statement(
  'terms_add',
  `insert into term_counts (language, term, document_count)
   select language, term, n from unnest($1::text[], $2::text[], $3::int[]) as g (language, term, n) order by 1, 2
   on conflict (language, term) do update set document_count = term_counts.document_count + excluded.document_count`,
);
const insertDocuments = statement(
  'term_documents_add',
  `insert into term_documents (language, document_count)
   select language, n from unnest($1::text[], $2::int[]) as g (language, n) order by 1
   on conflict (language) do update set document_count = term_documents.document_count + excluded.document_count`,
);

export interface TermCount {
  language: string;
  term: string;
  count: number;
}

/** Adds to what is known, always in the same order, so that two who add never wait for each other in a circle. */
export async function addTerms(tx: Queryable, terms: TermCount[], documents: Map<string, number>): Promise<void> {
  await tx.run(insertDocuments, [[...documents.keys()], [...documents.values()]]);
  await tx.run(insertTerms, [
    terms.map(({ language }) => language),
    terms.map(({ term }) => term),
    terms.map(({ count }) => count),
  ]);
}

const selectDocuments = statement<{ count: number }>(
  'term_documents_of',
  'select document_count as count from term_documents where language = $1',
);
const selectFrequent = statement<{ term: string; count: number }>(
  'terms_frequent',
  `select term, document_count as count from term_counts where language = $1 and document_count >= $2 and term not like '=%'
   order by document_count desc limit $3`,
);

export async function documentCount(db: Queryable, language: string): Promise<number> {
  return (await db.one(selectDocuments, [language]))?.count ?? 0;
}

/** The words that at least so many documents of a language have, the most frequent first. */
export function frequentTerms(db: Queryable, language: string, minimum: number, limit: number) {
  return db.all(selectFrequent, [language, minimum, limit]);
}

const selectCounts = statement<TermCount>(
  'terms_of',
  `select language, term, document_count as count
   from term_counts join unnest($1::text[], $2::text[]) as g (language, term) using (language, term)`,
);

/** How many documents have each of these terms; those of none are left out. */
export function countsOf(db: Queryable, terms: { language: string; term: string }[]): Promise<TermCount[]> {
  return db.all(selectCounts, [terms.map(({ language }) => language), terms.map(({ term }) => term)]);
}

const deleteRare = statement(
  'terms_prune',
  `delete from term_counts where language = $1 and document_count <= (
     select document_count from term_counts where language = $1 order by document_count desc offset $2 limit 1
   )`,
);

/** Forgets the rarest terms of a language that has more than `maximum`. Most that went were seen once. */
export function pruneTerms(db: Queryable, language: string, maximum: number): Promise<number> {
  return db.run(deleteRare, [language, maximum]);
}
