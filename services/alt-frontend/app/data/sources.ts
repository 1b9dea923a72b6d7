import type { EntryQuery, MarkRead, Settings } from '../api/api.ts';

/** What a list shows. */
export type Source =
  | { kind: 'all' }
  | { kind: 'starred' }
  | { kind: 'feed'; id: string }
  | { kind: 'folder'; id: string }
  | { kind: 'label'; name: string }
  | { kind: 'search'; text: string };

/** The source at an address of the reader; the root shows all articles. A label’s name stands where words searched for do. */
export function sourceAt(pathname: string, searchText = ''): Source {
  const [first = '', id = ''] = pathname.split('/').filter(Boolean);
  if (first === 'starred') return { kind: 'starred' };
  if (first === 'feeds' && id) return { kind: 'feed', id };
  if (first === 'folders' && id) return { kind: 'folder', id };
  if (first === 'labels' && searchText) return { kind: 'label', name: searchText };
  if (first === 'search') return { kind: 'search', text: searchText };
  return { kind: 'all' };
}

/** The address of a source. */
export function pathOf(source: Source): string {
  if (source.kind === 'feed') return `/feeds/${source.id}`;
  if (source.kind === 'folder') return `/folders/${source.id}`;
  if (source.kind === 'label') return '/labels';
  return `/${source.kind}`;
}

/** The list that shows a source; starred and labelled articles are shown read or not. */
export function entryQueryOf(source: Source, settings: Pick<Settings, 'view' | 'order'>): EntryQuery {
  const base = { view: settings.view, order: settings.order };
  if (source.kind === 'starred') return { ...base, view: 'starred' };
  if (source.kind === 'feed') return { ...base, subscription: source.id };
  if (source.kind === 'folder') return { ...base, folder: source.id };
  if (source.kind === 'label') return { ...base, view: 'all', label: source.name };
  return base;
}

/** What “mark all read” means for a source; null where it means nothing. */
export function markReadOf(source: Source): MarkRead | null {
  if (source.kind === 'all') return {};
  if (source.kind === 'feed') return { subscriptionId: source.id };
  if (source.kind === 'folder') return { folderId: source.id };
  return null;
}
