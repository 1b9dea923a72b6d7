import { memo, useEffect, useRef } from 'react';
import type { Entry, SearchPage, Settings } from '../api/api.ts';
import { useTexts } from '../language/translate.ts';
import { Icon } from '../ui/icons.tsx';
import type { Place } from './place.ts';
import { PlaceLink } from './place-link.tsx';
import { fromFirstMark } from './snippet.ts';
import { guessLanguage } from './text-language.ts';

interface EntryRowProps {
  entry: Entry;
  /** The place that shows this list; the row opens its entry there. */
  place: Place;
  density: Settings['density'];
  index: number;
  top: number;
  height: number;
  isOpen: boolean;
  /** The keyboard stands here. */
  isCursor: boolean;
  shouldFocus: boolean;
}

/** One line of the list. Rendered again only when something of it changes. */
export const EntryRow = memo(function EntryRow(props: EntryRowProps) {
  const { entry, place, density, index, top, height, isOpen, isCursor, shouldFocus } = props;
  const { t } = useTexts();
  const link = useRef<HTMLAnchorElement>(null);
  useEffect(() => {
    if (shouldFocus) link.current?.focus({ preventScroll: true });
  }, [shouldFocus]);
  const state = `${isOpen ? 'bg-chosen' : 'hover:bg-hover'} ${isCursor && !isOpen ? 'bg-hover' : ''}`;
  return (
    <article
      className={`line ${state}`}
      style={{ height, transform: `translateY(${top}px)` }}
      aria-posinset={index + 1}
      aria-setsize={-1}
      aria-labelledby={`entry-${entry.id}`}
      data-entry={entry.id}
    >
      <PlaceLink
        ref={link}
        place={{ ...place, entryId: entry.id }}
        isReplacing={place.entryId !== undefined}
        aria-current={isOpen ? 'true' : undefined}
        className={`flex h-full gap-3 px-4 -outline-offset-2 ${density === 'compact' ? 'items-center' : 'py-3'}`}
      >
        {density === 'compact' ? (
          <CompactLine entry={entry} />
        ) : (
          <FullLine entry={entry} place={place} density={density} />
        )}
        {!entry.read && <span className="sr-only">{t('list.unread')}</span>}
      </PlaceLink>
    </article>
  );
});

function CompactLine({ entry }: { entry: Entry }) {
  const { day } = useTexts();
  return (
    <>
      <Dot isShown={!entry.read} />
      <h2
        id={`entry-${entry.id}`}
        className={`min-w-0 flex-1 truncate text-[0.9375rem] ${entry.read ? 'text-soft' : 'font-semibold'}`}
      >
        <Title entry={entry} />
      </h2>
      <AlsoIn entry={entry} />
      {entry.starred && <Icon name="star" filled className="size-4 text-star" />}
      <span className="hidden w-32 shrink-0 truncate text-end text-[0.8125rem] text-soft @lg:block">
        {entry.feed.title}
      </span>
      <time
        dateTime={timeOf(entry)}
        className="w-16 shrink-0 truncate text-end text-[0.8125rem] text-soft tabular-nums"
      >
        {day(timeOf(entry))}
      </time>
    </>
  );
}

function FullLine({ entry, place, density }: { entry: Entry; place: Place; density: 'list' | 'cards' }) {
  const { day } = useTexts();
  const snippet = foundIn(entry)?.snippet;
  const origin = place.source.kind === 'feed' ? (entry.author ?? entry.feed.title) : entry.feed.title;
  return (
    <>
      <Dot isShown={!entry.read} className="mt-1.5" />
      <div className="min-w-0 flex-1">
        <p className="mb-0.5 flex items-baseline gap-2 text-[0.8125rem]/5 text-soft">
          <span className="min-w-0 truncate">{origin}</span>
          <span aria-hidden="true">·</span>
          <time dateTime={timeOf(entry)} className="shrink-0 tabular-nums">
            {day(timeOf(entry))}
          </time>
          <AlsoIn entry={entry} />
          {entry.starred && <Icon name="star" filled className="ms-auto size-4 self-center text-star" />}
        </p>
        <div className={density === 'cards' ? 'clamp-5' : 'clamp-3'}>
          <h2
            id={`entry-${entry.id}`}
            className={`text-base/snug ${entry.read ? 'font-normal text-soft' : 'font-semibold'}`}
          >
            <Title entry={entry} />
          </h2>
          <p className="text-sm/5 text-soft">{snippet ? <Marked parts={fromFirstMark(snippet)} /> : entry.excerpt}</p>
        </div>
      </div>
      {entry.imageUrl && <Thumbnail url={entry.imageUrl} isLarge={density === 'cards'} />}
    </>
  );
}

type Found = SearchPage['items'][number]['highlights'];

/** Where a search found its words in an entry; undefined in other lists. */
function foundIn(entry: Entry): Found | undefined {
  return (entry as { highlights?: Found }).highlights;
}

function Title({ entry }: { entry: Entry }) {
  const { t } = useTexts();
  const parts = foundIn(entry)?.title;
  if (!entry.title) return t('list.untitled');
  return <span lang={guessLanguage(entry.title)}>{parts ? <Marked parts={parts} /> : entry.title}</span>;
}

function Marked({ parts }: { parts: NonNullable<Found['title']> }) {
  let end = 0;
  return parts.map(({ text, isMarked }) => {
    end += text.length;
    return isMarked ? (
      <mark key={end} className="found">
        {text}
      </mark>
    ) : (
      text
    );
  });
}

/** That other feeds tell the story too. */
function AlsoIn({ entry }: { entry: Entry }) {
  const { t } = useTexts();
  if (entry.alsoIn.length === 0) return null;
  return (
    <span className="shrink-0 text-[0.8125rem] font-normal text-soft">
      {t('list.alsoIn', { count: entry.alsoIn.length })}
    </span>
  );
}

function Dot({ isShown, className = '' }: { isShown: boolean; className?: string }) {
  return <span className={`size-2 shrink-0 rounded-full ${isShown ? 'bg-accent' : ''} ${className}`} />;
}

/** Only images of our own proxy; the browser would refuse others, and ask for none. */
function Thumbnail({ url, isLarge }: { url: string; isLarge: boolean }) {
  if (!url.startsWith('/')) return null;
  return (
    <img
      src={url}
      alt=""
      loading="lazy"
      decoding="async"
      onError={(event) => {
        event.currentTarget.hidden = true;
      }}
      className={`shrink-0 self-center rounded-md bg-hover object-cover ${isLarge ? 'h-28 w-36' : 'size-18'}`}
    />
  );
}

function timeOf(entry: Entry): string {
  return entry.publishedAt ?? entry.receivedAt;
}
