import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { Entry } from '../api/api.ts';
import { useChangeEntry } from '../data/changes.ts';
import { findEntry } from '../data/entry-cache.ts';
import type { EntryListData } from './entry-list-data.ts';
import { type Place, useGoing } from './place.ts';
import { type Shortcut, useShortcuts } from './shortcuts.ts';

interface ReaderShortcuts {
  place: Place;
  data: EntryListData;
  refresh(): void;
  markAllRead(): void;
}

/** The keyboard's way through the reader: where it stands in the list, and what each key does there. */
export function useReaderShortcuts({ place, data, refresh, markAllRead }: ReaderShortcuts) {
  const going = useGoing();
  const cache = useQueryClient();
  const changeEntry = useChangeEntry();
  const [cursorId, setCursorId] = useState<string | null>(null);
  const [focusId, setFocusId] = useState<string | null>(null);
  const { entryId } = place;

  useCursorOnArticle(entryId, setCursorId, setFocusId);

  const current = (): Entry | undefined => {
    const id = entryId ?? cursorId;
    return id ? findEntry(cache, id) : undefined;
  };
  const move = (step: number) => {
    const next = neighbour(data.entries, entryId ?? cursorId, step);
    if (!next) return;
    if (entryId) going.to({ ...place, entryId: next.id }, true);
    setCursorId(next.id);
    setFocusId(entryId ? null : next.id);
  };
  const withCurrent = (act: (entry: Entry) => unknown) => {
    const entry = current();
    if (entry) act(entry);
  };
  const goTo = (source: Place['source']) => going.to({ source, isHome: false });

  const actions: Record<Shortcut, () => void> = {
    next: () => move(1),
    previous: () => move(-1),
    open: () => cursorId && !entryId && going.to({ ...place, entryId: cursorId }),
    close: () => entryId && going.back({ ...place, entryId: undefined }),
    toggleRead: () => withCurrent((entry) => changeEntry(entry, { read: !entry.read })),
    toggleStar: () => withCurrent((entry) => changeEntry(entry, { starred: !entry.starred })),
    labels: () => withCurrent((entry) => going.to({ ...place, panel: `labels:${entry.id}` })),
    original: () => withCurrent((entry) => entry.url && window.open(entry.url, '_blank', 'noopener,noreferrer')),
    refresh,
    markAllRead,
    search: () => goTo({ kind: 'search', text: '' }),
    add: () => going.to({ ...place, panel: 'add' }),
    help: () => going.to({ ...place, panel: 'help' }),
    goAll: () => goTo({ kind: 'all' }),
    goStarred: () => goTo({ kind: 'starred' }),
  };
  useShortcuts(!place.panel, (shortcut) => {
    actions[shortcut]();
    return true;
  });
  return { cursorId, focusId };
}

/** The cursor follows the open article; when it is closed, the focus returns to its line. */
function useCursorOnArticle(
  entryId: string | undefined,
  setCursorId: (id: string | null) => void,
  setFocusId: (id: string | null) => void,
): void {
  useEffect(() => {
    if (!entryId) return;
    setCursorId(entryId);
    setFocusId(null);
    return () => setFocusId(entryId);
  }, [entryId, setCursorId, setFocusId]);
}

/** The entry before or after another in a list; the first if the list does not have that other. */
export function neighbour(entries: readonly Entry[], id: string | null, step: number): Entry | undefined {
  const index = id === null ? -1 : entries.findIndex((entry) => entry.id === id);
  return index < 0 ? entries[0] : entries[index + step];
}
