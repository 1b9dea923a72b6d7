import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { Button } from '../ui/button.tsx';
import { Panel } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { projectTexts } from './project-texts.ts';
import type { ProjectSection } from './projects-api.ts';
import { useProjectAct, useProjectsApi } from './projects-data.ts';

interface SectionPanelProps {
  projectId: string;
  section: ProjectSection;
  sections: readonly ProjectSection[];
  onClose(): void;
}

/** A section's name and place, and the way to remove it. */
export function SectionPanel({ projectId, section, sections, onClose }: SectionPanelProps) {
  const t = useOwnTexts(projectTexts);
  const { t: common } = useTexts();
  const api = useProjectsApi();
  const act = useProjectAct(projectId);
  const index = sections.findIndex(({ id }) => id === section.id);
  const [earlierId, laterId] = [sections[index - 2]?.id ?? null, sections[index + 1]?.id];
  const rename = (data: FormData) => {
    const title = String(data.get('title')).trim();
    void act(() => api.changeSection(projectId, section, { title })).then((isDone) => isDone && onClose());
  };
  const moveBehind = (afterId: string | null) => void act(() => api.changeSection(projectId, section, { afterId }));
  const remove = () => void act(() => api.deleteSection(projectId, section)).then((isDone) => isDone && onClose());
  return (
    <Panel title={t('section')} onClose={onClose}>
      <Form onSubmit={rename} className="flex items-end gap-2">
        <Field
          label={t('sectionTitle')}
          name="title"
          defaultValue={section.title}
          required
          maxLength={200}
          autoComplete="off"
          className="flex-1"
          data-autofocus
        />
        <Button type="submit" look="primary">
          {common('action.save')}
        </Button>
      </Form>
      <div className="flex flex-wrap items-center gap-2 pt-4">
        <Button disabled={index === 0} onClick={() => moveBehind(earlierId)}>
          {t('sectionEarlier')}
        </Button>
        <Button disabled={laterId === undefined} onClick={() => laterId && moveBehind(laterId)}>
          {t('sectionLater')}
        </Button>
        <Button look="danger" className="ms-auto" onClick={remove}>
          {t('deleteSection')}
        </Button>
      </div>
      <p className="pt-3 text-sm text-soft">{t('sectionStays')}</p>
    </Panel>
  );
}
