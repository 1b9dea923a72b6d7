import { useEffect, useRef } from 'react';
import type { SearchPage, Settings } from '../api/api.ts';
import { searchIn } from '../data/sources.ts';
import { useTexts } from '../language/translate.ts';
import { IconButton, iconButtonClass } from '../ui/button.tsx';
import { Icon } from '../ui/icons.tsx';
import { type Place, useGoing } from './place.ts';
import { PlaceLink } from './place-link.tsx';

interface ListBarProps {
  place: Place;
  title: string;
  unread: number | undefined;
  view: Settings['view'];
  order: Settings['order'];
  isRefreshing: boolean;
  /** The first page of a search. */
  found: SearchPage | null;
  onChange(change: Partial<Pick<Settings, 'view' | 'order'>>): void;
  onMarkAllRead(): void;
  onRefresh(): void;
}

/** What the list shows, and what can be done with all of it. */
export function ListBar(props: ListBarProps) {
  const { place, title, unread, view, order, isRefreshing, found, onChange, onMarkAllRead, onRefresh } = props;
  const { t, number } = useTexts();
  const { source } = place;
  const isSearch = source.kind === 'search';
  const isWhole = source.kind === 'all' || source.kind === 'feed' || source.kind === 'folder';
  const hasSwitches = isWhole || source.kind === 'saved';
  return (
    <header className="flex-none border-b border-line">
      <div className="bar">
        <BackToSidebar />
        {isSearch ? (
          <SearchBox place={place} />
        ) : (
          <h1 className="flex min-w-0 flex-1 items-baseline gap-2 ps-1">
            {/* The name of a feed or folder is not there before the subscriptions are: no heading is without a text. */}
            {title ? (
              <span className="truncate font-serif text-xl">{title}</span>
            ) : (
              <span className="sr-only">{t('list.label')}</span>
            )}
            {unread !== undefined && unread > 0 && (
              <span className="shrink-0 text-sm text-soft tabular-nums">
                <span aria-hidden="true">{number(unread)}</span>
                <span className="sr-only">{t('nav.unread', { count: unread })}</span>
              </span>
            )}
          </h1>
        )}
        {source.kind === 'feed' && (
          <PlaceLink
            place={{ ...place, panel: `feed:${source.id}` }}
            className={iconButtonClass}
            aria-label={t('list.details')}
            title={t('list.details')}
          >
            <Icon name="info" />
          </PlaceLink>
        )}
        {(source.kind === 'feed' || source.kind === 'folder' || source.kind === 'tag') && (
          <PlaceLink
            place={{ source: searchIn(source), isHome: false }}
            className={iconButtonClass}
            aria-label={t('list.searchHere')}
            title={t('list.searchHere')}
          >
            <Icon name="search" />
          </PlaceLink>
        )}
        {isWhole && (
          <IconButton icon="checkAll" label={t('list.markAllRead')} onClick={onMarkAllRead} disabled={unread === 0} />
        )}
        {!isSearch && (
          <IconButton
            icon="refresh"
            label={t('list.refresh')}
            onClick={onRefresh}
            className={isRefreshing ? '*:animate-spin' : ''}
          />
        )}
      </div>
      <p role="status" className="px-5 text-sm text-soft not-empty:pb-2">
        {found &&
          found.total > 0 &&
          t(found.totalIsExact ? 'search.found' : 'search.foundAtLeast', { count: found.total })}
      </p>
      {hasSwitches && (
        <div className="flex items-center gap-2 px-4 pb-2">
          <ViewSwitch view={view} onChange={(next) => onChange({ view: next })} />
          <button
            type="button"
            onClick={() => onChange({ order: order === 'newest' ? 'oldest' : 'newest' })}
            className="ms-auto inline-flex min-h-11 items-center gap-1.5 rounded-lg px-2 text-sm text-soft hover:bg-hover hover:text-ink md:min-h-8"
          >
            <Icon name={order} className="size-4" />
            {t(order === 'newest' ? 'list.newest' : 'list.oldest')}
          </button>
        </div>
      )}
    </header>
  );
}

/** On a phone, the way from a list to the sidebar. */
export function BackToSidebar() {
  const { t } = useTexts();
  const going = useGoing();
  return (
    <IconButton
      icon="back"
      label={t('nav.showMenu')}
      className="only-phone -ms-2"
      onClick={() => going.back({ source: { kind: 'all' }, isHome: true })}
    />
  );
}

function ViewSwitch({ view, onChange }: { view: Settings['view']; onChange(view: Settings['view']): void }) {
  const { t } = useTexts();
  return (
    <fieldset className="flex gap-0.5 rounded-lg bg-hover p-0.5">
      <legend className="sr-only">{t('list.which')}</legend>
      {(['unread', 'all'] as const).map((name) => (
        <button
          key={name}
          type="button"
          aria-pressed={view === name}
          onClick={() => onChange(name)}
          className="min-h-11 rounded-md px-4 text-sm text-soft aria-pressed:bg-pressed aria-pressed:text-ink aria-pressed:shadow-sm md:min-h-7 md:px-3"
        >
          {t(name === 'unread' ? 'list.unread' : 'list.all')}
        </button>
      ))}
    </fieldset>
  );
}

function SearchBox({ place }: { place: Place }) {
  const { t } = useTexts();
  const going = useGoing();
  const input = useRef<HTMLInputElement>(null);
  const searched = place.source.kind === 'search' ? place.source : searchIn(place.source);
  const { text } = searched;
  useEffect(() => {
    if (text === '') input.current?.focus();
  }, [text]);
  return (
    <form
      className="flex min-w-0 flex-1"
      onSubmit={(event) => {
        event.preventDefault();
        const words = input.current?.value.trim() ?? '';
        going.to({ source: { ...searched, text: words }, isHome: false }, true);
      }}
    >
      <h1 className="sr-only">{t('nav.search')}</h1>
      <input
        key={text}
        ref={input}
        name="q"
        type="search"
        defaultValue={text}
        aria-label={t('search.label')}
        placeholder={t('search.placeholder')}
        enterKeyHint="search"
        className="min-h-11 w-full rounded-lg border border-edge bg-raised px-3 text-base placeholder:text-soft md:min-h-9 md:text-[0.9375rem]"
      />
      <IconButton type="submit" icon="search" label={t('search.submit')} />
    </form>
  );
}
