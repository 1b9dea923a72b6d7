import { useState } from 'react';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { ConflictPanel, useGuardedChange } from './conflict.tsx';
import { VisibilityChoice } from './new-project.tsx';
import { projectTexts } from './project-texts.ts';
import type { Project } from './projects-api.ts';
import { useProjectsApi } from './projects-data.ts';
import { ProseField } from './prose-field.tsx';

/**
 * A project's name, description, and who may look. Untouched it follows the project; once something is written it keeps the
 * version that it was written on, so that a change of somebody else's is met when it is saved and not lost.
 */
export function AboutForm({ project }: { project: Project }) {
  const [writtenOn, setWrittenOn] = useState<Project | null>(null);
  const shown = writtenOn ?? project;
  return (
    <AboutFields
      key={shown.version}
      project={shown}
      onTouched={() => setWrittenOn((before) => before ?? project)}
      onDone={() => setWrittenOn(null)}
    />
  );
}

function AboutFields({ project, onTouched, onDone }: { project: Project; onTouched(): void; onDone(): void }) {
  const t = useOwnTexts(projectTexts);
  const { t: common } = useTexts();
  const api = useProjectsApi();
  const { conflict, run, forget } = useGuardedChange(project.id);
  const [visibility, setVisibility] = useState(project.visibility);
  const save = (data: FormData) => {
    const title = String(data.get('title')).trim();
    const description = String(data.get('description'));
    void run<Project>({
      thing: project,
      send: ({ id, version }) => api.changeProject(id, version, { title, description, visibility }),
      read: () => api.project(project.id),
      textOf: (present) => `${present.title}\n\n${present.description}`,
      mine: `${title}\n\n${description}`,
      onDone,
    });
  };
  return (
    <Form onSubmit={save} onInput={onTouched} className="flex flex-col gap-4">
      <Field label={t('title')} name="title" defaultValue={project.title} required maxLength={200} autoComplete="off" />
      <ProseField label={t('description')} name="description" defaultValue={project.description} maxLength={5000} />
      <VisibilityChoice
        value={visibility}
        onChange={(chosen) => {
          onTouched();
          setVisibility(chosen);
        }}
      />
      <Button type="submit" className="self-start">
        {common('action.save')}
      </Button>
      {conflict && <ConflictPanel conflict={conflict} onClose={forget} />}
    </Form>
  );
}
