import { useInfiniteQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect, useMemo } from 'react';
import type { ListedHighlight, ListedNote } from '../api/annotations.ts';
import { ownAnnotationsQuery, useAnnotationsApi, useShownHighlight } from '../data/annotations.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { PageBar } from '../pages/page-bar.tsx';
import { type Place, useGoing } from '../reader/place.ts';
import { PlaceLink } from '../reader/place-link.tsx';
import { guessLanguage } from '../reader/text-language.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { inputClass } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { LoadFailed } from '../ui/load-failed.tsx';
import { Notice } from '../ui/notice.tsx';
import { annotationTexts } from './annotation-texts.ts';

interface AnnotationsPageProps {
  place: Place;
  isNotes: boolean;
  /** Only those with these words. */
  words: string;
  /** The articles that are walked through from here. */
  onStories(ids: readonly string[]): void;
}

/** Everything that the reader highlighted, or wrote, the newest first. */
export function AnnotationsPage({ place, isNotes, words, onStories }: AnnotationsPageProps) {
  const t = useOwnTexts(annotationTexts);
  const { t: common } = useTexts();
  return (
    <>
      <PageBar title={common('nav.highlights')} />
      <div className="scroll px-5 py-4">
        <nav aria-label={t('which')} className="mb-3 inline-flex gap-0.5 rounded-lg bg-hover p-0.5">
          {[false, true].map((areNotes) => (
            <PlaceLink
              key={String(areNotes)}
              place={{ ...place, source: { kind: 'highlights', isNotes: areNotes, text: words }, isHome: false }}
              isReplacing
              aria-current={areNotes === isNotes ? 'page' : undefined}
              className="inline-flex min-h-11 items-center rounded-md px-3 text-sm text-soft aria-[current=page]:bg-pressed aria-[current=page]:text-ink md:min-h-7"
            >
              {t(areNotes ? 'notes' : 'highlights')}
            </PlaceLink>
          ))}
        </nav>
        <WordsForm key={words} place={place} isNotes={isNotes} words={words} />
        {isNotes ? (
          <OwnNotes place={place} words={words} onStories={onStories} />
        ) : (
          <OwnHighlights place={place} words={words} onStories={onStories} />
        )}
      </div>
    </>
  );
}

function WordsForm({ place, isNotes, words }: Pick<AnnotationsPageProps, 'place' | 'isNotes' | 'words'>) {
  const t = useOwnTexts(annotationTexts);
  const going = useGoing();
  const search = (form: FormData) => {
    const text = String(form.get('q') ?? '').trim();
    going.to({ ...place, source: { kind: 'highlights', isNotes, text }, isHome: false }, true);
  };
  return (
    <Form role="search" className="flex gap-1 pb-2" onSubmit={search}>
      <input
        name="q"
        type="search"
        defaultValue={words}
        maxLength={200}
        aria-label={t('search')}
        placeholder={t('search')}
        enterKeyHint="search"
        className={inputClass}
      />
      <IconButton type="submit" icon="search" label={t('searchSubmit')} />
    </Form>
  );
}

type ListProps = Pick<AnnotationsPageProps, 'place' | 'words' | 'onStories'>;

function OwnHighlights({ place, words, onStories }: ListProps) {
  const api = useAnnotationsApi();
  const t = useOwnTexts(annotationTexts);
  const query = useInfiniteQuery(ownAnnotationsQuery('highlights', words, api.highlights));
  const empty = { title: t('none'), text: t('noneText') };
  return (
    <Listed query={query} words={words} empty={empty} label={t('yours')} onStories={onStories}>
      {(highlight: ListedHighlight) => (
        <li key={highlight.id} className="border-b border-line py-4">
          <blockquote
            lang={guessLanguage(highlight.quote)}
            data-color={highlight.color}
            className="highlight-edge clamp-5 ps-3 font-serif text-base/relaxed"
          >
            {highlight.quote}
          </blockquote>
          {highlight.notes.map(({ id, body }) => (
            <p
              key={id}
              lang={guessLanguage(body)}
              className="ps-4 pt-2 text-[0.9375rem] wrap-anywhere whitespace-pre-line"
            >
              {body}
            </p>
          ))}
          <ArticleLink item={highlight} highlightId={highlight.id} place={place} />
        </li>
      )}
    </Listed>
  );
}

function OwnNotes({ place, words, onStories }: ListProps) {
  const api = useAnnotationsApi();
  const t = useOwnTexts(annotationTexts);
  const query = useInfiniteQuery(ownAnnotationsQuery('notes', words, api.notes));
  const empty = { title: t('noNotes'), text: t('noNotesText') };
  return (
    <Listed query={query} words={words} empty={empty} label={t('yoursNotes')} onStories={onStories}>
      {(note: ListedNote) => (
        <li key={note.id} className="border-b border-line py-4">
          <p lang={guessLanguage(note.body)} className="text-[0.9375rem]/relaxed wrap-anywhere whitespace-pre-line">
            {note.body}
          </p>
          {note.quote && (
            <blockquote
              lang={guessLanguage(note.quote)}
              className="clamp-2 mt-1.5 border-s-3 border-line ps-3 font-serif text-[0.9375rem] text-soft"
            >
              {note.quote}
            </blockquote>
          )}
          <ArticleLink item={note} highlightId={note.highlightId} place={place} />
        </li>
      )}
    </Listed>
  );
}

interface ListedProps<Item> {
  query: ReturnType<typeof useInfiniteQuery<{ items: Item[]; nextCursor: string | null }>>;
  words: string;
  empty: { title: string; text: string };
  label: string;
  onStories(ids: readonly string[]): void;
  children(item: Item): ReactNode;
}

function Listed<Item extends { entryId: string }>(props: ListedProps<Item>) {
  const { query, words, empty, label, onStories, children } = props;
  const t = useOwnTexts(annotationTexts);
  const { data, error, hasNextPage, isFetchingNextPage } = query;
  const items = useMemo(() => data?.pages.flatMap((page) => page.items) ?? [], [data]);
  useEffect(() => onStories([...new Set(items.map(({ entryId }) => entryId))]), [items, onStories]);
  if (error) return <LoadFailed error={error} onRetry={() => void query.refetch()} />;
  if (data && items.length === 0) {
    return words ? (
      <Notice icon="search" title={t('noneFound')} text={t('noneFoundText')} />
    ) : (
      <Notice icon="highlight" {...empty} />
    );
  }
  return (
    <>
      <ul aria-label={label}>{items.map(children)}</ul>
      {hasNextPage && (
        <Button className="mt-4" disabled={isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t('more')}
        </Button>
      )}
    </>
  );
}

interface ArticleLinkProps {
  item: { entryId: string; entryTitle: string; createdAt: string };
  highlightId: string | null;
  place: Place;
}

/** Leads to the article, and there to the highlight. */
function ArticleLink({ item: { entryId, entryTitle, createdAt }, highlightId, place }: ArticleLinkProps) {
  const { t, day } = useTexts();
  const shown = useShownHighlight();
  return (
    <PlaceLink
      place={{ ...place, entryId }}
      isReplacing={place.entryId !== undefined}
      aria-current={place.entryId === entryId ? 'true' : undefined}
      onClick={() => highlightId && shown.set(highlightId)}
      className="mt-1 flex min-h-11 items-center gap-2 text-sm text-soft hover:underline md:min-h-8"
    >
      <span lang={guessLanguage(entryTitle)} className="min-w-0 truncate text-accent">
        {entryTitle || t('list.untitled')}
      </span>
      <time dateTime={createdAt} className="ms-auto shrink-0">
        {day(createdAt)}
      </time>
    </PlaceLink>
  );
}
