import { infiniteQueryOptions, queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import {
  type Annotations,
  type AnnotationsApi,
  createAnnotationsApi,
  type EntryHighlight,
  type EntryNote,
  type NewHighlight,
} from '../api/annotations.ts';
import type { Page } from '../api/api.ts';
import { useConnection } from './api-context.ts';
import { useAct } from './enrichment.ts';
import { keys } from './keys.ts';
import { isAtLeast, useRole, useTeamApi, useTenants } from './team.ts';

export function useAnnotationsApi(): AnnotationsApi {
  const { client } = useConnection();
  return useMemo(() => createAnnotationsApi(client), [client]);
}

export const annotationsQuery = (api: AnnotationsApi, entryId: string) =>
  queryOptions({ queryKey: keys.annotations(entryId), queryFn: () => api.of(entryId), staleTime: 15_000 });

/** One's own highlights or notes, page by page. */
export const ownAnnotationsQuery = <Item>(
  name: string,
  words: string,
  load: (words: string | undefined, cursor: string | undefined) => Promise<Page<Item>>,
) =>
  infiniteQueryOptions({
    queryKey: [...keys.ownAnnotations, name, words],
    queryFn: ({ pageParam }) => load(words || undefined, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    staleTime: 15_000,
  });

export type AnnotationActs = ReturnType<typeof useAnnotationActs>;

/** What can be done with the highlights and notes of an entry. Where it fails the page says why. */
export function useAnnotationActs(entryId: string) {
  const api = useAnnotationsApi();
  const cache = useQueryClient();
  const act = useAct();
  return useMemo(() => {
    const done = async (work: () => Promise<unknown>) => {
      const isDone = await act(work);
      void cache.invalidateQueries({ queryKey: keys.ownAnnotations });
      await cache.invalidateQueries({ queryKey: keys.annotations(entryId) });
      return isDone;
    };
    const keep = (change: (present: Annotations) => Annotations) =>
      cache.setQueryData<Annotations>(keys.annotations(entryId), (present) => present && change(present));
    return {
      /** The highlight that was made; null where it could not be. */
      async highlight(wanted: NewHighlight): Promise<EntryHighlight | null> {
        let made: EntryHighlight | null = null;
        const isDone = await act(async () => {
          made = await api.createHighlight(entryId, wanted);
        });
        const fresh = made as EntryHighlight | null;
        if (fresh) keep((present) => ({ ...present, highlights: [...present.highlights, fresh] }));
        void done(async () => undefined);
        return isDone ? fresh : null;
      },
      changeHighlight: (id: string, change: Pick<Partial<EntryHighlight>, 'color' | 'isShared'>) => {
        keep((present) => ({
          ...present,
          highlights: present.highlights.map((one) => (one.id === id ? { ...one, ...change } : one)),
        }));
        return done(() => api.changeHighlight(id, change));
      },
      removeHighlight: (id: string) => done(() => api.deleteHighlight(id)),
      /** Makes a removed highlight again, with one's own notes on it. */
      restoreHighlight: ({ quote, prefix, suffix, color, isShared }: EntryHighlight, notes: readonly EntryNote[]) =>
        done(async () => {
          const { id } = await api.createHighlight(entryId, { quote, prefix, suffix, color, isShared });
          for (const note of notes) {
            await api.createNote(entryId, { body: note.body, isShared: note.isShared, highlightId: id });
          }
        }),
      write: (body: string, highlightId: string | null) =>
        done(() => api.createNote(entryId, { body, ...(highlightId && { highlightId }) })),
      changeNote: (id: string, change: { body?: string; isShared?: boolean }) => done(() => api.changeNote(id, change)),
      removeNote: (id: string) => done(() => api.deleteNote(id)),
      restoreNote: ({ body, isShared, highlightId }: EntryNote) =>
        done(() => api.createNote(entryId, { body, isShared, ...(highlightId && { highlightId }) })),
    };
  }, [api, cache, act, entryId]);
}

/** Whether there is a team here to share with, and whether the reader may. */
export function useMayShare(): boolean {
  const isMember = isAtLeast(useRole(), 'member');
  const tenant = useTenants().find(({ isCurrent }) => isCurrent);
  return isMember && tenant !== undefined && !tenant.isPersonal;
}

/** Gives the names of the people of the team; asked for only where somebody else wrote something. */
export function useNames(isNeeded: boolean): (userId: string) => string | undefined {
  const api = useTeamApi();
  const { data } = useQuery({
    queryKey: [...keys.tenant, 'names'],
    queryFn: async () => {
      const names = new Map<string, string>();
      let cursor: string | undefined;
      do {
        const page = await api.members(cursor);
        for (const { id, name } of page.items) names.set(id, name);
        cursor = page.nextCursor ?? undefined;
      } while (cursor !== undefined);
      return names;
    },
    enabled: isNeeded,
    staleTime: 5 * 60_000,
  });
  return useCallback((userId: string) => data?.get(userId), [data]);
}

const shownKey = ['shown-highlight'];

/** Says which highlight the article is to show when it opens; asked for once. */
export function useShownHighlight() {
  const cache = useQueryClient();
  return useMemo(
    () => ({
      set: (id: string) => cache.setQueryData(shownKey, id),
      take: () => {
        const id = cache.getQueryData<string>(shownKey);
        cache.removeQueries({ queryKey: shownKey });
        return id;
      },
      peek: () => cache.getQueryData<string>(shownKey),
    }),
    [cache],
  );
}
