import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { annotationsQuery, useAnnotationsApi } from '../data/annotations.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import type { PanelProps } from '../reader/panels.tsx';
import { useGoing } from '../reader/place.ts';
import { guessLanguage } from '../reader/text-language.ts';
import { Button } from '../ui/button.tsx';
import { Panel } from '../ui/dialog.tsx';
import { SelectField } from '../ui/field.tsx';
import { LoadFailed } from '../ui/load-failed.tsx';
import { useToasts } from '../ui/toasts.tsx';
import { NewProjectPanel } from './new-project.tsx';
import { projectPlace } from './project-place.ts';
import { projectTexts } from './project-texts.ts';
import type { Project, ProjectsApi } from './projects-api.ts';
import { projectsQuery, rightsIn, sectionsQuery, useProjectAct, useProjectsApi } from './projects-data.ts';

interface PinPanelProps extends PanelProps {
  /** The article. */
  id: string;
  /** A highlight of it that goes with it; empty for none. */
  highlightId: string;
}

/** Puts an article into a project, and there into a section; with it a highlight, if it is about one. */
export function PinPanel({ id, highlightId, onClose }: PinPanelProps) {
  const t = useOwnTexts(projectTexts);
  const { data, error, refetch } = useQuery(projectsQuery(useProjectsApi(), 'active'));
  const [isMaking, setIsMaking] = useState(false);
  const open = data?.filter((project) => rightsIn(project).mayWrite) ?? [];
  if (isMaking) return <NewProjectPanel onClose={() => setIsMaking(false)} />;
  return (
    <Panel title={t('pinTitle')} onClose={onClose}>
      {error && <LoadFailed error={error} onRetry={() => void refetch()} />}
      {data && open.length === 0 && (
        <div className="flex flex-col items-start gap-4">
          <p className="text-[0.9375rem] text-soft">{t('noProjectYet')}</p>
          <Button onClick={() => setIsMaking(true)}>{t('new')}</Button>
        </div>
      )}
      {open.length > 0 && <PinForm articleId={id} highlightId={highlightId} projects={open} onClose={onClose} />}
    </Panel>
  );
}

const lastKey = 'alt.project';

interface PinFormProps {
  articleId: string;
  highlightId: string;
  projects: Project[];
  onClose(): void;
}

function PinForm({ articleId, highlightId, projects, onClose }: PinFormProps) {
  const t = useOwnTexts(projectTexts);
  const { t: common } = useTexts();
  const api = useProjectsApi();
  const going = useGoing();
  const { show } = useToasts();
  const [chosenId, setChosenId] = useState(() => sessionStorage.getItem(lastKey) ?? '');
  const project = projects.find(({ id }) => id === chosenId) ?? projects[0];
  const projectId = project?.id ?? '';
  const act = useProjectAct(projectId);
  const sections = useQuery(sectionsQuery(api, projectId)).data ?? [];
  const quote = useQuote(articleId, highlightId);
  const pin = async (sectionId: string | null) => {
    let pinned = 0;
    const isDone = await act(async () => {
      pinned = (await api.pin(projectId, [articleId], sectionId)).pinned;
      if (quote) await api.createHighlight(projectId, { ...quote, pinId: await pinOf(api, projectId, articleId) });
    });
    if (!isDone) return;
    sessionStorage.setItem(lastKey, projectId);
    onClose();
    const said = quote ? 'highlightPinned' : pinned > 0 ? 'pinned' : 'alreadyPinned';
    show({
      text: t(said, { title: project?.title ?? '' }),
      action: { label: t('openProject'), run: () => going.to(projectPlace(projectId, 'board')) },
    });
  };
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        void pin(String(new FormData(event.currentTarget).get('section')) || null);
      }}
    >
      {quote && (
        <blockquote lang={guessLanguage(quote.quote)} className="clamp-3 border-s-3 border-line ps-3 font-serif">
          {quote.quote}
        </blockquote>
      )}
      <SelectField
        label={t('project')}
        value={projectId}
        onChange={(event) => setChosenId(event.target.value)}
        data-autofocus
      >
        {projects.map(({ id, title }) => (
          <option key={id} value={id}>
            {title}
          </option>
        ))}
      </SelectField>
      <SelectField key={projectId} label={t('section')} name="section">
        <option value="">{t('noSection')}</option>
        {sections.map(({ id, title }) => (
          <option key={id} value={id}>
            {title}
          </option>
        ))}
      </SelectField>
      <div className="flex justify-end gap-2 pt-2">
        <Button onClick={onClose}>{common('action.cancel')}</Button>
        <Button type="submit" look="primary" disabled={highlightId !== '' && !quote}>
          {t('add')}
        </Button>
      </div>
    </form>
  );
}

/** The words of a highlight and what stands around them; null where it is about the article alone. */
function useQuote(articleId: string, highlightId: string) {
  const options = annotationsQuery(useAnnotationsApi(), articleId);
  const { data } = useQuery({ ...options, enabled: highlightId !== '' });
  const found = data?.highlights.find(({ id }) => id === highlightId);
  return found ? { quote: found.quote, prefix: found.prefix, suffix: found.suffix } : null;
}

async function pinOf(api: ProjectsApi, projectId: string, articleId: string): Promise<string> {
  const pins = await api.articles(projectId);
  return pins.find((pin) => pin.articleId === articleId)?.id ?? '';
}
