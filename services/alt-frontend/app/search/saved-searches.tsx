import { useSavedSearches } from '../data/enrichment.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import type { Place } from '../reader/place.ts';
import { PlaceLink } from '../reader/place-link.tsx';
import { EditLink, lineClass, SharedMark, UnreadCount } from '../reader/sidebar-lines.tsx';
import { Icon } from '../ui/icons.tsx';
import { searchTexts } from './search-texts.ts';

/** The reader's saved searches with what they find unread, where there are any. */
export function SavedSearches({ place }: { place: Place }) {
  const t = useOwnTexts(searchTexts);
  const searches = useSavedSearches();
  if (searches.length === 0) return null;
  const { source } = place;
  return (
    <>
      <h2 className="px-2 pt-3 pb-1 text-xs font-medium text-soft">{t('savedSearches')}</h2>
      <ul aria-label={t('savedSearches')}>
        {searches.map(({ id, name, query, unreadCount, isShared }) => (
          <li key={id} className="group relative flex">
            <PlaceLink
              place={{ source: { kind: 'saved', query }, isHome: false }}
              aria-current={source.kind === 'saved' && source.query === query ? 'page' : undefined}
              className={`${lineClass} flex min-w-0 flex-1 px-2`}
            >
              <Icon name="search" className="size-4 text-soft" />
              <span className="min-w-0 flex-1 truncate">{name}</span>
              {isShared && <SharedMark />}
              <span className="group-focus-within:invisible group-hover:invisible pointer-coarse:visible! pointer-coarse:pe-9">
                <UnreadCount count={unreadCount ?? 0} />
              </span>
            </PlaceLink>
            <EditLink place={{ ...place, panel: `search:${id}` }} label={t('edit', { name })} />
          </li>
        ))}
      </ul>
    </>
  );
}
