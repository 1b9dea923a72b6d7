import { useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useOwnTexts } from '../language/own-texts.ts';
import { useToasts } from '../ui/toasts.tsx';
import { type Column, moved, type Target } from './board-moves.ts';
import { projectTexts } from './project-texts.ts';
import type { ProjectArticle, ProjectSection } from './projects-api.ts';
import { projectKey, sectionArticlesQuery, sectionsQuery, useProjectAct, useProjectsApi } from './projects-data.ts';

export interface Board {
  sections: readonly ProjectSection[];
  /** Those without a section, then the sections in their order. */
  columns: readonly Column[];
  isLoaded: boolean;
  error: unknown;
  retry(): void;
}

export function useBoard(projectId: string): Board {
  const api = useProjectsApi();
  const sectionsAnswer = useQuery(sectionsQuery(api, projectId));
  const sections = sectionsAnswer.data ?? noSections;
  const ids = useMemo(() => [null, ...sections.map(({ id }) => id)], [sections]);
  const answers = useQueries({
    queries: ids.map((id) => sectionArticlesQuery(api, projectId, id ?? 'none')),
    combine: (results) => ({
      lists: results.map(({ data }) => data),
      error: results.find(({ error }) => error)?.error ?? null,
      retry: () => void Promise.all(results.map(({ refetch }) => refetch())),
    }),
  });
  return {
    sections,
    columns: ids.map((id, index) => ({ id, articles: answers.lists[index] ?? [] })),
    isLoaded: sectionsAnswer.data !== undefined && answers.lists.every((list) => list !== undefined),
    error: sectionsAnswer.error ?? answers.error,
    retry: () => {
      void sectionsAnswer.refetch();
      answers.retry();
    },
  };
}

const noSections: ProjectSection[] = [];

export interface BoardActs {
  move(article: ProjectArticle, target: Target): void;
  takeOut(article: ProjectArticle): void;
}

/** Moving and removing, shown at once and put right by the server's answer. */
export function useBoardActs(projectId: string, { columns, sections }: Board): BoardActs {
  const t = useOwnTexts(projectTexts);
  const api = useProjectsApi();
  const cache = useQueryClient();
  const act = useProjectAct(projectId);
  const { show } = useToasts();
  const keep = (next: readonly Column[]) => {
    for (const { id, articles } of next) cache.setQueryData(projectKey(projectId, 'articles', id ?? 'none'), articles);
  };
  const nameOf = (sectionId: string | null) => sections.find(({ id }) => id === sectionId)?.title ?? t('noSection');
  return {
    move(article, target) {
      keep(moved(columns, article.id, target));
      void act(() => api.moveArticles(projectId, { ids: [article.id], ...target })).then((isDone) => {
        if (isDone) show({ text: t('moved', { title: article.title, section: nameOf(target.sectionId) }) });
      });
    },
    takeOut(article) {
      const { articleId, sectionId } = article;
      void act(() => api.unpin(projectId, [article.id])).then((isDone) => {
        if (!isDone) return;
        const undo = articleId && {
          label: t('undo'),
          run: () => void act(() => api.pin(projectId, [articleId], sectionId)),
        };
        show({ text: t('takenOut', { title: article.title }), ...(undo && { action: undo }) });
      });
    },
  };
}
