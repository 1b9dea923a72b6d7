import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { useAct } from '../data/enrichment.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import type { Place } from '../reader/place.ts';
import { PlaceLink } from '../reader/place-link.tsx';
import { guessLanguage } from '../reader/text-language.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { LoadFailed } from '../ui/load-failed.tsx';
import { Notice } from '../ui/notice.tsx';
import { useToasts } from '../ui/toasts.tsx';
import { briefQuery } from './brief-query.ts';
import { BriefSentences } from './brief-sentences.tsx';
import { briefTexts } from './brief-texts.ts';
import { citationNumbers } from './citations.ts';
import { isUnderWay, useJob } from './project-jobs.ts';
import { projectPlace } from './project-place.ts';
import type { ProjectPartProps } from './project-screen.tsx';
import type { Brief, BriefPart, ProjectJob } from './projects-api.ts';
import { projectKey, rightsIn, useProjectsApi } from './projects-data.ts';

/** The newest brief of a project, and the work on the next. */
export function ProjectBrief({ project, place, onStories }: ProjectPartProps) {
  const t = useOwnTexts(briefTexts);
  const { data, error, refetch } = useQuery(briefQuery(useProjectsApi(), project.id));
  const work = useBriefWork(project.id, data?.job ?? null);
  const { mayWrite } = rightsIn(project);
  const brief = data?.brief ?? null;
  const cited = brief?.parts.flatMap(({ articleIds }) => articleIds).join(' ') ?? '';
  useEffect(() => onStories([...new Set(cited.split(' '))]), [cited, onStories]);
  if (error)
    return (
      <div className="p-5">
        <LoadFailed error={error} onRetry={() => void refetch()} />
      </div>
    );
  if (!data) return null;
  const write = mayWrite && project.articleCount > 0 && !work.isRunning ? work.write : null;
  return (
    <div className="mx-auto max-w-[44rem] px-5 py-6">
      <JobProgress job={work.job} />
      {brief ? (
        <BriefText brief={brief} projectId={project.id} place={place} onWrite={write} />
      ) : (
        <Notice icon="text" title={t('none')} text={t(project.articleCount > 0 ? 'noneText' : 'noArticles')}>
          {write && (
            <Button look="primary" onClick={() => write(null)}>
              {t('write')}
            </Button>
          )}
        </Notice>
      )}
    </div>
  );
}

/** Asks for a brief, or a section of it (null: all), and follows the work, also what somebody else asked for. */
function useBriefWork(projectId: string, present: ProjectJob | null) {
  const t = useOwnTexts(briefTexts);
  const api = useProjectsApi();
  const cache = useQueryClient();
  const act = useAct();
  const { show } = useToasts();
  const [started, setStarted] = useState<ProjectJob | null>(null);
  const job = useJob(present ?? started, ({ state, result }) => {
    void cache.invalidateQueries({ queryKey: projectKey(projectId) });
    if (state !== 'done') return;
    const number = Number(result?.number);
    show({ text: t(result?.isUnchanged === true ? 'unchanged' : 'written', { number }) });
  });
  return {
    job,
    isRunning: job !== null && isUnderWay(job),
    write: (sectionId: string | null) =>
      void act(async () => setStarted(await api.writeBrief(projectId, sectionId, sectionId !== null))),
  };
}

function JobProgress({ job }: { job: ProjectJob | null }) {
  const t = useOwnTexts(briefTexts);
  return (
    <div role="status" className="text-sm text-soft not-empty:pb-6">
      {job && isUnderWay(job) && (
        <>
          <p className="flex justify-between gap-4 pb-2">
            <span>{job.error ? t('trouble', { message: job.error.message }) : t(stateOf(job))}</span>
            {job.total > 0 && (
              <span className="tabular-nums">{t('progress', { done: job.done, total: job.total })}</span>
            )}
          </p>
          <progress className="progress" value={job.done} max={Math.max(job.total, 1)} aria-label={t('running')} />
        </>
      )}
      {job?.state === 'failed' && (
        <p className="text-danger">
          {t('failed')} {job.error && <JobError error={job.error} />}
        </p>
      )}
    </div>
  );
}

function JobError({ error }: { error: NonNullable<ProjectJob['error']> }) {
  const t = useOwnTexts(briefTexts);
  return error.code === 'limit-reached' ? t('limitReached') : <span lang="en">{error.message}</span>;
}

const stateOf = ({ state }: ProjectJob) => (state === 'waiting' ? 'waiting' : 'running');

interface BriefTextProps {
  brief: Brief;
  projectId: string;
  place: Place;
  onWrite: ((sectionId: string | null) => void) | null;
}

function BriefText({ brief, projectId, place, onWrite }: BriefTextProps) {
  const t = useOwnTexts(briefTexts);
  const { ago } = useTexts();
  const numbers = useMemo(() => citationNumbers(brief.parts), [brief]);
  const { number, articleCount, createdAt, engine } = brief;
  const articles = t('from', { count: articleCount });
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1 text-[0.8125rem] text-soft">
        <p className="min-w-60 flex-1">
          {t('facts', { number, articles })} · {ago(createdAt)}
          <br />
          {engine === 'extractive' ? t('engine.extractive') : t('engine', { engine })}
        </p>
        <PlaceLink
          place={projectPlace(projectId, 'versions')}
          className="inline-flex min-h-11 items-center text-sm text-accent hover:underline md:min-h-8"
        >
          {t('versions')}
        </PlaceLink>
        {onWrite && <Button onClick={() => onWrite(null)}>{t('writeAgain')}</Button>}
      </div>
      {brief.parts.map((part) => (
        <BriefPartText
          key={part.sectionId ?? 'overview'}
          part={part}
          numbers={numbers}
          projectId={projectId}
          place={place}
          onWrite={onWrite}
        />
      ))}
    </>
  );
}

interface BriefPartTextProps extends Omit<BriefTextProps, 'brief'> {
  part: BriefPart;
  numbers: ReadonlyMap<string, number>;
}

function BriefPartText({ part, numbers, projectId, place, onWrite }: BriefPartTextProps) {
  const t = useOwnTexts(briefTexts);
  const { sectionId, sentences } = part;
  const title = sectionId === null ? t('overview') : part.title;
  return (
    <section aria-label={title} className="pt-7">
      <div className="flex items-center gap-2 pb-2">
        <h2 lang={guessLanguage(title)} className="min-w-0 flex-1 text-base font-semibold">
          {title}
        </h2>
        {onWrite && sectionId !== null && (
          <IconButton icon="refresh" label={t('writeSection', { title })} onClick={() => onWrite(sectionId)} />
        )}
      </div>
      {sentences.length === 0 ? (
        <p className="text-sm text-soft">{t('emptyPart')}</p>
      ) : (
        <BriefSentences sentences={sentences} numbers={numbers} projectId={projectId} place={place} />
      )}
    </section>
  );
}
