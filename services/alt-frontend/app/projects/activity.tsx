import { useInfiniteQuery } from '@tanstack/react-query';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { Button } from '../ui/button.tsx';
import { LoadFailed } from '../ui/load-failed.tsx';
import { folded } from './activity-lines.ts';
import { type ActivityKey, activityTexts } from './activity-texts.ts';
import type { ProjectEvent } from './projects-api.ts';
import { projectKey, useProjectsApi } from './projects-data.ts';
import { teamTexts } from './team-texts.ts';

/** What happened in a project, the newest first; all of it, or the last few lines. */
export function Activity({ projectId, limit }: { projectId: string; limit?: number }) {
  const t = useOwnTexts(teamTexts);
  const api = useProjectsApi();
  const { data, error, refetch, hasNextPage, fetchNextPage } = useInfiniteQuery({
    queryKey: projectKey(projectId, 'activity'),
    queryFn: ({ pageParam }) => api.activity(projectId, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    staleTime: 15_000,
  });
  if (error) return <LoadFailed error={error} onRetry={() => void refetch()} />;
  const events = data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <>
      <ol aria-label={t('activity')}>
        {folded(events)
          .slice(0, limit)
          .map((event) => (
            <Line key={event.id} event={event} />
          ))}
      </ol>
      {limit === undefined && hasNextPage && (
        <Button className="mt-3" onClick={() => void fetchNextPage()}>
          {t('more')}
        </Button>
      )}
    </>
  );
}

function Line({ event: { kind, actor, subject, at } }: { event: ProjectEvent }) {
  const t = useOwnTexts(activityTexts);
  const team = useOwnTexts(teamTexts);
  const { ago } = useTexts();
  const key = (Object.hasOwn(activityTexts.en, kind) ? kind : 'other') as ActivityKey;
  const name = actor?.name ?? team('gone');
  return (
    <li className="flex items-baseline gap-3 py-1.5 text-[0.9375rem]">
      <span className="min-w-0 flex-1">
        {t(key, { name, subject: nameOf(subject), count: Number(subject.count ?? 0) })}
      </span>
      <time dateTime={at} className="shrink-0 text-[0.8125rem] text-soft">
        {ago(at)}
      </time>
    </li>
  );
}

/** What something happened to, as far as the line needs a name for it. */
const nameOf = (subject: ProjectEvent['subject']) => String(subject.title ?? subject.name ?? subject.number ?? '');
