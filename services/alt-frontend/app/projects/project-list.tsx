import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { PageBar } from '../pages/page-bar.tsx';
import { PlaceLink } from '../reader/place-link.tsx';
import { guessLanguage } from '../reader/text-language.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { LoadFailed } from '../ui/load-failed.tsx';
import { Notice } from '../ui/notice.tsx';
import { MentionList } from './mention-list.tsx';
import { NewProjectPanel } from './new-project.tsx';
import { ProjectImport } from './project-import.tsx';
import { projectPlace, projectsPlace } from './project-place.ts';
import { projectTexts } from './project-texts.ts';
import type { Project, ProjectStanding } from './projects-api.ts';
import { projectsQuery, useMe, useProjectAct, useProjectsApi } from './projects-data.ts';

/** The projects that one may see: those at work, or those that were put away. */
export function ProjectList({ standing }: { standing: ProjectStanding }) {
  const t = useOwnTexts(projectTexts);
  const { mayMake } = useMe();
  const { data, error, refetch } = useQuery(projectsQuery(useProjectsApi(), standing));
  const [isMaking, setIsMaking] = useState(false);
  return (
    <>
      <PageBar title={t('projects')}>
        {mayMake && <ProjectImport />}
        {mayMake && <IconButton icon="plus" label={t('new')} onClick={() => setIsMaking(true)} />}
      </PageBar>
      <div className="scroll">
        <div className="mx-auto max-w-3xl px-5 py-4">
          <StandingSwitch standing={standing} />
          {standing === 'active' && <MentionList />}
          {error && <LoadFailed error={error} onRetry={() => void refetch()} />}
          {data?.length === 0 && <NoProjects standing={standing} onMake={mayMake ? () => setIsMaking(true) : null} />}
          <ul aria-label={t('projects')} className="pt-2">
            {data?.map((project) => (
              <ProjectLine key={project.id} project={project} />
            ))}
          </ul>
        </div>
      </div>
      {isMaking && <NewProjectPanel onClose={() => setIsMaking(false)} />}
    </>
  );
}

function StandingSwitch({ standing }: { standing: ProjectStanding }) {
  const t = useOwnTexts(projectTexts);
  return (
    <nav aria-label={t('which')} className="flex w-fit gap-0.5 rounded-lg bg-hover p-0.5">
      {(['active', 'archived', 'deleted'] as const).map((name) => (
        <PlaceLink
          key={name}
          place={projectsPlace(name)}
          isReplacing
          aria-current={name === standing ? 'page' : undefined}
          className="inline-flex min-h-11 items-center rounded-md px-3 text-sm text-soft aria-[current=page]:bg-pressed aria-[current=page]:text-ink md:min-h-7"
        >
          {t(name)}
        </PlaceLink>
      ))}
    </nav>
  );
}

function NoProjects({ standing, onMake }: { standing: ProjectStanding; onMake: (() => void) | null }) {
  const t = useOwnTexts(projectTexts);
  if (standing !== 'active') return <Notice title={t(standing === 'archived' ? 'noneArchived' : 'noneDeleted')} />;
  return (
    <Notice icon="folder" title={t('none')} text={t('noneText')}>
      {onMake && (
        <Button look="primary" onClick={onMake}>
          {t('new')}
        </Button>
      )}
    </Notice>
  );
}

/** A project of the list; a deleted one leads nowhere but back. */
function ProjectLine({ project }: { project: Project }) {
  const t = useOwnTexts(projectTexts);
  const api = useProjectsApi();
  const act = useProjectAct(project.id);
  const { id, deletedAt } = project;
  if (deletedAt === null) {
    return (
      <li className="border-b border-line last:border-0">
        <PlaceLink place={projectPlace(id)} className="group block py-4">
          <ProjectFacts project={project} />
        </PlaceLink>
      </li>
    );
  }
  return (
    <li className="border-b border-line py-4 last:border-0">
      <ProjectFacts project={project} />
      <Button className="mt-2" onClick={() => void act(() => api.move(id, 'undelete'))}>
        {t('undelete')}
      </Button>
    </li>
  );
}

function ProjectFacts({ project }: { project: Project }) {
  const t = useOwnTexts(projectTexts);
  const { ago } = useTexts();
  const { code, title, description, articleCount, memberCount, updatedAt } = project;
  const facts = [t('articles', { count: articleCount }), t('people', { count: memberCount })];
  return (
    <>
      <span className="flex items-baseline gap-3">
        <span
          lang={guessLanguage(title)}
          className="min-w-0 flex-1 font-serif text-lg/snug group-hover:underline group-hover:decoration-1 group-hover:underline-offset-4"
        >
          {title}
        </span>
        <span className="shrink-0 text-xs tracking-wide text-soft">{code}</span>
      </span>
      {description && (
        <span lang={guessLanguage(description)} className="clamp-2 pt-1 text-[0.9375rem] text-soft">
          {description}
        </span>
      )}
      <span className="block pt-1.5 text-[0.8125rem] text-soft">
        {[...facts, t('changed', { ago: ago(updatedAt) })].join(' · ')}
      </span>
    </>
  );
}
