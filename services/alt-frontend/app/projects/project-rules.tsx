import { useQuery } from '@tanstack/react-query';
import { useOwnTexts } from '../language/own-texts.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { CheckField, Field, SelectField } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { moreTexts } from './more-texts.ts';
import type { Project, ProjectRule } from './projects-api.ts';
import { projectKey, rightsIn, sectionsQuery, useProjectAct, useProjectsApi } from './projects-data.ts';

/** Rules that pin articles as they arrive. */
export function Rules({ project }: { project: Project }) {
  const t = useOwnTexts(moreTexts);
  const api = useProjectsApi();
  const { mayWrite } = rightsIn(project);
  const { data } = useQuery({
    queryKey: projectKey(project.id, 'rules'),
    queryFn: () => api.rules(project.id),
    staleTime: 15_000,
  });
  return (
    <>
      {data?.length === 0 && <p className="pb-2 text-sm text-soft">{t('noRules')}</p>}
      <ul aria-label={t('rules')}>
        {data?.map((rule) => (
          <Rule key={rule.id} rule={rule} projectId={project.id} mayWrite={mayWrite} />
        ))}
      </ul>
      {mayWrite && <NewRule projectId={project.id} />}
    </>
  );
}

function Rule({ rule, projectId, mayWrite }: { rule: ProjectRule; projectId: string; mayWrite: boolean }) {
  const t = useOwnTexts(moreTexts);
  const api = useProjectsApi();
  const act = useProjectAct(projectId);
  const { name, query, owner, isEnabled } = rule;
  const facts = [query, owner && t('for', { name: owner.name })].filter(Boolean).join(' · ');
  return (
    <li className="flex items-center gap-3 border-b border-line">
      <div className="min-w-0 flex-1">
        {mayWrite ? (
          <CheckField
            label={name}
            hint={facts}
            checked={isEnabled}
            onChange={(isOn) => void act(() => api.changeRule(projectId, rule, { isEnabled: isOn }))}
          />
        ) : (
          <p className="py-2">
            {name} <span className="block text-sm text-soft">{facts}</span>
          </p>
        )}
      </div>
      {mayWrite && (
        <IconButton
          icon="close"
          label={t('removeRule', { name })}
          onClick={() => void act(() => api.deleteRule(projectId, rule))}
        />
      )}
    </li>
  );
}

function NewRule({ projectId }: { projectId: string }) {
  const t = useOwnTexts(moreTexts);
  const api = useProjectsApi();
  const act = useProjectAct(projectId);
  const sections = useQuery(sectionsQuery(api, projectId)).data ?? [];
  const add = (data: FormData, form: HTMLFormElement) => {
    const text = (name: string) => String(data.get(name)).trim();
    const rule = { name: text('name'), query: text('query'), sectionId: text('section') || null };
    void act(() => api.createRule(projectId, rule)).then((isDone) => isDone && form.reset());
  };
  return (
    <Form onSubmit={add} className="grid items-end gap-3 pt-3 @xl:grid-cols-2">
      <Field label={t('ruleName')} name="name" required maxLength={100} autoComplete="off" />
      <Field label={t('ruleQuery')} name="query" required maxLength={500} autoComplete="off" />
      <SelectField label={t('section')} name="section">
        <option value="">{t('noSection')}</option>
        {sections.map(({ id, title }) => (
          <option key={id} value={id}>
            {title}
          </option>
        ))}
      </SelectField>
      <Button type="submit" className="justify-self-start">
        {t('addRule')}
      </Button>
    </Form>
  );
}
