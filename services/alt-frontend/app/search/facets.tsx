import { useMemo } from 'react';
import type { SearchPage } from '../api/api.ts';
import { useSubscriptions } from '../data/queries.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { PlaceLink } from '../reader/place-link.tsx';
import { type FacetName, narrowed } from './narrowing.ts';
import { searchTexts } from './search-texts.ts';

const names: readonly FacetName[] = ['feed', 'tag', 'language', 'day'];
const shownCount = 8;

/** What was found, counted by feed, tag, language and day; each leads to the narrower search. */
export function Facets({ text, facets }: { text: string; facets: SearchPage['facets'] }) {
  const t = useOwnTexts(searchTexts);
  const { number, language } = useTexts();
  const subscriptions = useSubscriptions();
  const feedTitles = useMemo(() => subscriptions.map(({ title }) => title), [subscriptions]);
  const titled = (name: FacetName, value: string, title: string) => {
    if (name === 'language') return value === 'und' ? t('unknownLanguage') : languageName(value, language);
    return name === 'day' ? dayName(value, language) : title;
  };
  const shown = names.filter((name) => (facets[name]?.length ?? 0) > 1);
  if (shown.length === 0) return null;
  return (
    <details className="min-w-0">
      <summary className="inline-flex min-h-11 cursor-pointer items-center hover:text-ink md:min-h-8">
        {t('narrow')}
      </summary>
      {shown.map((name) => (
        <section key={name} aria-label={t(name)} className="flex flex-wrap items-baseline gap-x-3 pb-1">
          <h2 className="text-[0.8125rem] font-medium">{t(name)}</h2>
          <ul className="contents">
            {facets[name]?.slice(0, shownCount).map(({ value, title, count }) => {
              const label = titled(name, value, title);
              return (
                <li key={value} className="min-w-0">
                  <PlaceLink
                    place={{
                      source: { kind: 'search', text: narrowed(text, name, { value, title }, feedTitles) },
                      isHome: false,
                    }}
                    aria-label={t('facet', { title: label, count })}
                    className="inline-flex min-h-11 max-w-60 items-center gap-1 text-ink hover:underline md:min-h-7"
                  >
                    <span className="truncate">{label}</span>
                    <span className="text-[0.8125rem] text-soft tabular-nums">{number(count)}</span>
                  </PlaceLink>
                </li>
              );
            })}
          </ul>
        </section>
      ))}
    </details>
  );
}

function languageName(code: string, language: string): string {
  try {
    return new Intl.DisplayNames(language, { type: 'language' }).of(code) ?? code;
  } catch {
    return code;
  }
}

function dayName(day: string, language: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(date.getTime())) return day;
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeZone: 'UTC' }).format(date);
}
