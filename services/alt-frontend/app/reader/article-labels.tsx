import type { Entry } from '../api/api.ts';
import { useTexts } from '../language/translate.ts';
import { Icon } from '../ui/icons.tsx';
import { ArticleHiding } from './article-hiding.tsx';
import type { Place } from './place.ts';
import { PlaceLink } from './place-link.tsx';

/** The labels of an article, each leading to its list, and the way to change them. */
export function ArticleLabels({ entry, place }: { entry: Entry; place: Place }) {
  const { t } = useTexts();
  return (
    <div className="mt-2 flex flex-wrap items-center gap-x-1 text-sm">
      <PlaceLink
        place={{ ...place, panel: `labels:${entry.id}` }}
        aria-label={t('article.changeLabels')}
        title={t('article.changeLabels')}
        className="-ms-2 inline-flex min-h-11 items-center rounded-lg px-2 text-soft hover:bg-hover hover:text-ink md:min-h-8"
      >
        <Icon name="label" className="size-4" />
      </PlaceLink>
      {entry.labels.length > 0 && (
        <ul aria-label={t('article.labels')} className="contents">
          {entry.labels.map((name) => (
            <li key={name}>
              <PlaceLink
                place={{ source: { kind: 'label', name }, isHome: false }}
                className="inline-flex min-h-11 items-center rounded-lg px-2 text-accent hover:bg-hover md:min-h-8"
              >
                {name}
              </PlaceLink>
            </li>
          ))}
        </ul>
      )}
      <ArticleHiding entry={entry} place={place} />
    </div>
  );
}
