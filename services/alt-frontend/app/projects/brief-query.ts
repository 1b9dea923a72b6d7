import { queryOptions } from '@tanstack/react-query';
import type { ProjectsApi } from './projects-api.ts';
import { projectKey } from './projects-data.ts';

/** The newest brief of a project, and the work on the next. */
export const briefQuery = (api: ProjectsApi, id: string) =>
  queryOptions({ queryKey: projectKey(id, 'brief'), queryFn: () => api.brief(id), staleTime: 15_000 });
