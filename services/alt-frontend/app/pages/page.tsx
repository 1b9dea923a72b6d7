import { lazy, Suspense } from 'react';
import type { Place } from '../reader/place.ts';
import { AskPage } from './ask-page.tsx';
import { RecapPage } from './recap-page.tsx';

const ProjectsPage = lazy(async () => ({ default: (await import('../projects/projects-page.tsx')).ProjectsPage }));

const StatisticsPage = lazy(async () => ({
  default: (await import('../statistics/statistics-page.tsx')).StatisticsPage,
}));

const AnnotationsPage = lazy(async () => ({
  default: (await import('../annotations/annotations-page.tsx')).AnnotationsPage,
}));

const LogsPage = lazy(async () => ({ default: (await import('../logs/logs-page.tsx')).LogsPage }));

interface PageProps {
  place: Place;
  /** The articles that the page leads to, in order. */
  onStories(ids: readonly string[]): void;
}

/** What stands in the list’s place where the address names no list. */
export function Page({ place, onStories }: PageProps) {
  const { source } = place;
  if (source.kind === 'ask') return <AskPage place={place} question={source.text} onStories={onStories} />;
  if (source.kind === 'recap') return <RecapPage place={place} period={source.period} onStories={onStories} />;
  if (source.kind === 'highlights') {
    return (
      <Suspense fallback={null}>
        <AnnotationsPage place={place} isNotes={source.isNotes} words={source.text} onStories={onStories} />
      </Suspense>
    );
  }
  if (source.kind === 'statistics') {
    return (
      <Suspense fallback={null}>
        <StatisticsPage place={place} part={source.part} />
      </Suspense>
    );
  }
  if (source.kind === 'logs') {
    return (
      <Suspense fallback={null}>
        <LogsPage />
      </Suspense>
    );
  }
  if (source.kind !== 'projects') return null;
  return (
    <Suspense fallback={null}>
      <ProjectsPage place={place} path={source.path} text={source.text ?? ''} onStories={onStories} />
    </Suspense>
  );
}
