import type { ReactNode } from 'react';
import { useOwnTexts } from '../language/own-texts.ts';
import { useGoing } from '../reader/place.ts';
import { Button } from '../ui/button.tsx';
import { useToasts } from '../ui/toasts.tsx';
import { AboutForm } from './about-form.tsx';
import { Exports } from './exports.tsx';
import { moreTexts } from './more-texts.ts';
import { projectsPlace } from './project-place.ts';
import { Rules } from './project-rules.tsx';
import type { ProjectPartProps } from './project-screen.tsx';
import { Sources } from './project-sources.tsx';
import type { Project } from './projects-api.ts';
import { rightsIn, useLeaveProject, useProjectAct, useProjectsApi } from './projects-data.ts';
import { Publishing } from './publishing.tsx';

/** What is done with a whole project: where its articles come from, its name, exports, publishing, putting it away. */
export function ProjectMore({ project }: ProjectPartProps) {
  const t = useOwnTexts(moreTexts);
  const { mayLead, isOpen } = rightsIn(project);
  return (
    <div className="mx-auto max-w-[44rem] px-5 pb-10">
      <Part title={t('sources')} hint={t('sourcesHint')}>
        <Sources project={project} />
      </Part>
      <Part title={t('rules')} hint={t('rulesHint')}>
        <Rules project={project} />
      </Part>
      <Part title={t('export')} hint={t('exportHint')}>
        <Exports projectId={project.id} />
      </Part>
      {mayLead && (
        <>
          <Part title={t('publish')} hint={t('publishHint')}>
            <Publishing project={project} />
          </Part>
          {isOpen && (
            <Part title={t('about')}>
              <AboutForm key={project.id} project={project} />
            </Part>
          )}
          <Part title={t('putAway')}>
            <PutAway project={project} />
          </Part>
        </>
      )}
    </div>
  );
}

function Part({ title, hint, children }: { title: string; hint?: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="pt-7">
      <h2 className="text-base font-semibold">{title}</h2>
      {hint && <p className="pb-2 text-sm text-soft">{hint}</p>}
      <div className="pt-1">{children}</div>
    </section>
  );
}

function PutAway({ project }: { project: Project }) {
  const t = useOwnTexts(moreTexts);
  const api = useProjectsApi();
  const act = useProjectAct(project.id);
  const going = useGoing();
  const { show } = useToasts();
  const { id, title, status, version } = project;
  const move = (action: 'archive' | 'restore' | 'undelete') => void act(() => api.move(id, action));
  const leave = useLeaveProject(id);
  const remove = () =>
    void leave(() => api.deleteProject(id, version)).then((isDone) => {
      if (!isDone) return;
      going.to(projectsPlace(), true);
      show({ text: t('wasDeleted', { title }), action: { label: t('undo'), run: () => move('undelete') } });
    });
  const action = status === 'archived' ? 'restore' : 'archive';
  return (
    <div className="flex flex-wrap gap-2">
      <Button onClick={() => move(action)}>{t(action)}</Button>
      <Button look="danger" onClick={remove}>
        {t('delete')}
      </Button>
    </div>
  );
}
