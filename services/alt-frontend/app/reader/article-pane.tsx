import { useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import type { Entry, FullEntry } from '../api/api.ts';
import { useApi } from '../data/api-context.ts';
import { useChangeEntry } from '../data/changes.ts';
import { findEntry } from '../data/entry-cache.ts';
import { keys } from '../data/keys.ts';
import { entryQuery } from '../data/queries.ts';
import { useTexts } from '../language/translate.ts';
import { Button, IconButton, iconButtonClass } from '../ui/button.tsx';
import { Icon } from '../ui/icons.tsx';
import { Notice } from '../ui/notice.tsx';
import { useToasts } from '../ui/toasts.tsx';
import { ArticleLinks, Episode } from './article-details.tsx';
import { ArticleLabels } from './article-labels.tsx';
import { ArticleAlsoIn, ArticleRelated } from './article-story.tsx';
import { ArticleSummary } from './article-summary.tsx';
import { ArticleTags } from './article-tags.tsx';
import { ArticleText } from './article-text.tsx';
import { Enclosures } from './enclosures.tsx';
import { neighbour } from './neighbour.ts';
import { type Place, useGoing } from './place.ts';
import { useReadingReport } from './reading-report.ts';
import { guessLanguage } from './text-language.ts';

const ActedBy = lazy(async () => ({ default: (await import('../rules/acted-by.tsx')).ActedBy }));
const ArticleAnnotations = lazy(async () => ({
  default: (await import('../annotations/article-annotations.tsx')).ArticleAnnotations,
}));
const FullTextTrouble = lazy(async () => ({ default: (await import('./full-text-trouble.tsx')).FullTextTrouble }));

interface ArticlePaneProps {
  id: string;
  place: Place;
  /** The articles that are walked through from here. */
  ids: readonly string[];
  onClose(): void;
}

/** One article: what the list knows at once, the text as soon as it has come. */
export function ArticlePane({ id, place, ids, onClose }: ArticlePaneProps) {
  const api = useApi();
  const cache = useQueryClient();
  const { t, problem } = useTexts();
  const { data, error } = useQuery(entryQuery(api, id));
  const known = data ?? findEntry(cache, id);
  useReadingReport(id, data?.summary.state === 'ready');
  const fullText = useFullText(data);
  return (
    <>
      <ArticleBar entry={known} place={place} ids={ids} fullText={fullText} onClose={onClose} />
      <div className="scroll" key={id}>
        {known ? (
          <article className="mx-auto max-w-[42rem] px-5 pt-6 pb-24 md:px-8 md:pt-10" aria-busy={!data}>
            <ArticleHead entry={known} place={place} />
            {data && <ArticleBody entry={data} place={place} fullText={fullText} />}
          </article>
        ) : (
          error && <Notice icon="text" title={t('article.gone')} text={problem(error)} />
        )}
      </div>
    </>
  );
}

interface FullText {
  /** The HTML to show. */
  html: string;
  /** Whether that is the page's full text; null where there is no choice. */
  isFull: boolean | null;
  state: FullEntry['fullText']['state'];
  code: string | null;
  reason: string | null;
  request(): void;
  toggle(): void;
}

function useFullText(entry: FullEntry | undefined): FullText {
  const api = useApi();
  const cache = useQueryClient();
  const { problem } = useTexts();
  const { show } = useToasts();
  const [wantsFeedText, setWantsFeedText] = useState(false);
  const full = entry?.fullText;
  const isReady = full?.state === 'ready' && full.html !== null;
  const request = async () => {
    if (!entry) return;
    try {
      await api.requestFullText(entry.id);
      cache.setQueryData<FullEntry>(
        keys.entry(entry.id),
        (present) =>
          present && {
            ...present,
            fullText: { state: 'pending', html: null, code: null, reason: null, details: null },
          },
      );
    } catch (error) {
      show({ text: problem(error), tone: 'error' });
    }
  };
  return {
    html: (isReady && !wantsFeedText ? full.html : entry?.contentHtml) ?? '',
    isFull: isReady ? !wantsFeedText : null,
    state: full?.state ?? 'none',
    code: full?.code ?? null,
    reason: full?.reason ?? null,
    request: () => void request(),
    toggle: () => setWantsFeedText(!wantsFeedText),
  };
}

interface ArticleBarProps extends Omit<ArticlePaneProps, 'id'> {
  entry: Entry | undefined;
  fullText: FullText;
}

function ArticleBar({ entry, place, ids, fullText, onClose }: ArticleBarProps) {
  const { t } = useTexts();
  const going = useGoing();
  const changeEntry = useChangeEntry();
  const [previous, next] = [-1, 1].map((step) => (entry ? neighbour(ids, entry.id, step) : undefined));
  const open = (target: string | undefined) => target && going.to({ ...place, entryId: target }, true);
  return (
    <header className="bar flex-none border-b border-line md:border-transparent">
      <IconButton icon="back" label={t('action.back')} className="only-stacked -ms-2" onClick={onClose} />
      <IconButton
        icon="chevron"
        className="*:-rotate-90"
        label={t('article.previous')}
        disabled={!previous}
        onClick={() => open(previous)}
      />
      <IconButton
        icon="chevron"
        className="*:rotate-90"
        label={t('article.next')}
        disabled={!next}
        onClick={() => open(next)}
      />
      <span className="flex-1" />
      {entry && (
        <>
          <FullTextButton fullText={fullText} />
          <IconButton
            icon="unread"
            filled={!entry.read}
            aria-pressed={!entry.read}
            label={t(entry.read ? 'article.markUnread' : 'article.markRead')}
            onClick={() => void changeEntry(entry, { read: !entry.read })}
          />
          <IconButton
            icon="star"
            filled={entry.starred}
            aria-pressed={entry.starred}
            className={entry.starred ? 'text-star!' : ''}
            label={t(entry.starred ? 'article.unstar' : 'article.star')}
            onClick={() => void changeEntry(entry, { starred: !entry.starred })}
          />
          {entry.url && (
            <a
              href={entry.url}
              {...outside}
              className={iconButtonClass}
              aria-label={t('article.original')}
              title={t('article.original')}
            >
              <Icon name="external" />
            </a>
          )}
        </>
      )}
    </header>
  );
}

function FullTextButton({ fullText }: { fullText: FullText }) {
  const { t } = useTexts();
  if (fullText.isFull !== null) {
    const label = t(fullText.isFull ? 'article.showFeedText' : 'article.showFullText');
    return (
      <IconButton
        icon="text"
        label={label}
        aria-pressed={fullText.isFull}
        onClick={fullText.toggle}
        className={fullText.isFull ? 'text-accent!' : ''}
      />
    );
  }
  const isPending = fullText.state === 'pending';
  const label = t(isPending ? 'article.fullTextPending' : 'article.fullText');
  return (
    <IconButton
      icon="text"
      label={label}
      disabled={isPending}
      onClick={fullText.request}
      className={isPending ? 'animate-pulse' : ''}
    />
  );
}

const outside = { target: '_blank', rel: 'noopener noreferrer' } as const;

/** What acted on it is known as soon as the whole entry has come. */
function ArticleHead({ entry, place }: { entry: Entry & Partial<Pick<FullEntry, 'rules'>>; place: Place }) {
  const { t, dateTime } = useTexts();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  const time = entry.publishedAt ?? entry.receivedAt;
  const title = entry.title || t('list.untitled');
  return (
    <header className="mb-8">
      <p className="mb-2 text-sm font-medium text-accent">{entry.feed.title}</p>
      <h1
        ref={heading}
        tabIndex={-1}
        lang={guessLanguage(title)}
        className="font-serif text-[1.75rem]/[1.2] font-semibold text-balance outline-none md:text-[2.125rem]/[1.18]"
      >
        {entry.url ? (
          <a href={entry.url} {...outside} className="decoration-1 underline-offset-4 hover:underline">
            {title}
          </a>
        ) : (
          title
        )}
      </h1>
      <p className="mt-3 flex flex-wrap gap-x-2 text-sm text-soft">
        {entry.author && (
          <>
            <span>{t('article.by', { author: entry.author })}</span>
            <span aria-hidden="true">·</span>
          </>
        )}
        <time dateTime={time}>{dateTime(time)}</time>
      </p>
      <ArticleLabels entry={entry} place={place} />
      <ArticleTags entry={entry} place={place} />
      {entry.rules && entry.rules.length > 0 && (
        <Suspense fallback={null}>
          <ActedBy rules={entry.rules} place={place} />
        </Suspense>
      )}
    </header>
  );
}

function ArticleBody({ entry, place, fullText }: { entry: FullEntry; place: Place; fullText: FullText }) {
  const { t } = useTexts();
  const text = useRef<HTMLDivElement>(null);
  return (
    <>
      <ArticleAlsoIn entry={entry} place={place} />
      <ArticleSummary entry={entry} text={text} html={fullText.html} />
      <div role="status" className="font-sans text-sm text-soft not-empty:mb-6">
        {fullText.state === 'pending' && t('article.fullTextPending')}
        {fullText.state === 'failed' && (
          <>
            {t('article.fullTextFailed')}{' '}
            <Suspense>
              <FullTextTrouble code={fullText.code} reason={fullText.reason} />
            </Suspense>
          </>
        )}
      </div>
      <div className="relative">
        {fullText.html.trim() ? (
          <div ref={text}>
            <ArticleText html={fullText.html} />
          </div>
        ) : (
          <EmptyArticle entry={entry} canFetch={fullText.state === 'none'} onFetch={fullText.request} />
        )}
        <Suspense>
          <ArticleAnnotations entry={entry} place={place} text={text} html={fullText.html} />
        </Suspense>
      </div>
      {entry.podcast && <Episode podcast={entry.podcast} />}
      <Enclosures enclosures={entry.enclosures} pageUrl={entry.url} html={fullText.html} />
      <ArticleLinks entry={entry} />
      <ArticleRelated entry={entry} place={place} />
    </>
  );
}

function EmptyArticle({ entry, canFetch, onFetch }: { entry: FullEntry; canFetch: boolean; onFetch(): void }) {
  const { t } = useTexts();
  return (
    <div className="flex flex-col items-start gap-4">
      {entry.excerpt && <p className="article-text">{entry.excerpt}</p>}
      <p className="text-soft">{t('article.empty')}</p>
      {canFetch && entry.url && <Button onClick={onFetch}>{t('article.fullText')}</Button>}
    </div>
  );
}
