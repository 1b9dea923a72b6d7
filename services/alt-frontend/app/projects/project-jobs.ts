import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import type { ProjectJob } from './projects-api.ts';
import { useProjectsApi } from './projects-data.ts';

export const isUnderWay = ({ state }: ProjectJob) => state === 'waiting' || state === 'running';

/** Follows work until it has ended, and then tells so once. Null follows nothing. */
export function useJob(started: ProjectJob | null, onEnd: (job: ProjectJob) => void): ProjectJob | null {
  const api = useProjectsApi();
  const cache = useQueryClient();
  const id = started?.id ?? '';
  const queryKey = ['projects', 'job', id];
  const { data } = useQuery({
    queryKey,
    queryFn: () => api.job(id),
    enabled: started !== null && isUnderWay(cache.getQueryData<ProjectJob>(queryKey) ?? started),
    refetchInterval: ({ state }) => (state.data && !isUnderWay(state.data) ? false : 1_000),
  });
  const job = data ?? started;
  const told = useRef('');
  useEffect(() => {
    if (!job || isUnderWay(job) || told.current === job.id) return;
    told.current = job.id;
    onEnd(job);
  });
  return job;
}
