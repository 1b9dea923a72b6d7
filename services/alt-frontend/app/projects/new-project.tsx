import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { useGoing } from '../reader/place.ts';
import { Button } from '../ui/button.tsx';
import { Panel } from '../ui/dialog.tsx';
import { Choice, Field } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { projectPlace } from './project-place.ts';
import { projectTexts } from './project-texts.ts';
import type { Project } from './projects-api.ts';
import { useProjectsApi } from './projects-data.ts';
import { ProseField } from './prose-field.tsx';

/** Makes a project and goes there. */
export function NewProjectPanel({ onClose }: { onClose(): void }) {
  const t = useOwnTexts(projectTexts);
  const { t: common, problem } = useTexts();
  const api = useProjectsApi();
  const cache = useQueryClient();
  const going = useGoing();
  const [visibility, setVisibility] = useState<Project['visibility']>('members');
  const [error, setError] = useState<unknown>(null);
  const make = async (data: FormData) => {
    try {
      const title = String(data.get('title')).trim();
      const made = await api.createProject({ title, description: String(data.get('description')), visibility });
      await cache.invalidateQueries({ queryKey: ['projects', 'list'] });
      onClose();
      going.to(projectPlace(made.id));
    } catch (failure) {
      setError(failure);
    }
  };
  return (
    <Panel
      title={t('new')}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{common('action.cancel')}</Button>
          <Button type="submit" form="new-project" look="primary">
            {t('make')}
          </Button>
        </>
      }
    >
      <Form id="new-project" onSubmit={(data) => void make(data)} className="flex flex-col gap-4">
        <Field
          label={t('title')}
          name="title"
          required
          maxLength={200}
          autoComplete="off"
          data-autofocus
          error={error ? problem(error) : undefined}
        />
        <ProseField label={t('description')} name="description" maxLength={5000} />
        <VisibilityChoice value={visibility} onChange={setVisibility} />
      </Form>
    </Panel>
  );
}

interface VisibilityChoiceProps {
  value: Project['visibility'];
  onChange(value: Project['visibility']): void;
}

export function VisibilityChoice({ value, onChange }: VisibilityChoiceProps) {
  const t = useOwnTexts(projectTexts);
  const options = (['members', 'tenant'] as const).map((name) => [name, t(`visibility.${name}`)] as const);
  return <Choice label={t('visibility')} value={value} options={options} onChange={onChange} />;
}
