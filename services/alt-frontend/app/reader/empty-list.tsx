import { useCounters, useFolders, useSettings, useSubscriptions } from '../data/queries.ts';
import { useTexts } from '../language/translate.ts';
import { Button, buttonClass } from '../ui/button.tsx';
import { Notice } from '../ui/notice.tsx';
import type { Place } from './place.ts';
import { PlaceLink } from './place-link.tsx';

/** Why a list is empty, and what can be done about it. */
export function EmptyList({ place, onShowAll }: { place: Place; onShowAll(): void }) {
  const { t } = useTexts();
  const subscriptions = useSubscriptions();
  const hasFolders = useFolders().length > 0;
  const starred = useCounters().starred;
  const view = useSettings()?.view;
  const { source } = place;
  if (source.kind === 'search')
    return <EmptySearch text={source.text} isWithin={Object.keys(source.narrowing ?? {}).length > 0} />;
  if (source.kind === 'starred' && starred === 0) {
    return <Notice icon="star" title={t('list.noStarsTitle')} text={t('list.noStarsText')} />;
  }
  if (source.kind === 'hidden') return <Notice icon="all" title={t('list.noHiddenTitle')} />;
  if (source.kind === 'tag') return <Notice icon="label" title={t('list.noTagTitle')} />;
  if (source.kind === 'label') {
    return <Notice icon="label" title={t('list.noLabelTitle')} text={t('list.noLabelText')} />;
  }
  if (subscriptions.length === 0 && !hasFolders) {
    return (
      <Notice icon="plus" title={t('nav.emptyTitle')} text={t('nav.emptyText')}>
        <PlaceLink place={{ ...place, panel: 'add' }} className={buttonClass('primary')}>
          {t('nav.addFeed')}
        </PlaceLink>
        <PlaceLink place={{ ...place, panel: 'opml' }} className={buttonClass('plain')}>
          {t('nav.import')}
        </PlaceLink>
      </Notice>
    );
  }
  const isFresh =
    source.kind === 'feed' && subscriptions.find(({ id }) => id === source.id)?.status.state === 'pending';
  if (source.kind === 'saved' && view === 'all') return <EmptySearch text={source.query} />;
  if (isFresh || view === 'all') return <Notice icon="all" title={t('list.emptyTitle')} text={t('list.emptyText')} />;
  return (
    <Notice icon="check" title={t('list.caughtUpTitle')} text={t('list.caughtUpText')}>
      <Button onClick={onShowAll}>{t('list.showAll')}</Button>
    </Notice>
  );
}

function EmptySearch({ text, isWithin = false }: { text: string; isWithin?: boolean }) {
  const { t } = useTexts();
  if (text === '') {
    const title = t(isWithin ? 'list.searchHere' : 'search.startTitle');
    return <Notice icon="search" title={title} text={t('search.startText')} />;
  }
  return <Notice icon="search" title={t('search.noneTitle')} text={t('search.noneText')} />;
}
