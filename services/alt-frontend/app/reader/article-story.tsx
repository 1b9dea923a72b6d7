import { useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { FullEntry } from '../api/api.ts';
import type { AlsoIn } from '../api/enrichment.ts';
import { refreshLists } from '../data/changes.ts';
import { useAct, useEnrichment } from '../data/enrichment.ts';
import { changeEntry } from '../data/entry-cache.ts';
import { keys } from '../data/keys.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { useToasts } from '../ui/toasts.tsx';
import { articleTexts } from './article-texts.ts';
import type { Place } from './place.ts';
import { PlaceLink } from './place-link.tsx';
import { guessLanguage } from './text-language.ts';

interface StoryProps {
  entry: FullEntry;
  place: Place;
}

/** Where else the story is told; what does not belong to it can be taken out, and what was taken out put back. */
export function ArticleAlsoIn({ entry, place }: StoryProps) {
  const t = useOwnTexts(articleTexts);
  const { split, rejoin } = useStory(entry);
  const isSplit = entry.splitFrom.length > 0;
  if (entry.alsoIn.length === 0 && !isSplit) return null;
  return (
    <>
      {entry.alsoIn.length > 0 && (
        <section aria-label={t('alsoIn')} className="mb-8 text-sm">
          <h2 className="text-[0.8125rem] font-medium text-soft">{t('alsoIn')}</h2>
          <Others others={entry.alsoIn} place={place}>
            {(other) => (
              <button
                type="button"
                aria-label={t('splitLabel', { title: other.title })}
                onClick={() => split(other)}
                className={changeClass}
              >
                {t('split')}
              </button>
            )}
          </Others>
        </section>
      )}
      {isSplit && (
        <section aria-label={t('splitFrom')} className="mb-8 text-sm">
          <h2 className="text-[0.8125rem] font-medium text-soft">{t('splitFrom')}</h2>
          <Others others={entry.splitFrom} place={place} />
          <button type="button" onClick={() => rejoin(entry.id)} className={`${changeClass} -ms-2`}>
            {t('rejoin')}
          </button>
        </section>
      )}
    </>
  );
}

const changeClass = 'min-h-11 rounded-lg px-2 text-[0.8125rem] text-soft hover:bg-hover hover:text-ink md:min-h-8';

interface OthersProps {
  others: readonly AlsoIn[];
  place: Place;
  children?(other: AlsoIn): ReactNode;
}

function Others({ others, place, children }: OthersProps) {
  const texts = useTexts();
  return (
    <ul>
      {others.map((other) => (
        <li key={other.id} className="flex flex-wrap items-center gap-x-2">
          <PlaceLink
            place={{ ...place, entryId: other.id }}
            className="inline-flex min-h-11 min-w-0 flex-1 items-center gap-2 hover:underline md:min-h-8"
          >
            <span className="shrink-0 text-accent">{other.feed.title}</span>
            <span lang={guessLanguage(other.title)} className="min-w-0 truncate">
              {other.title || texts.t('list.untitled')}
            </span>
          </PlaceLink>
          {children?.(other)}
        </li>
      ))}
    </ul>
  );
}

/** Takes one of the others out of the story, or puts one back; either can be undone. */
function useStory({ id, alsoIn }: FullEntry): { split(other: AlsoIn): void; rejoin(id: string): void } {
  const api = useEnrichment();
  const cache = useQueryClient();
  const act = useAct();
  const { show } = useToasts();
  const t = useOwnTexts(articleTexts);
  const reload = () =>
    Promise.all([
      cache.invalidateQueries({ queryKey: keys.counters }),
      cache.invalidateQueries({ queryKey: keys.anyEntry }),
    ]);
  const rejoin = async (splitId: string) => {
    if (!(await act(() => api.rejoin(splitId)))) return;
    show({ text: t('wasRejoined') });
    await Promise.all([reload(), refreshLists(cache)]);
  };
  const split = async (other: AlsoIn) => {
    if (!(await act(() => api.split(other.id)))) return;
    changeEntry(cache, id, { alsoIn: alsoIn.filter((one) => one.id !== other.id) });
    show({ text: t('wasSplit'), action: { label: t('undo'), run: () => void rejoin(other.id) } });
    await reload();
  };
  return { split: (other) => void split(other), rejoin: (splitId) => void rejoin(splitId) };
}

/** Other articles of the reader's about the same. */
export function ArticleRelated({ entry, place }: StoryProps) {
  const t = useOwnTexts(articleTexts);
  const texts = useTexts();
  const { related, relatedState } = entry;
  if (relatedState === 'ready' && related.length === 0) return null;
  return (
    <nav aria-label={t('related')} className="mt-12 border-t border-line pt-6">
      <h2 className="mb-2 text-sm font-medium text-soft">{t('related')}</h2>
      <p role="status" className="text-sm text-soft">
        {relatedState === 'pending' && related.length === 0 && t('relatedPending')}
        {relatedState === 'unavailable' && t('relatedUnavailable')}
      </p>
      <ul>
        {related.map(({ id, title, feed, terms }) => (
          <li key={id}>
            <PlaceLink
              place={{ ...place, entryId: id }}
              className="flex min-h-11 flex-col justify-center py-1.5 hover:underline"
            >
              <span lang={guessLanguage(title)} className="text-[0.9375rem]">
                {title || texts.t('list.untitled')}
              </span>
              <span className="text-[0.8125rem] text-soft">{[feed.title, ...terms.slice(0, 3)].join(' · ')}</span>
            </PlaceLink>
          </li>
        ))}
      </ul>
    </nav>
  );
}
