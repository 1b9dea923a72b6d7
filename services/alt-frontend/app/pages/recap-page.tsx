import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Recap, RecapPeriod } from '../api/enrichment.ts';
import { useEnrichment } from '../data/enrichment.ts';
import { keys } from '../data/keys.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import type { Place } from '../reader/place.ts';
import { PlaceLink } from '../reader/place-link.tsx';
import { Button } from '../ui/button.tsx';
import { Notice } from '../ui/notice.tsx';
import { PageBar } from './page-bar.tsx';
import { pageTexts } from './page-texts.ts';
import { RecapTopics } from './recap-topics.tsx';

/** The recaps of a day or a week, the latest first. */
export function RecapPage({ place, period }: { place: Place; period: RecapPeriod }) {
  const texts = useTexts();
  return (
    <>
      <PageBar title={texts.t('nav.recap')}>
        <PeriodSwitch place={place} period={period} />
      </PageBar>
      <Recaps key={period} place={place} period={period} />
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

function Recaps({ place, period }: { place: Place; period: RecapPeriod }) {
  const t = useOwnTexts(pageTexts);
  const texts = useTexts();
  const api = useEnrichment();
  const [shown, setShown] = useState(0);
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useInfiniteQuery({
    queryKey: [...keys.recaps, period],
    queryFn: ({ pageParam, signal }) => api.recaps(period, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    staleTime: 60_000,
    retry: false,
  });
  const recaps = data?.pages.flatMap(({ items }) => items) ?? [];
  const recap = recaps[shown];
  const unavailable = data?.pages[0]?.unavailable ?? null;
  const isLast = shown >= recaps.length - 1;
  const goEarlier = async () => {
    if (isLast) await fetchNextPage();
    setShown(shown + 1);
  };
  return (
    <div className="scroll px-5 py-4">
      <div role="status" className="text-sm text-soft">
        {isPending && t('loading')}
        {unavailable !== null && `${t('unavailable')} ${unavailable}`}
      </div>
      {error && (
        <div role="alert" className="flex flex-col items-start gap-3 text-sm text-danger">
          <p>{texts.problem(error)}</p>
          <Button onClick={() => void refetch()}>{texts.t('action.retry')}</Button>
        </div>
      )}
      {data && !recap && unavailable === null && <Notice icon="text" title={t('emptyTitle')} text={t('emptyText')} />}
      {recap && <RecapText recap={recap} place={place} />}
      {recap && (
        <footer className="flex flex-wrap items-center gap-2 border-t border-line pt-4">
          <Button disabled={(isLast && !hasNextPage) || isFetchingNextPage} onClick={() => void goEarlier()}>
            {t('earlier')}
          </Button>
          <Button disabled={shown === 0} onClick={() => setShown(shown - 1)}>
            {t('later')}
          </Button>
          <PlaceLink
            place={{ ...place, panel: 'settings' }}
            className="inline-flex min-h-11 items-center text-sm text-soft hover:underline"
          >
            {t('elsewhere')}
          </PlaceLink>
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
      <p className="pb-2 text-sm text-soft">
        {t('counts', { stories: t('stories', { count: storyCount }), count: articleCount })}
        {!isFinal && ` · ${t('running')}`}
      </p>
      {topics.length === 0 && <p className="py-6 text-soft">{t('emptyText')}</p>}
      <RecapTopics topics={topics} place={place} />
      {engine && (
        <p className="pb-4 text-[0.8125rem] text-soft">
          {engine === 'extractive' ? t('extractive') : t('written', { engine })}
        </p>
      )}
    </>
  );
}
