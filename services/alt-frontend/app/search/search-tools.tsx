import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { SearchPage } from '../api/api.ts';
import { ApiProblem } from '../api/problem.ts';
import { savedSearchesQuery, useAct, useEnrichment } from '../data/enrichment.ts';
import { keys } from '../data/keys.ts';
import { useFolders, useSubscriptions } from '../data/queries.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { PlaceLink } from '../reader/place-link.tsx';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { Facets } from './facets.tsx';
import { Narrowed, SearchOrder, type SearchSource } from './narrowed.tsx';
import { queryOf } from './narrowing.ts';
import { Mistake, mistakeOf } from './query-mistake.tsx';
import { searchTexts } from './search-texts.ts';

interface SearchToolsProps {
  source: SearchSource;
  /** The first page of what was found. */
  page: SearchPage | null;
  error: unknown;
}

/** What stands between the search field and what was found: help, mistakes, ways to narrow down, saving. */
export function SearchTools({ source, page, error }: SearchToolsProps) {
  const { text } = source;
  const t = useOwnTexts(searchTexts);
  const mistake = mistakeOf(error);
  return (
    <div className="flex-none border-b border-line px-5 py-2 text-sm text-soft empty:hidden">
      {(text === '' || mistake) && <p className="py-1 text-[0.8125rem] text-pretty">{t('operators')}</p>}
      <Narrowed source={source} />
      <div role="alert">
        {mistake && <Mistake text={text} mistake={mistake} />}
        {error instanceof ApiProblem && error.code === 'search-unavailable' && t('unavailable')}
      </div>
      {page && !mistake && (
        <>
          <p role="status">{!page.isComplete && t('incomplete')}</p>
          {page.corrections.map(({ word, readAs }) => (
            <p key={word}>
              {t('readAs', { word, others: readAs.map((other) => t('quoted', { word: other })).join(', ') })}
            </p>
          ))}
          <div className="flex flex-wrap items-start gap-x-4">
            {text !== '' && <SearchOrder source={source} />}
            {page.total > 0 && <Facets source={source} facets={page.facets} />}
            {text !== '' && <SaveSearch key={JSON.stringify(source)} source={source} />}
            {text !== '' && <MakeRule source={source} />}
          </div>
        </>
      )}
    </div>
  );
}

/** A rule that looks for the same in what arrives. */
function MakeRule({ source }: { source: SearchSource }) {
  const t = useOwnTexts(searchTexts);
  return (
    <PlaceLink
      place={{ source, isHome: false, panel: 'rules:new' }}
      className="inline-flex min-h-11 items-center text-accent hover:underline md:min-h-8"
    >
      {t('makeRule')}
    </PlaceLink>
  );
}

function SaveSearch({ source }: { source: SearchSource }) {
  const t = useOwnTexts(searchTexts);
  const texts = useTexts();
  const api = useEnrichment();
  const cache = useQueryClient();
  const act = useAct();
  const saved = useQuery(savedSearchesQuery(api)).data;
  const names = { subscriptions: useSubscriptions(), folders: useFolders() };
  const text = queryOf(source.text, source.narrowing ?? {}, names);
  const [isNaming, setIsNaming] = useState(false);
  if (saved?.some(({ query }) => query === text)) {
    return (
      <PlaceLink
        place={{ source: { kind: 'saved', query: text }, isHome: false }}
        className="inline-flex min-h-11 items-center hover:underline md:min-h-8"
      >
        {t('saved')}
      </PlaceLink>
    );
  }
  const save = async (form: FormData) => {
    const name = String(form.get('name') ?? '').trim() || text;
    if (await act(() => api.saveSearch({ name, query: text }))) setIsNaming(false);
    await cache.invalidateQueries({ queryKey: keys.savedSearches });
  };
  if (!isNaming) {
    return (
      <button
        type="button"
        onClick={() => setIsNaming(true)}
        className="min-h-11 text-accent hover:underline md:min-h-8"
      >
        {t('save')}
      </button>
    );
  }
  return (
    <Form onSubmit={(form) => void save(form)} className="flex w-full items-end gap-2 py-2">
      <Field className="flex-1" label={t('name')} name="name" defaultValue={text} maxLength={200} autoComplete="off" />
      <Button type="submit">{texts.t('action.save')}</Button>
    </Form>
  );
}
