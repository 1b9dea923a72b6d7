import type { SearchPage } from '../api/api.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { PlaceLink } from '../reader/place-link.tsx';
import { dayName, languageName } from './facet-names.ts';
import type { SearchSource } from './narrowed.tsx';
import { searchTexts } from './search-texts.ts';

const names = ['feed', 'tag', 'language', 'day'] as const;
type FacetName = (typeof names)[number];
const shownCount = 8;

/** What was found, counted by feed, tag, language and day; each leads to the narrower search. */
export function Facets({ source, facets }: { source: SearchSource; facets: SearchPage['facets'] }) {
  const t = useOwnTexts(searchTexts);
  const { number, language } = useTexts();
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
                      source: { ...source, narrowing: { ...source.narrowing, [name]: value } },
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
