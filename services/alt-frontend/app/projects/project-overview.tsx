import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { PlaceLink } from '../reader/place-link.tsx';
import { guessLanguage } from '../reader/text-language.ts';
import { Activity } from './activity.tsx';
import { briefQuery } from './brief-query.ts';
import { BriefSentences } from './brief-sentences.tsx';
import { citationNumbers } from './citations.ts';
import { projectPlace } from './project-place.ts';
import type { ProjectPartProps } from './project-screen.tsx';
import { projectTexts } from './project-texts.ts';
import type { Project } from './projects-api.ts';
import { rightsIn, useProjectsApi } from './projects-data.ts';

const linkClass = 'inline-flex min-h-11 items-center text-sm text-accent hover:underline md:min-h-8';

/** What a project is about: its description, its brief in short, and what happened last. */
export function ProjectOverview({ project, place }: ProjectPartProps) {
  const t = useOwnTexts(projectTexts);
  const { ago } = useTexts();
  const { id, code, description, articleCount, memberCount, updatedAt } = project;
  const parts = useQuery(briefQuery(useProjectsApi(), id)).data?.brief?.parts;
  const numbers = useMemo(() => citationNumbers(parts ?? []), [parts]);
  const short = parts?.find(({ sectionId }) => sectionId === null)?.sentences ?? [];
  const facts = [t('articles', { count: articleCount }), t('people', { count: memberCount })];
  return (
    <div className="mx-auto max-w-[44rem] px-5 py-6">
      <p className="text-[0.8125rem] text-soft">
        {[code, ...facts, t('changed', { ago: ago(updatedAt) })].join(' · ')}
      </p>
      <p
        lang={guessLanguage(description)}
        className={`pt-2 font-serif text-xl/relaxed whitespace-pre-line ${description ? '' : 'text-soft'}`}
      >
        {description || t('noDescription')}
      </p>
      {articleCount === 0 && rightsIn(project).mayWrite && <Beginning project={project} />}
      {short.length > 0 && (
        <section aria-label={t('part.brief')} className="pt-8">
          <h2 className="pb-2 text-base font-semibold">{t('part.brief')}</h2>
          <BriefSentences sentences={short} numbers={numbers} projectId={id} place={place} />
          <PlaceLink place={projectPlace(id, 'brief')} className={linkClass}>
            {t('readBrief')}
          </PlaceLink>
        </section>
      )}
      <section aria-label={t('latest')} className="pt-8">
        <h2 className="pb-1 text-base font-semibold">{t('latest')}</h2>
        <Activity projectId={id} limit={5} />
        <PlaceLink place={projectPlace(id, 'people')} className={linkClass}>
          {t('allActivity')}
        </PlaceLink>
      </section>
    </div>
  );
}

/** What fills a project that is empty yet. */
function Beginning({ project }: { project: Project }) {
  const t = useOwnTexts(projectTexts);
  return (
    <section aria-label={t('begin')} className="pt-8">
      <h2 className="pb-1 text-base font-semibold">{t('begin')}</h2>
      <ul className="text-sm">
        <li>
          <PlaceLink place={projectPlace(project.id, 'more')} className={linkClass}>
            {t('beginSources')}
          </PlaceLink>
        </li>
        <li className="flex min-h-11 items-center md:min-h-8">{t('beginReading')}</li>
        {rightsIn(project).mayLead && (
          <li>
            <PlaceLink place={projectPlace(project.id, 'people')} className={linkClass}>
              {t('beginPeople')}
            </PlaceLink>
          </li>
        )}
      </ul>
    </section>
  );
}
