import type { EntryQuery, MarkRead, Settings } from '../api/api.ts';

/** What can stand beside the words of a search in its address, in the words of the API. */
export const narrowingNames = ['order', 'subscription', 'folder', 'feed', 'tag', 'language', 'day'] as const;
export type Narrowing = { [Name in (typeof narrowingNames)[number]]?: string | undefined };

export type StatisticsPart = 'own' | 'team' | 'platform';

/** What a list shows. */
export type Source =
  | { kind: 'all' }
  | { kind: 'starred' }
  /** What the reader hid. */
  | { kind: 'hidden' }
  | { kind: 'feed'; id: string }
  | { kind: 'folder'; id: string }
  | { kind: 'label'; name: string }
  | { kind: 'tag'; name: string }
  | { kind: 'search'; text: string; narrowing?: Narrowing }
  /** What a saved search finds, as a list. */
  | { kind: 'saved'; query: string }
  | { kind: 'ask'; text: string }
  /** What the reader marked, or wrote; the words searched for in it. */
  | { kind: 'highlights'; isNotes: boolean; text: string }
  | { kind: 'recap'; period: 'daily' | 'weekly' }
  /** Statistics: one’s own, of the team, of this Alt. */
  | { kind: 'statistics'; part: StatisticsPart }
  /** The platform's own log, for whoever owns it. */
  | { kind: 'logs' }
  /** Projects: which and what of it; the words searched for, or those of an article that are shown. */
  | { kind: 'projects'; path: string; text?: string };

/** The source at an address of the reader; the root shows all articles. The name of a label or tag and the query of a saved search stand where words searched for do. */
export function sourceAt(pathname: string, searchText = '', narrowing: Narrowing = {}): Source {
  const [first = '', id = ''] = pathname.split('/').filter(Boolean);
  if (first === 'starred' || first === 'hidden') return { kind: first };
  if (first === 'feeds' && id) return { kind: 'feed', id };
  if (first === 'folders' && id) return { kind: 'folder', id };
  if (first === 'labels' && searchText) return { kind: 'label', name: searchText };
  if (first === 'tags' && searchText) return { kind: 'tag', name: searchText };
  if (first === 'saved' && searchText) return { kind: 'saved', query: searchText };
  if (first === 'highlights') return { kind: first, isNotes: id === 'notes', text: searchText };
  if (first === 'logs') return { kind: first };
  if (first === 'ask') return { kind: 'ask', text: searchText };
  if (first === 'recap') return { kind: 'recap', period: id === 'weekly' ? 'weekly' : 'daily' };
  if (first === 'statistics') return { kind: first, part: id === 'team' || id === 'platform' ? id : 'own' };
  if (first === 'projects') return { kind: first, path: pathname.slice(10), ...(searchText && { text: searchText }) };
  if (first === 'search') return { kind: 'search', text: searchText, narrowing };
  return { kind: 'all' };
}

/** The address of a source. */
export function pathOf(source: Source): string {
  if (source.kind === 'feed') return `/feeds/${source.id}`;
  if (source.kind === 'folder') return `/folders/${source.id}`;
  if (source.kind === 'label') return '/labels';
  if (source.kind === 'tag') return '/tags';
  if (source.kind === 'highlights' && source.isNotes) return '/highlights/notes';
  if (source.kind === 'recap') return `/recap/${source.period}`;
  if (source.kind === 'statistics' && source.part !== 'own') return `/statistics/${source.part}`;
  if (source.kind === 'projects' && source.path) return `/projects/${source.path}`;
  return `/${source.kind}`;
}

/** Whether a source is a page of its own in the list’s place. */
export function isPage(source: Source): boolean {
  return ['ask', 'highlights', 'recap', 'statistics', 'projects', 'logs'].includes(source.kind);
}

/** The list that shows a source; starred, labelled and tagged articles are shown read or not. */
export function entryQueryOf(source: Source, settings: Pick<Settings, 'view' | 'order'>): EntryQuery {
  const base = { view: settings.view, order: settings.order };
  if (source.kind === 'starred' || source.kind === 'hidden') return { ...base, view: source.kind };
  if (source.kind === 'feed') return { ...base, subscription: source.id };
  if (source.kind === 'folder') return { ...base, folder: source.id };
  if (source.kind === 'label') return { ...base, view: 'all', label: source.name };
  if (source.kind === 'tag') return { ...base, view: 'all', tag: source.name };
  if (source.kind === 'saved') return { ...base, q: source.query };
  return base;
}

/** A search within what a list shows; of all lists, if this one is none of those that can be searched. */
export function searchIn(source: Source): Extract<Source, { kind: 'search' }> {
  const narrowing: Narrowing = {};
  if (source.kind === 'feed') narrowing.subscription = source.id;
  if (source.kind === 'folder') narrowing.folder = source.id;
  if (source.kind === 'tag') narrowing.tag = source.name;
  return { kind: 'search', text: '', narrowing };
}

/** What “mark all read” means for a source; null where it means nothing. */
export function markReadOf(source: Source): MarkRead | null {
  if (source.kind === 'all') return {};
  if (source.kind === 'feed') return { subscriptionId: source.id };
  if (source.kind === 'folder') return { folderId: source.id };
  return null;
}
