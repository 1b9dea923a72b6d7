import { useQuery } from '@tanstack/react-query';
import { useFolders, useSubscriptions } from '../data/queries.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { Field, SelectField } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { moreTexts } from './more-texts.ts';
import type { NewSource, Project } from './projects-api.ts';
import { projectKey, rightsIn, useProjectAct, useProjectsApi } from './projects-data.ts';

/** Where the rules of a project look: feeds, folders, searches. */
export function Sources({ project }: { project: Project }) {
  const t = useOwnTexts(moreTexts);
  const api = useProjectsApi();
  const act = useProjectAct(project.id);
  const { mayWrite } = rightsIn(project);
  const { data } = useQuery({
    queryKey: projectKey(project.id, 'sources'),
    queryFn: () => api.sources(project.id),
    staleTime: 15_000,
  });
  return (
    <>
      {data?.length === 0 && <p className="pb-2 text-sm text-soft">{t('noSources')}</p>}
      <ul aria-label={t('sources')}>
        {data?.map(({ id, kind, name }) => (
          <li key={id} className="flex min-h-11 items-center gap-3 border-b border-line md:min-h-10">
            <span className="min-w-0 flex-1 truncate">{name}</span>
            <span className="text-sm text-soft">{t(`kind.${kind}`)}</span>
            {mayWrite && (
              <IconButton
                icon="close"
                label={t('removeSource', { name })}
                onClick={() => void act(() => api.removeSource(project.id, id))}
              />
            )}
          </li>
        ))}
      </ul>
      {mayWrite && <AddSource onAdd={(source) => act(() => api.addSource(project.id, source))} />}
    </>
  );
}

function AddSource({ onAdd }: { onAdd(source: NewSource): Promise<boolean> }) {
  const t = useOwnTexts(moreTexts);
  const subscriptions = useSubscriptions();
  const folders = useFolders();
  const [feeds, folderChoices] = [
    subscriptions.map(({ feed, title }) => [feed.id, title] as const),
    folders.map(({ id, name }) => [id, name] as const),
  ];
  return (
    <div className="grid gap-3 pt-3 @xl:grid-cols-2">
      <AddChoice
        kind={t('kind.feed')}
        label={t('addFeed')}
        choices={feeds}
        onAdd={(feedId) => onAdd({ kind: 'feed', feedId })}
      />
      <AddChoice
        label={t('addFolder')}
        kind={t('kind.folder')}
        choices={folderChoices}
        onAdd={(folderId) => onAdd({ kind: 'folder', folderId })}
      />
      <Form
        className="flex items-end gap-2"
        onSubmit={(data, form) => {
          const query = String(data.get('query')).trim();
          void onAdd({ kind: 'search', query }).then((isDone) => isDone && form.reset());
        }}
      >
        <Field
          label={t('addSearch')}
          name="query"
          required
          maxLength={500}
          autoComplete="off"
          placeholder={t('words')}
          className="min-w-0 flex-1"
        />
        <Button type="submit" aria-label={`${t('add')}: ${t('kind.search')}`} className="px-3!">
          {t('add')}
        </Button>
      </Form>
    </div>
  );
}

interface AddChoiceProps {
  label: string;
  kind: string;
  choices: ReadonlyArray<readonly [id: string, name: string]>;
  onAdd(id: string): Promise<boolean>;
}

function AddChoice({ label, kind, choices, onAdd }: AddChoiceProps) {
  const t = useOwnTexts(moreTexts);
  return (
    <Form className="flex items-end gap-2" onSubmit={(data) => void onAdd(String(data.get('id')))}>
      <SelectField label={label} name="id" required className="min-w-0 flex-1">
        {choices.map(([id, name]) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </SelectField>
      <Button type="submit" aria-label={`${t('add')}: ${kind}`} disabled={choices.length === 0} className="px-3!">
        {t('add')}
      </Button>
    </Form>
  );
}
