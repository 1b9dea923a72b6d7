import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { savedSearchesQuery, useAct, useEnrichment } from '../data/enrichment.ts';
import { keys } from '../data/keys.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import type { PanelProps } from '../reader/panels.tsx';
import { Button } from '../ui/button.tsx';
import { Confirm, Panel } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { searchTexts } from './search-texts.ts';

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
  const run = async (work: () => Promise<unknown>) => {
    setIsDeleting(false);
    if (!(await act(work))) return;
    await cache.invalidateQueries({ queryKey: keys.savedSearches });
    onClose();
  };
  const save = (form: FormData) =>
    run(() =>
      api.changeSavedSearch(id, { name: String(form.get('name') ?? ''), query: String(form.get('query') ?? '') }),
    );
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
      {!search && !searches.isPending && <p className="text-soft">{t('missing')}</p>}
      {search && (
        <form id="saved-search" action={save} className="flex flex-col gap-4">
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
        </form>
      )}
      {isDeleting && search && (
        <Confirm
          title={t('deleteTitle', { name: search.name })}
          text={t('deleteText')}
          action={texts.t('action.delete')}
          isDangerous
          onConfirm={() => void run(() => api.deleteSavedSearch(id))}
          onCancel={() => setIsDeleting(false)}
        />
      )}
    </Panel>
  );
}
