import type { ProjectArticle } from './projects-api.ts';

/** The articles of a section in its order; the id of those without one is null. */
export interface Column {
  id: string | null;
  articles: readonly ProjectArticle[];
}

/** Where an article goes: a section, and behind which of its articles; null is the first place, undefined the last. */
export interface Target {
  sectionId: string | null;
  afterId?: string | null;
}

export type Step = 'earlier' | 'later' | 'previous' | 'next';

/** Where one step leads an article: within its section, or to the one before or after. Null where nothing is there. */
export function targetOf(columns: readonly Column[], pinId: string, step: Step): Target | null {
  const columnIndex = columns.findIndex(({ articles }) => articles.some(({ id }) => id === pinId));
  const column = columns[columnIndex];
  if (!column) return null;
  const { articles, id: sectionId } = column;
  const index = articles.findIndex(({ id }) => id === pinId);
  if (step === 'earlier') return index === 0 ? null : { sectionId, afterId: articles[index - 2]?.id ?? null };
  if (step === 'later') {
    const next = articles[index + 1];
    return next ? { sectionId, afterId: next.id } : null;
  }
  const other = columns[columnIndex + (step === 'next' ? 1 : -1)];
  return other
    ? { sectionId: other.id, afterId: other.articles[index - 1]?.id ?? other.articles.at(-1)?.id ?? null }
    : null;
}

/** The columns with one article moved. */
export function moved(columns: readonly Column[], pinId: string, { sectionId, afterId }: Target): Column[] {
  const article = columns.flatMap(({ articles }) => articles).find(({ id }) => id === pinId);
  if (!article) return [...columns];
  return columns.map((column) => {
    const rest = column.articles.filter(({ id }) => id !== pinId);
    if (column.id !== sectionId) return { ...column, articles: rest };
    const at = afterId === undefined ? rest.length : rest.findIndex(({ id }) => id === afterId) + 1;
    return { ...column, articles: [...rest.slice(0, at), { ...article, sectionId }, ...rest.slice(at)] };
  });
}
