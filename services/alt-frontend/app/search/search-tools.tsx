import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { SearchPage } from '../api/api.ts';
import { ApiProblem } from '../api/problem.ts';
import { savedSearchesQuery, useAct, useEnrichment } from '../data/enrichment.ts';
import { keys } from '../data/keys.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Facets } from './facets.tsx';
import { searchTexts } from './search-texts.ts';

interface SearchToolsProps {
  text: string;
  /** The first page of what was found. */
  page: SearchPage | null;
  error: unknown;
}

/** What stands between the search field and what was found: help, mistakes, ways to narrow down, saving. */
export function SearchTools({ text, page, error }: SearchToolsProps) {
  const t = useOwnTexts(searchTexts);
  const mistake = mistakeOf(error);
  return (
    <div className="flex-none border-b border-line px-5 pb-2 text-sm text-soft empty:hidden">
      {(text === '' || mistake) && <p className="pb-1 text-[0.8125rem] text-pretty">{t('operators')}</p>}
      <div role="alert">
        {mistake && <Mistake text={text} mistake={mistake} />}
        {error instanceof ApiProblem && error.code === 'search-unavailable' && t('unavailable')}
      </div>
      {page && !mistake && (
        <>
          <p role="status">{!page.isComplete && t('incomplete')}</p>
          {page.corrections.map(({ word, readAs }) => (
            <p key={word}>{t('readAs', { word, others: readAs.map((other) => `“${other}”`).join(', ') })}</p>
          ))}
          <div className="flex flex-wrap items-start gap-x-4">
            {page.total > 0 && <Facets text={text} facets={page.facets} />}
            {text !== '' && <SaveSearch key={text} text={text} />}
          </div>
        </>
      )}
    </div>
  );
}

interface QueryMistake {
  code: string;
  start: number;
  end: number;
  message: string;
}

/** What the server says of a query that it does not understand. */
function mistakeOf(error: unknown): QueryMistake | null {
  if (!(error instanceof ApiProblem) || error.code !== 'invalid-query') return null;
  const mistake = error.document.query as QueryMistake | undefined;
  return mistake ?? { code: '', start: 0, end: 0, message: error.document.detail ?? '' };
}

/** Codes whose sentence of the server says more: which values there are. */
const detailed: ReadonlySet<string> = new Set(['missing-value', 'unknown-value', 'too-complex']);

function Mistake({ text, mistake }: { text: string; mistake: QueryMistake }) {
  const t = useOwnTexts(searchTexts);
  const { language } = useTexts();
  const { start, end, code, message } = mistake;
  const key = `error.${code}` as keyof (typeof searchTexts)['en'];
  const isKnown = Object.hasOwn(searchTexts.en, key) && !(language === 'en' && detailed.has(code));
  return (
    <div className="text-danger">
      {end > start && (
        <p className="pb-0.5">
          {t('mistake')}{' '}
          <code className="font-mono text-ink">
            {text.slice(0, start)}
            <mark className="bg-transparent text-danger underline decoration-wavy underline-offset-4">
              {text.slice(start, end)}
            </mark>
            {text.slice(end)}
          </code>
        </p>
      )}
      <p>{isKnown ? t(key as 'error.empty') : message}</p>
    </div>
  );
}

function SaveSearch({ text }: { text: string }) {
  const t = useOwnTexts(searchTexts);
  const texts = useTexts();
  const api = useEnrichment();
  const cache = useQueryClient();
  const act = useAct();
  const saved = useQuery(savedSearchesQuery(api)).data;
  const [isNaming, setIsNaming] = useState(false);
  if (saved?.some(({ query }) => query === text)) return <p className="py-2 md:py-1">{t('saved')}</p>;
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
    <form action={save} className="flex w-full items-end gap-2 py-2">
      <Field className="flex-1" label={t('name')} name="name" defaultValue={text} maxLength={200} autoComplete="off" />
      <Button type="submit">{texts.t('action.save')}</Button>
    </form>
  );
}
