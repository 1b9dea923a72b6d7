import { useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import type { SavedSearch } from '../api/enrichment.ts';
import { savedSearchesQuery, useAct, useEnrichment } from '../data/enrichment.ts';
import { keys } from '../data/keys.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import type { PanelProps } from '../reader/panels.tsx';
import { PlaceLink } from '../reader/place-link.tsx';
import { Button } from '../ui/button.tsx';
import { Confirm, Panel } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { LoadFailed } from '../ui/load-failed.tsx';
import { Mistake, mistakeOf } from './query-mistake.tsx';
import { searchTexts } from './search-texts.ts';

const SearchSharing = lazy(async () => ({ default: (await import('../team/sharing.tsx')).SearchSharing }));

/** A saved search: its name, what it looks for, and the way to be rid of it. */
export function SavedSearchPanel({ id, onClose }: PanelProps & { id: string }) {
  const t = useOwnTexts(searchTexts);
  const texts = useTexts();
  const api = useEnrichment();
  const cache = useQueryClient();
  const act = useAct();
  const searches = useQuery(savedSearchesQuery(api));
  const [isDeleting, setIsDeleting] = useState(false);
  const search = searches.data?.find((candidate) => candidate.id === id);
  const finish = async () => {
    await cache.invalidateQueries({ queryKey: keys.savedSearches });
    onClose();
  };
  const remove = async () => {
    setIsDeleting(false);
    if (await act(() => api.deleteSavedSearch(id))) await finish();
  };
  return (
    <Panel
      title={t('editTitle')}
      onClose={onClose}
      footer={
        search && (
          <>
            <Button look="danger" className="me-auto" onClick={() => setIsDeleting(true)}>
              {texts.t('action.delete')}
            </Button>
            <Button type="submit" form="saved-search" look="primary">
              {texts.t('action.save')}
            </Button>
          </>
        )
      }
    >
      {searches.data && !search && <p className="text-soft">{t('missing')}</p>}
      {!searches.data && searches.error && (
        <LoadFailed error={searches.error} onRetry={() => void searches.refetch()} />
      )}
      {search && <SavedSearchForm search={search} onSaved={finish} />}
      {search && (
        <div className="flex flex-col gap-5 pt-5">
          <PlaceLink
            place={{ source: { kind: 'saved', query: search.query }, isHome: false, panel: 'rules:new' }}
            className="inline-flex min-h-11 items-center self-start text-accent hover:underline md:min-h-8"
          >
            {t('makeRule')}
          </PlaceLink>
          <Suspense fallback={null}>
            <SearchSharing search={search} />
          </Suspense>
        </div>
      )}
      {isDeleting && search && (
        <Confirm
          title={t('deleteTitle', { name: search.name })}
          text={t('deleteText')}
          action={texts.t('action.delete')}
          isDangerous
          onConfirm={() => void remove()}
          onCancel={() => setIsDeleting(false)}
        />
      )}
    </Panel>
  );
}

/** What was typed stays where it cannot be saved, with what is wrong below its field. */
function SavedSearchForm({ search, onSaved }: { search: SavedSearch; onSaved(): Promise<void> }) {
  const t = useOwnTexts(searchTexts);
  const texts = useTexts();
  const api = useEnrichment();
  const [failure, setFailure] = useState<{ query: string; error: unknown } | null>(null);
  const mistake = mistakeOf(failure?.error);
  const save = async (form: FormData) => {
    const [name, query] = ['name', 'query'].map((field) => String(form.get(field) ?? '').trim());
    if (!name || !query) return;
    setFailure(null);
    await api.changeSavedSearch(search.id, { name, query }).then(onSaved, (error) => setFailure({ query, error }));
  };
  return (
    <Form id="saved-search" onSubmit={(form) => void save(form)} className="flex flex-col gap-4">
      <Field label={t('name')} name="name" defaultValue={search.name} required maxLength={200} autoComplete="off" />
      <Field
        label={t('query')}
        name="query"
        defaultValue={search.query}
        hint={t('operators')}
        required
        maxLength={500}
        autoComplete="off"
      />
      <div role="alert" className="text-sm text-danger">
        {failure && (mistake ? <Mistake text={failure.query} mistake={mistake} /> : texts.problem(failure.error))}
      </div>
    </Form>
  );
}
