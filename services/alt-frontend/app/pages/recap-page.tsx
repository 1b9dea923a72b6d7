import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { Recap, RecapPeriod } from '../api/enrichment.ts';
import { useAct, useEnrichment } from '../data/enrichment.ts';
import { changeEntry } from '../data/entry-cache.ts';
import { keys } from '../data/keys.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import type { Place } from '../reader/place.ts';
import { PlaceLink } from '../reader/place-link.tsx';
import { Button } from '../ui/button.tsx';
import { LoadFailed } from '../ui/load-failed.tsx';
import { Notice } from '../ui/notice.tsx';
import { useToasts } from '../ui/toasts.tsx';
import { PageBar } from './page-bar.tsx';
import { pageTexts } from './page-texts.ts';
import { storyIdsOf, useRecapPages } from './recap-pages.ts';
import { RecapTopics } from './recap-topics.tsx';

interface RecapPageProps {
  place: Place;
  period: RecapPeriod;
  /** The articles that are walked through from here. */
  onStories(ids: readonly string[]): void;
}

/** The recaps of a day or a week, the latest first. */
export function RecapPage({ place, period, onStories }: RecapPageProps) {
  const texts = useTexts();
  return (
    <>
      <PageBar title={texts.t('nav.recap')}>
        <PeriodSwitch place={place} period={period} />
      </PageBar>
      <Recaps key={period} place={place} period={period} onStories={onStories} />
    </>
  );
}

function PeriodSwitch({ place, period }: { place: Place; period: RecapPeriod }) {
  const t = useOwnTexts(pageTexts);
  return (
    <nav aria-label={t('period')} className="flex gap-0.5 rounded-lg bg-hover p-0.5">
      {(['daily', 'weekly'] as const).map((name) => (
        <PlaceLink
          key={name}
          place={{ ...place, source: { kind: 'recap', period: name }, isHome: false }}
          isReplacing
          aria-current={name === period ? 'page' : undefined}
          className="inline-flex min-h-11 items-center rounded-md px-3 text-sm text-soft aria-[current=page]:bg-pressed aria-[current=page]:text-ink md:min-h-7"
        >
          {t(name)}
        </PlaceLink>
      ))}
    </nav>
  );
}

function Recaps({ place, period, onStories }: RecapPageProps) {
  const t = useOwnTexts(pageTexts);
  const [shown, setShown] = useState(0);
  const pages = useRecapPages(period);
  const { recaps, error, isPending, isEmpty, delay } = pages;
  const recap = recaps[shown];
  useEffect(() => onStories(recap ? storyIdsOf(recap) : []), [recap, onStories]);
  const goEarlier = async () => {
    // Where the next one cannot be loaded this one stays, with the reason above it.
    if (recaps[shown + 1] || (await pages.loadMore())) setShown(shown + 1);
  };
  return (
    <div className="scroll px-5 py-4">
      <div role="status" className="text-sm text-soft">
        {isPending && t('loading')}
        {delay && `${t('late')} ${t(`late.${delay}`)}`}
      </div>
      {error && <LoadFailed error={error} onRetry={pages.retry} />}
      {isEmpty && <Notice icon="text" title={t('emptyTitle')} text={t('emptyText')} />}
      {recap && <RecapText recap={recap} place={place} />}
      {recap && (
        <footer className="flex flex-wrap items-center gap-2 border-t border-line pt-4">
          <Button
            disabled={(!recaps[shown + 1] && !pages.hasMore) || pages.isLoadingMore}
            onClick={() => void goEarlier()}
          >
            {t('earlier')}
          </Button>
          <Button disabled={shown === 0} onClick={() => setShown(shown - 1)}>
            {t('later')}
          </Button>
          <RecapOutlets recap={recap} place={place} />
        </footer>
      )}
    </div>
  );
}

function RecapText({ recap, place }: { recap: Recap; place: Place }) {
  const t = useOwnTexts(pageTexts);
  const { language } = useTexts();
  const { period, date, isFinal, storyCount, articleCount, engine, topics } = recap;
  const day = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' }).format(
    new Date(`${date}T00:00:00Z`),
  );
  return (
    <>
      <h2 className="font-serif text-2xl text-balance">{t(period === 'daily' ? 'day' : 'week', { date: day })}</h2>
      <p className="text-sm text-soft">
        {t('counts', { stories: t('stories', { count: storyCount }), count: articleCount })}
        {!isFinal && ` · ${t(period === 'daily' ? 'running' : 'runningWeek')}`}
      </p>
      {topics.length > 0 && <MarkStoriesRead key={recap.id} recap={recap} />}
      {topics.length === 0 && <p className="py-6 text-soft">{t('emptyText')}</p>}
      <RecapTopics topics={topics} place={place} />
      {engine && (
        <p className="pb-4 text-[0.8125rem] text-soft">
          {engine === 'extractive' ? t('recapExtractive') : t('written', { engine })}
        </p>
      )}
    </>
  );
}

/** The same recap elsewhere: as a page to print, as Markdown, and how it comes by itself. */
function RecapOutlets({ recap, place }: { recap: Recap; place: Place }) {
  const t = useOwnTexts(pageTexts);
  const linkClass = 'inline-flex min-h-11 items-center pe-2 text-sm text-soft hover:underline';
  const address = (format: 'html' | 'markdown') => `/v1/recaps/${recap.id}?format=${format}`;
  return (
    <>
      <a href={address('html')} target="_blank" rel="noopener" className={linkClass}>
        {t('asPage')}
      </a>
      <a href={address('markdown')} target="_blank" rel="noopener" className={linkClass}>
        Markdown
      </a>
      <PlaceLink place={{ ...place, panel: 'settings' }} className={linkClass}>
        {t('elsewhere')}
      </PlaceLink>
    </>
  );
}

/** Everything that a recap tells is read: the stories, and where else they are told. */
function MarkStoriesRead({ recap }: { recap: Recap }) {
  const t = useOwnTexts(pageTexts);
  const texts = useTexts();
  const api = useEnrichment();
  const cache = useQueryClient();
  const act = useAct();
  const { show } = useToasts();
  const [isDone, setIsDone] = useState(false);
  const mark = async () => {
    const ids = storyIdsOf(recap);
    const isMarked = await act(async () => {
      const { updated } = await api.markRead(ids);
      show({ text: texts.t('list.markedRead', { count: updated }) });
    });
    if (!isMarked) return;
    setIsDone(true);
    for (const id of ids) changeEntry(cache, id, { read: true });
    await cache.invalidateQueries({ queryKey: keys.counters });
  };
  return (
    <Button className="my-2 px-3! text-sm! md:min-h-8!" disabled={isDone} onClick={() => void mark()}>
      {t('markRead')}
    </Button>
  );
}
