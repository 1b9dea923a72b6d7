import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import type { Settings } from '../api/api.ts';
import { ApiProblem } from '../api/problem.ts';
import { useTexts } from '../language/translate.ts';
import { Button } from '../ui/button.tsx';
import { EmptyList } from './empty-list.tsx';
import type { EntryListData } from './entry-list-data.ts';
import { EntryRow } from './entry-row.tsx';
import { useMarkOnScroll } from './mark-on-scroll.ts';
import type { Place } from './place.ts';
import { rowHeightOf } from './row-height.ts';

interface EntryListProps {
  data: EntryListData;
  place: Place;
  density: Settings['density'];
  cursorId: string | null;
  /** The row that is to take the focus, because the keyboard moved there. */
  focusId: string | null;
  newCount: number;
  isMarkingOnScroll: boolean;
  onShowNew(): void;
  onShowAll(): void;
}

/** How many lines before the end the next page is asked for; half a page, so that scrolling seldom waits. */
const loadAhead = 50;

/** The articles of a source. Only the lines in sight exist, however long the list is. */
export function EntryList(props: EntryListProps) {
  const { data, place, density, cursorId, focusId, newCount, isMarkingOnScroll, onShowNew, onShowAll } = props;
  const { t, problem } = useTexts();
  const scroller = useRef<HTMLDivElement>(null);
  const rowHeight = useRowHeight(density);
  const { entries, hasMore, loadMore } = data;
  const virtualizer = useVirtualizer({
    count: entries.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 6,
  });
  const rows = virtualizer.getVirtualItems();
  const lastShown = rows.at(-1)?.index ?? 0;

  useEffect(() => {
    if (rowHeight > 0) virtualizer.measure();
  }, [virtualizer, rowHeight]);

  useEffect(() => {
    if (hasMore && lastShown > entries.length - loadAhead) loadMore();
  }, [hasMore, lastShown, entries.length, loadMore]);

  const cursorIndex = cursorId === null ? -1 : entries.findIndex((entry) => entry.id === cursorId);
  useEffect(() => {
    if (cursorIndex >= 0) virtualizer.scrollToIndex(cursorIndex, { align: 'auto' });
  }, [virtualizer, cursorIndex]);

  useMarkOnScroll(scroller, entries, rowHeight, isMarkingOnScroll);
  useStartAtTop(scroller, JSON.stringify(place.source));
  useAutoShow(scroller, newCount, data, place, onShowNew);

  return (
    <div ref={scroller} className="scroll @container relative" tabIndex={-1} data-testid="entries">
      {newCount > 0 && (
        <div className="sticky top-2 z-10 flex h-0 justify-center">
          <Button look="primary" className="h-10 min-h-0! rounded-full! px-5 shadow-raised" onClick={onShowNew}>
            {t('list.newArticles', { count: newCount })}
          </Button>
        </div>
      )}
      {entries.length > 0 && (
        <div
          role="feed"
          aria-label={t('list.label')}
          aria-busy={data.isLoadingMore}
          className="relative"
          style={{ height: virtualizer.getTotalSize() }}
        >
          {rows.map(({ index, start }) => {
            const entry = entries[index];
            return (
              entry && (
                <EntryRow
                  key={entry.id}
                  entry={entry}
                  place={place}
                  density={density}
                  index={index}
                  top={start}
                  height={rowHeight}
                  isOpen={entry.id === place.entryId}
                  isCursor={entry.id === cursorId}
                  shouldFocus={entry.id === focusId}
                />
              )
            );
          })}
        </div>
      )}
      {entries.length === 0 && !hasMore && !data.isLoading && data.error === null && (
        <EmptyList place={place} onShowAll={onShowAll} />
      )}
      <div role="status" className="px-4 py-6 text-center text-sm text-soft">
        {data.isLoadingMore && t('list.loadingMore')}
        {entries.length > 0 && !hasMore && t('list.end')}
        {data.error !== null && !isToldAbove(data.error, place) && (
          <p className="mb-3 text-danger">
            {t('list.failed')} {problem(data.error)}
          </p>
        )}
        {data.error !== null && !isMistake(data.error) && (
          <Button onClick={() => void data.reload()}>{t('action.retry')}</Button>
        )}
      </div>
    </div>
  );
}

/** What is wrong with a search stands below its field. */
function isToldAbove(error: unknown, { source }: Place): boolean {
  return source.kind === 'search' && (isMistake(error) || hasCode(error, 'search-unavailable'));
}

/** What trying again does not change. */
const isMistake = (error: unknown) => hasCode(error, 'invalid-query');

const hasCode = (error: unknown, code: string) => error instanceof ApiProblem && error.code === code;

function useRowHeight(density: Settings['density']): number {
  const [height, setHeight] = useState(() => rowHeightOf(density));
  useEffect(() => setHeight(rowHeightOf(density)), [density]);
  return height;
}

function useStartAtTop(scroller: React.RefObject<HTMLDivElement | null>, sourceKey: string): void {
  const shown = useRef(sourceKey);
  useEffect(() => {
    if (shown.current === sourceKey) return;
    shown.current = sourceKey;
    if (scroller.current) scroller.current.scrollTop = 0;
  }, [scroller, sourceKey]);
}

const settleMs = 800;

/** Shows new articles without being asked where that moves nothing under the reader's eyes. */
function useAutoShow(
  scroller: React.RefObject<HTMLDivElement | null>,
  newCount: number,
  data: EntryListData,
  place: Place,
  onShowNew: () => void,
): void {
  const latest = useRef(onShowNew);
  useEffect(() => {
    latest.current = onShowNew;
  });
  const isUntouched = !place.entryId && data.entries.every((entry) => !entry.read);
  const mayShow = newCount > 0 && (data.entries.length === 0 || isUntouched);
  useEffect(() => {
    if (!mayShow) return;
    const timer = setTimeout(() => {
      if ((scroller.current?.scrollTop ?? 0) < 8) latest.current();
    }, settleMs);
    return () => clearTimeout(timer);
  }, [mayShow, scroller]);
}
