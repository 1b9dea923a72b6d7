import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import { ApiProblem } from '../api/problem.ts';
import { useApi, useConnection } from '../data/api-context.ts';
import { useAct } from '../data/enrichment.ts';
import { identityQuery } from '../data/queries.ts';
import {
  createProjectsApi,
  type Project,
  type ProjectArticle,
  type ProjectStanding,
  type ProjectsApi,
} from './projects-api.ts';

export function useProjectsApi(): ProjectsApi {
  const { client } = useConnection();
  return useMemo(() => createProjectsApi(client), [client]);
}

const root = ['projects'] as const;
/** The name under which a part of a project is kept; without a part, all of it. */
export const projectKey = (id: string, ...part: Array<string | number>) => [...root, 'one', id, ...part];

export const projectsQuery = (api: ProjectsApi, status: ProjectStanding) =>
  queryOptions({ queryKey: [...root, 'list', status], queryFn: () => api.projects(status), staleTime: 15_000 });

export const projectQuery = (api: ProjectsApi, id: string) =>
  queryOptions({ queryKey: projectKey(id, 'project'), queryFn: () => api.project(id), staleTime: 15_000 });

export const sectionsQuery = (api: ProjectsApi, id: string) =>
  queryOptions({ queryKey: projectKey(id, 'sections'), queryFn: () => api.sections(id), staleTime: 15_000 });

/** Every article of a project, the newest pin first. */
export const articlesQuery = (api: ProjectsApi, id: string) =>
  queryOptions({ queryKey: projectKey(id, 'articles', 'all'), queryFn: () => api.articles(id), staleTime: 15_000 });

/** The articles of a section in its order; `none` are those without one. */
export const sectionArticlesQuery = (api: ProjectsApi, id: string, section: string) =>
  queryOptions({
    queryKey: projectKey(id, 'articles', section),
    queryFn: () => api.articles(id, section),
    staleTime: 15_000,
  });

/** One article of a project, with its text. */
export const articleQuery = (api: ProjectsApi, id: string, pinId: string) =>
  queryOptions({
    queryKey: projectKey(id, 'article', pinId),
    queryFn: () => api.article(id, pinId),
    staleTime: 60_000,
  });

export const membersQuery = (api: ProjectsApi, id: string) =>
  queryOptions({ queryKey: projectKey(id, 'members'), queryFn: () => api.members(id), staleTime: 60_000 });

/** Does something in a project and loads it again; where it fails it says why. Answers whether it was done. */
export function useProjectAct(id: string): (work: () => Promise<unknown>) => Promise<boolean> {
  const cache = useQueryClient();
  const act = useAct();
  return useCallback(
    async (work) => {
      const isDone = await act(work);
      // Also where it failed: what is shown may be what somebody else has changed.
      await cache.invalidateQueries({ queryKey: projectKey(id) });
      if (isDone) void cache.invalidateQueries({ queryKey: [...root, 'list'] });
      return isDone;
    },
    [act, cache, id],
  );
}

/** Does what takes a project out of sight: its list is loaded again, what is gone is not asked for any more. */
export function useLeaveProject(id: string): (work: () => Promise<unknown>) => Promise<boolean> {
  const cache = useQueryClient();
  const act = useAct();
  return async (work) => {
    const isDone = await act(work);
    await cache.invalidateQueries({ queryKey: projectKey(id), refetchType: isDone ? 'none' : 'active' });
    if (isDone) void cache.invalidateQueries({ queryKey: [...root, 'list'] });
    return isDone;
  };
}

/** Whether a failure is that somebody else changed the same thing meanwhile. */
export const isConflict = (error: unknown): boolean =>
  error instanceof ApiProblem && error.code === 'precondition-failed';

/** What somebody may do in a project; in the archive it can only be read. */
export function rightsIn({ role, status, deletedAt }: Project) {
  const isOpen = status === 'active' && deletedAt === null;
  return { mayWrite: isOpen && role !== 'viewer', mayLead: role === 'lead', isOpen };
}

export function useMe(): { id: string; mayMake: boolean } {
  const { data } = useQuery(identityQuery(useApi()));
  return { id: data?.userId ?? '', mayMake: data !== undefined && data.role !== 'reader' };
}

/** What names an article in the address: the article, or its pin where only a reference to it is here. */
export const entryIdOf = ({ articleId, id }: ProjectArticle): string => articleId ?? id;
