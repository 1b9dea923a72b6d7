import type { Entry } from '../api/api.ts';
import { useLabels } from '../data/queries.ts';
import { useTexts } from '../language/translate.ts';
import { PinLink } from '../projects/pin-link.tsx';
import { Icon } from '../ui/icons.tsx';
import { ArticleHiding } from './article-hiding.tsx';
import type { Place } from './place.ts';
import { PlaceLink } from './place-link.tsx';
import { SharedMark } from './sidebar-lines.tsx';

/** The labels of an article, each leading to its list, and the way to change them. */
export function ArticleLabels({ entry, place }: { entry: Entry; place: Place }) {
  const { t } = useTexts();
  const labels = useLabels();
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
      <PinLink place={place} id={entry.id} />
      {entry.labels.length > 0 && (
        <ul aria-label={t('article.labels')} className="contents">
          {entry.labels.map((name) => (
            <li key={name}>
              <PlaceLink
                place={{ source: { kind: 'label', name }, isHome: false }}
                className="inline-flex min-h-11 items-center gap-1.5 rounded-lg px-2 text-accent hover:bg-hover md:min-h-8"
              >
                {name}
                {labels.some((label) => label.name === name && label.isShared) && <SharedMark />}
              </PlaceLink>
            </li>
          ))}
        </ul>
      )}
      <ArticleHiding entry={entry} place={place} />
    </div>
  );
}
