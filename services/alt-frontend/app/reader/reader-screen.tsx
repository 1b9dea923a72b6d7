import { useQueryClient } from '@tanstack/react-query';
import { CatchBoundary } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from 'react';
import type { Entry } from '../api/api.ts';
import { usePreferences } from '../appearance/preferences.ts';
import { useApi } from '../data/api-context.ts';
import { useChangeEntry, useChangeSettings, useMarkAllRead } from '../data/changes.ts';
import { useSavedSearches } from '../data/enrichment.ts';
import { findEntry } from '../data/entry-cache.ts';
import { type Arrived, useLive } from '../data/live.ts';
import { entryQuery, firstSettings, useCounters, useFolders, useSettings, useSubscriptions } from '../data/queries.ts';
import { isPage, markReadOf } from '../data/sources.ts';
import { useTexts } from '../language/translate.ts';
import { Notice } from '../ui/notice.tsx';
import { useToasts } from '../ui/toasts.tsx';
import { FailedScreen } from '../welcome/other-screens.tsx';
import { ConnectionNotice } from './connection-notice.tsx';
import { EntryList } from './entry-list.tsx';
import { useEntryListData } from './entry-list-data.ts';
import { ListBar } from './list-bar.tsx';
import { type Place, useGoing, usePlace } from './place.ts';
import { useReaderShortcuts } from './reader-shortcuts.ts';
import { useRefresh } from './refresh.ts';
import { useSettingsOnPage } from './settings-on-page.ts';
import { Sidebar } from './sidebar.tsx';
import { newCountOf, titleOf, unreadOf } from './source-facts.ts';

const ArticlePane = lazy(async () => ({ default: (await import('./article-pane.tsx')).ArticlePane }));
const ProjectArticle = lazy(async () => ({
  default: (await import('../projects/project-article.tsx')).ProjectArticle,
}));
const Page = lazy(async () => ({ default: (await import('../pages/page.tsx')).Page }));
const SearchTools = lazy(async () => ({ default: (await import('../search/search-tools.tsx')).SearchTools }));
const Panels = lazy(async () => ({ default: (await import('./panels.tsx')).Panels }));

/** The reader: sidebar, list and article, and the panels above them. */
export function ReaderScreen() {
  const place = usePlace();
  const { t } = useTexts();
  const [{ panes }] = usePreferences();
  const going = useGoing();
  const live = useLive();
  const settings = useSettings();
  const data = useEntryListData(place.source);
  const facts = useSourceFacts(place, live.arrived);
  const changeSettings = useChangeSettings();
  const refresh = useRefresh(place.source, data.reload, live.forgetArrived);
  const markAll = useMarkAll(place, data.entries, facts.newCount, live.forgetArrived);
  const [storyIds, setStoryIds] = useState<readonly string[]>([]);
  const listIds = useMemo(() => data.entries.map(({ id }) => id), [data.entries]);
  const ids = isPage(place.source) ? storyIds : listIds;
  const { cursorId, focusId } = useReaderShortcuts({ place, ids, refresh: refresh.run, markAllRead: markAll.ask });
  useSettingsOnPage();
  useMarkReadOnOpen(place.entryId, place.source.kind === 'projects');
  usePrefetchedArticlePane();
  useTitle(facts.title, facts.totalUnread);

  const toList = useCallback(() => going.back({ ...place, entryId: undefined, panel: undefined }), [going, place]);
  const { view, order, density } = settings ?? firstSettings;
  const isWide = ['projects', 'statistics', 'logs'].includes(place.source.kind);
  const pane = place.entryId ? 'article' : place.isHome ? 'sidebar' : 'list';
  return (
    <div className="frame" data-pane={pane} data-panes={panes} data-wide={(isWide && !place.entryId) || undefined}>
      <a
        href="#articles"
        className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:m-3 focus:rounded-lg focus:bg-raised focus:p-3"
      >
        {t('app.skip')}
      </a>
      <div className="pane pane-sidebar">
        <Sidebar place={place} />
      </div>
      <main id="articles" tabIndex={-1} className="pane pane-list outline-none">
        {isPage(place.source) ? (
          <Suspense fallback={null}>
            <Page place={place} onStories={setStoryIds} />
          </Suspense>
        ) : (
          <>
            <ListBar
              place={place}
              title={facts.title}
              unread={facts.unread}
              view={view}
              order={order}
              isRefreshing={refresh.isRunning}
              found={data.search}
              onChange={(change) => void changeSettings(change)}
              onMarkAllRead={markAll.ask}
              onRefresh={refresh.run}
            />
            {place.source.kind === 'search' && (
              <Suspense fallback={null}>
                <SearchTools source={place.source} page={data.search} error={data.error} />
              </Suspense>
            )}
            <ConnectionNotice isConnected={live.isConnected} />
            <EntryList
              data={data}
              place={place}
              density={density}
              cursorId={cursorId}
              focusId={focusId}
              newCount={facts.newCount}
              isMarkingOnScroll={settings?.markReadOnScroll ?? false}
              onShowNew={refresh.reload}
              onShowAll={() => void changeSettings({ view: 'all' })}
            />
          </>
        )}
      </main>
      <section aria-label={t('article.label')} className="pane pane-article">
        {place.entryId ? (
          <CatchBoundary getResetKey={() => place.entryId ?? ''} errorComponent={FailedScreen}>
            <Suspense fallback={null}>
              {place.source.kind === 'projects' ? (
                <ProjectArticle key={place.entryId} id={place.entryId} place={place} ids={ids} onClose={toList} />
              ) : (
                <ArticlePane key={place.entryId} id={place.entryId} place={place} ids={ids} onClose={toList} />
              )}
            </Suspense>
          </CatchBoundary>
        ) : (
          <Notice icon="text" title={t('article.chooseTitle')} text={t('article.chooseText')} />
        )}
      </section>
      {(place.panel || markAll.question !== null) && (
        <Suspense fallback={null}>
          <Panels place={place} markAll={markAll} />
        </Suspense>
      )}
    </div>
  );
}

function useSourceFacts(place: Place, arrived: Arrived) {
  const texts = useTexts();
  const counters = useCounters();
  const subscriptions = useSubscriptions();
  const folders = useFolders();
  const searches = useSavedSearches();
  return useMemo(
    () => ({
      title: titleOf(place.source, subscriptions, folders, searches, texts.t),
      unread: unreadOf(place.source, counters, searches),
      totalUnread: counters.unread,
      newCount: newCountOf(place.source, arrived, subscriptions, folders),
    }),
    [place.source, subscriptions, folders, searches, counters, arrived, texts],
  );
}

export interface MarkAll {
  /** How many the question is about; null while nothing is asked. */
  question: number | null;
  ask(): void;
  confirm(): void;
  cancel(): void;
}

/** Marks the list read; for everything at once it asks first. */
function useMarkAll(place: Place, entries: readonly Entry[], newCount: number, forgetArrived: () => void): MarkAll {
  const { t } = useTexts();
  const { show } = useToasts();
  const markAllRead = useMarkAllRead();
  const unread = useCounters().unread;
  const [question, setQuestion] = useState<number | null>(null);
  const run = async () => {
    setQuestion(null);
    const body = markReadOf(place.source);
    if (!body) return;
    const count = await markAllRead(newCount > 0 ? { ...body, before: latestOf(entries) } : body);
    forgetArrived();
    if (count !== null) show({ text: t('list.markedRead', { count }) });
  };
  return {
    question,
    ask: () => {
      if (place.source.kind === 'all' && unread > 0) setQuestion(unread);
      else void run();
    },
    confirm: () => void run(),
    cancel: () => setQuestion(null),
  };
}

/** The last arrival that the reader can have seen: what came after it stays unread. */
function latestOf(entries: readonly Entry[]): string {
  return entries.reduce(
    (latest, entry) => (entry.receivedAt > latest ? entry.receivedAt : latest),
    new Date(0).toISOString(),
  );
}

/** In a project the article may be nobody's of one's own lists, or a reference alone: nothing is loaded of it then. */
function useMarkReadOnOpen(entryId: string | undefined, isInProject: boolean): void {
  const cache = useQueryClient();
  const api = useApi();
  const changeEntry = useChangeEntry();
  useEffect(() => {
    if (!entryId) return;
    let isCurrent = true;
    const markRead = async () => {
      const known = findEntry(cache, entryId);
      if (isInProject && !known) {
        if (/^\d+$/.test(entryId)) await api.updateEntries({ ids: [entryId], read: true });
        return;
      }
      const entry: Entry = known ?? (await cache.fetchQuery(entryQuery(api, entryId)));
      if (isCurrent && !entry.read) await changeEntry(entry, { read: true });
    };
    // Where the entry cannot be loaded the article pane says so.
    markRead().catch(() => undefined);
    return () => {
      isCurrent = false;
    };
  }, [api, cache, changeEntry, entryId, isInProject]);
}

/** The article's code is loaded while the reader looks at the list. */
function usePrefetchedArticlePane(): void {
  useEffect(() => {
    const timer = setTimeout(() => void import('./article-pane.tsx').catch(() => undefined), 500);
    return () => clearTimeout(timer);
  }, []);
}

function useTitle(title: string, unread: number): void {
  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) ${title} – Alt` : `${title} – Alt`;
  }, [title, unread]);
}
