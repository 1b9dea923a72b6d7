import { useQuery } from '@tanstack/react-query';
import { lazy, type ReactNode, Suspense, useEffect, useRef } from 'react';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { BackToSidebar } from '../reader/list-bar.tsx';
import type { Place } from '../reader/place.ts';
import { PlaceLink } from '../reader/place-link.tsx';
import { guessLanguage } from '../reader/text-language.ts';
import { iconButtonClass } from '../ui/button.tsx';
import { Icon } from '../ui/icons.tsx';
import { LoadFailed } from '../ui/load-failed.tsx';
import { ProjectBoard } from './project-board.tsx';
import { ProjectOverview } from './project-overview.tsx';
import { type ProjectPath, projectParts, projectPlace, projectsPlace } from './project-place.ts';
import { projectTexts } from './project-texts.ts';
import type { Project } from './projects-api.ts';
import { projectQuery, rightsIn, useProjectsApi } from './projects-data.ts';

const ProjectBrief = lazy(async () => ({ default: (await import('./project-brief.tsx')).ProjectBrief }));
const ProjectNotes = lazy(async () => ({ default: (await import('./project-notes.tsx')).ProjectNotes }));
const ProjectDecisions = lazy(async () => ({ default: (await import('./project-decisions.tsx')).ProjectDecisions }));
const ProjectPeople = lazy(async () => ({ default: (await import('./project-people.tsx')).ProjectPeople }));
const ProjectMore = lazy(async () => ({ default: (await import('./project-more.tsx')).ProjectMore }));
const ProjectSearch = lazy(async () => ({ default: (await import('./project-search.tsx')).ProjectSearch }));
const BriefVersions = lazy(async () => ({ default: (await import('./brief-versions.tsx')).BriefVersions }));

interface ProjectScreenProps {
  id: string;
  where: ProjectPath;
  place: Place;
  text: string;
  onStories(ids: readonly string[]): void;
}

/** What every part of a project's page is given. */
export interface ProjectPartProps {
  project: Project;
  place: Place;
  onStories(ids: readonly string[]): void;
}

/** A project: its name, its parts, and the one that the address names. */
export function ProjectScreen({ id, where, place, text, onStories }: ProjectScreenProps) {
  const { t } = useTexts();
  const { data: project, error, refetch } = useQuery(projectQuery(useProjectsApi(), id));
  if (!project) {
    return (
      <>
        <ProjectHead title={t('nav.projects')} />
        <div className="scroll px-5 py-4">{error && <LoadFailed error={error} onRetry={() => void refetch()} />}</div>
      </>
    );
  }
  const props = { project, place, onStories };
  const pages: Record<ProjectPath['part'], () => ReactNode> = {
    overview: () => <ProjectOverview {...props} />,
    board: () => <ProjectBoard {...props} />,
    brief: () => <ProjectBrief {...props} />,
    notes: () => <ProjectNotes {...props} />,
    decisions: () => <ProjectDecisions {...props} />,
    people: () => <ProjectPeople {...props} />,
    more: () => <ProjectMore {...props} />,
    search: () => <ProjectSearch {...props} text={text} />,
    versions: () => <BriefVersions {...props} pair={where.rest} />,
  };
  return (
    <>
      <ProjectHead title={project.title} project={project} part={where.part} />
      <div className="scroll @container" key={where.part}>
        <Archived project={project} />
        <Suspense fallback={null}>{pages[where.part]()}</Suspense>
      </div>
    </>
  );
}

function ProjectHead({ title, project, part }: { title: string; project?: Project; part?: ProjectPath['part'] }) {
  const t = useOwnTexts(projectTexts);
  const parts = useRef<HTMLElement>(null);
  // A phone shows some of the parts; the present one is among them.
  // biome-ignore lint/correctness/useExhaustiveDependencies: looked for again where another part is present
  useEffect(() => {
    parts.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [part, project?.id]);
  return (
    <header className="flex-none border-b border-line">
      <div className="bar">
        <BackToSidebar />
        <PlaceLink
          place={projectsPlace()}
          className={`${iconButtonClass} -ms-1`}
          aria-label={t('back')}
          title={t('back')}
        >
          <Icon name="folder" />
        </PlaceLink>
        <h1 lang={guessLanguage(title)} className="min-w-0 flex-1 truncate ps-1 font-serif text-xl">
          {title}
        </h1>
        {project && (
          <PlaceLink
            place={projectPlace(project.id, 'search')}
            className={iconButtonClass}
            aria-label={t('search')}
            title={t('search')}
          >
            <Icon name="search" />
          </PlaceLink>
        )}
      </div>
      {project && (
        <nav ref={parts} aria-label={t('parts')} className="flex gap-1 overflow-x-auto px-4 [scrollbar-width:none]">
          {projectParts.map((name) => (
            <PlaceLink
              key={name}
              place={projectPlace(project.id, name)}
              aria-current={name === part || (name === 'brief' && part === 'versions') ? 'page' : undefined}
              className="-mb-px inline-flex min-h-11 shrink-0 items-center border-b-2 border-transparent px-2 text-sm text-soft -outline-offset-2 hover:text-ink aria-[current=page]:border-accent aria-[current=page]:text-ink md:min-h-9"
            >
              {t(`part.${name}`)}
            </PlaceLink>
          ))}
        </nav>
      )}
    </header>
  );
}

function Archived({ project }: { project: Project }) {
  const t = useOwnTexts(projectTexts);
  if (rightsIn(project).isOpen) return null;
  return <p className="bg-hover px-5 py-2 text-sm text-soft">{t('isArchived')}</p>;
}
