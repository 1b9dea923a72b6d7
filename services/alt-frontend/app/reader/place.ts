import { useRouter, useRouterState } from '@tanstack/react-router';
import { useMemo } from 'react';
import { type Narrowing, narrowingNames, pathOf, type Source, sourceAt } from '../data/sources.ts';

/** Where the reader is: all of it stands in the address, so that back, reload and links work. */
export interface Place {
  source: Source;
  /** At the root: a phone shows the sidebar there. */
  isHome: boolean;
  entryId?: string | undefined;
  /** An open panel, such as `add`, `feed:12`, `settings`. */
  panel?: string | undefined;
}

/** The address of a place. */
export function hrefOf({ source, isHome, entryId, panel }: Place): string {
  const search = new URLSearchParams();
  if ('text' in source && source.text) search.set('q', source.text);
  if (source.kind === 'saved') search.set('q', source.query);
  for (const name of narrowingNames) {
    const value = source.kind === 'search' && source.narrowing?.[name];
    if (value) search.set(name, value);
  }
  if (source.kind === 'label' || source.kind === 'tag') search.set('q', source.name);
  if (entryId) search.set('entry', entryId);
  if (panel) search.set('panel', panel);
  const path = isHome ? '/' : pathOf(source);
  return search.size > 0 ? `${path}?${search}` : path;
}

/** The place of an address. */
export function placeAt(pathname: string, search: { entry?: string; panel?: string; q?: string } & Narrowing): Place {
  return {
    source: sourceAt(pathname, search.q, narrowingIn(search)),
    isHome: pathname === '/',
    entryId: search.entry,
    panel: search.panel,
  };
}

function narrowingIn(search: Narrowing): Narrowing {
  return Object.fromEntries(narrowingNames.flatMap((name) => (search[name] ? [[name, search[name]]] : [])));
}

export function usePlace(): Place {
  const location = useRouterState({ select: (state) => state.location });
  return useMemo(() => placeAt(location.pathname, location.search), [location.pathname, location.search]);
}

export interface Going {
  /** Goes to a place; `isReplacing` leaves no trace in the history. */
  to(place: Place, isReplacing?: boolean): void;
  /** Back to where the reader came from; to `fallback` if they came here straight from outside. */
  back(fallback: Place): void;
}

export function useGoing(): Going {
  const router = useRouter();
  return useMemo(
    () => ({
      to(place, isReplacing = false) {
        const state = { isInside: isReplacing ? router.history.location.state.isInside === true : true };
        if (isReplacing) router.history.replace(hrefOf(place), state);
        else router.history.push(hrefOf(place), state);
      },
      back(fallback) {
        if (router.history.location.state.isInside) router.history.back();
        else router.history.replace(hrefOf(fallback));
      },
    }),
    [router],
  );
}
