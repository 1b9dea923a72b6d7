import type { QueryClient } from '@tanstack/react-query';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import type { Counters, Entry, Folder, MarkRead, Settings, Subscription } from '../api/api.ts';
import { useTexts } from '../language/translate.ts';
import { useToasts } from '../ui/toasts.tsx';
import { useApi } from './api-context.ts';
import { changeEntry, countChange, type EntryChange, type EntryPages } from './entry-cache.ts';
import { keys } from './keys.ts';

type FlagChange = Pick<EntryChange, 'read' | 'starred'>;
type Flags = Pick<Entry, 'id' | 'read' | 'starred' | 'feed'>;

/** Marks an entry read, unread or starred: at once on the page, then on the server, and back again if that fails. */
export function useChangeEntry(): (entry: Flags, change: FlagChange) => Promise<void> {
  const api = useApi();
  const cache = useQueryClient();
  const { problem } = useTexts();
  const { show } = useToasts();
  return useCallback(
    async (entry, change) => {
      const before = { read: entry.read, starred: entry.starred };
      const undo = Object.fromEntries(Object.keys(change).map((name) => [name, before[name as keyof FlagChange]]));
      apply(cache, entry, before, change);
      try {
        await api.updateEntries({ ids: [entry.id], ...change });
      } catch (error) {
        apply(cache, entry, { ...before, ...change }, undo);
        show({ text: problem(error), tone: 'error' });
      }
    },
    [api, cache, problem, show],
  );
}

function apply(cache: QueryClient, entry: Flags, before: { read: boolean; starred: boolean }, change: FlagChange) {
  changeEntry(cache, entry.id, change);
  const place = placeOf(cache, entry.feed.id);
  cache.setQueryData<Counters>(keys.counters, (counters) => counters && countChange(counters, before, change, place));
}

/** The subscription of a feed and all folders it lies in, with those above them. */
function placeOf(cache: QueryClient, feedId: string) {
  const subscription = cache
    .getQueryData<Subscription[]>(keys.subscriptions)
    ?.find((candidate) => candidate.feed.id === feedId);
  const folders = cache.getQueryData<Folder[]>(keys.folders) ?? [];
  const folderIds = new Set<string>();
  const climb = (id: string | null | undefined) => {
    if (!id || folderIds.has(id)) return;
    folderIds.add(id);
    climb(folders.find((folder) => folder.id === id)?.parentId);
  };
  subscription?.folderIds.forEach(climb);
  return { subscriptionId: subscription?.id, folderIds: [...folderIds] };
}

/** Gives an entry exactly these labels: at once on the page, then on the server, and back again if that fails. */
export function useChangeLabels(): (entry: Pick<Entry, 'id' | 'labels'>, labels: string[]) => Promise<void> {
  const api = useApi();
  const cache = useQueryClient();
  const { problem } = useTexts();
  const { show } = useToasts();
  return useCallback(
    async ({ id, labels: before }, labels) => {
      changeEntry(cache, id, { labels });
      try {
        await api.updateEntries({
          ids: [id],
          addLabels: labels.filter((name) => !before.includes(name)),
          removeLabels: before.filter((name) => !labels.includes(name)),
        });
      } catch (error) {
        changeEntry(cache, id, { labels: before });
        show({ text: problem(error), tone: 'error' });
      }
      await cache.invalidateQueries({ queryKey: keys.labels });
    },
    [api, cache, problem, show],
  );
}

/** Marks entries read that the reader has scrolled past, in one call. */
export function useMarkSeen(): (entries: readonly Flags[]) => Promise<void> {
  const api = useApi();
  const cache = useQueryClient();
  const { problem } = useTexts();
  const { show } = useToasts();
  return useCallback(
    async (entries) => {
      for (const entry of entries) apply(cache, entry, entry, { read: true });
      try {
        await api.updateEntries({ ids: entries.map(({ id }) => id), read: true });
      } catch (error) {
        for (const entry of entries) apply(cache, entry, { ...entry, read: true }, { read: false });
        show({ text: problem(error), tone: 'error' });
      }
    },
    [api, cache, problem, show],
  );
}

/** Marks a whole list read, up to what the reader can have seen. Answers with how many, or null if it failed. */
export function useMarkAllRead(): (body: MarkRead) => Promise<number | null> {
  const api = useApi();
  const cache = useQueryClient();
  const { problem } = useTexts();
  const { show } = useToasts();
  return useCallback(
    async (body) => {
      try {
        const { updated } = await api.markRead(body);
        cache.removeQueries({ queryKey: keys.anyEntry, type: 'inactive' });
        await Promise.all([cache.invalidateQueries({ queryKey: keys.counters }), refreshLists(cache)]);
        return updated;
      } catch (error) {
        show({ text: problem(error), tone: 'error' });
        return null;
      }
    },
    [api, cache, problem, show],
  );
}

/** Loads every list anew from its first page; lists that are not on the page are forgotten. */
export async function refreshLists(cache: QueryClient): Promise<void> {
  cache.removeQueries({ queryKey: keys.entries, type: 'inactive' });
  cache.setQueriesData<EntryPages>({ queryKey: keys.entries }, firstPage);
  await cache.invalidateQueries({ queryKey: keys.entries });
}

function firstPage(pages: EntryPages | undefined): EntryPages | undefined {
  return pages && { pages: pages.pages.slice(0, 1), pageParams: pages.pageParams.slice(0, 1) };
}

/** Changes some settings: at once on the page, then on the server, and back again if that fails. */
export function useChangeSettings(): (change: Partial<Settings>) => Promise<void> {
  const api = useApi();
  const cache = useQueryClient();
  const { problem } = useTexts();
  const { show } = useToasts();
  return useCallback(
    async (change) => {
      const before = cache.getQueryData<Settings>(keys.settings);
      cache.setQueryData<Settings>(keys.settings, (settings) => settings && { ...settings, ...change });
      try {
        cache.setQueryData(keys.settings, await api.writeSettings(change));
      } catch (error) {
        cache.setQueryData(keys.settings, before);
        show({ text: problem(error), tone: 'error' });
      }
    },
    [api, cache, problem, show],
  );
}
