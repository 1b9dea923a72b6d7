import type { EntryHighlight, EntryNote, listAnnotations, listHighlights, listNotes, ResponseOf } from '@alt/contracts';
import type { Page } from './api.ts';
import type { Client } from './client.ts';

export type Annotations = ResponseOf<typeof listAnnotations>;
export type HighlightColor = EntryHighlight['color'];
export type ListedHighlight = ResponseOf<typeof listHighlights>['items'][number];
export type ListedNote = ResponseOf<typeof listNotes>['items'][number];
export type { EntryHighlight, EntryNote };

export type NewHighlight = Pick<EntryHighlight, 'quote' | 'prefix' | 'suffix' | 'color'> & { isShared?: boolean };
export interface NewNote {
  body: string;
  highlightId?: string;
  isShared?: boolean;
}

export type AnnotationsApi = ReturnType<typeof createAnnotationsApi>;

/** The calls of highlights and notes, one line each, in the words of the contract. */
export function createAnnotationsApi({ call }: Pick<Client, 'call'>) {
  return {
    of: (entryId: string) => call<Annotations>('GET', `/v1/entries/${entryId}/annotations`),
    highlights: (q: string | undefined, cursor: string | undefined) =>
      call<Page<ListedHighlight>>('GET', '/v1/highlights', { query: { q, limit: 50, cursor } }),
    notes: (q: string | undefined, cursor: string | undefined) =>
      call<Page<ListedNote>>('GET', '/v1/notes', { query: { q, limit: 50, cursor } }),

    createHighlight: (entryId: string, body: NewHighlight) =>
      call<EntryHighlight>('POST', `/v1/entries/${entryId}/highlights`, { body }),
    changeHighlight: (id: string, body: { color?: HighlightColor; isShared?: boolean }) =>
      call<EntryHighlight>('PATCH', `/v1/highlights/${id}`, { body }),
    deleteHighlight: (id: string) => call<void>('DELETE', `/v1/highlights/${id}`),

    createNote: (entryId: string, body: NewNote) => call<EntryNote>('POST', `/v1/entries/${entryId}/notes`, { body }),
    changeNote: (id: string, body: { body?: string; isShared?: boolean }) =>
      call<EntryNote>('PATCH', `/v1/notes/${id}`, { body }),
    deleteNote: (id: string) => call<void>('DELETE', `/v1/notes/${id}`),
  };
}
