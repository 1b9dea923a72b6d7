import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { Entry } from '../api/api.ts';
import { useChangeEntry } from '../data/changes.ts';
import { findEntry } from '../data/entry-cache.ts';
import { neighbour } from './neighbour.ts';
import { type Place, useGoing } from './place.ts';
import { type Shortcut, useShortcuts } from './shortcuts.ts';

interface ReaderShortcuts {
  place: Place;
  /** The articles that are walked through. */
  ids: readonly string[];
  refresh(): void;
  markAllRead(): void;
}

/** The keyboard's way through the reader: where it stands in the list, and what each key does there. */
export function useReaderShortcuts({ place, ids, refresh, markAllRead }: ReaderShortcuts) {
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
    const isLost = !entryId && cursorId !== null && !ids.includes(cursorId);
    const next = neighbour(ids, isLost ? null : (entryId ?? cursorId), step);
    if (!next) return;
    if (entryId) going.to({ ...place, entryId: next }, true);
    setCursorId(next);
    setFocusId(entryId ? null : next);
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
