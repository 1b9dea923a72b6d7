import { randomUUID } from 'node:crypto';
import * as contracts from '@alt/contracts';
import type { FakeCall, FakeHandler } from './fake-api.ts';
import type { FakeState } from './fake-state.ts';

function entryOf(state: FakeState, id: string | undefined): contracts.FullEntry {
  const entry = state.entries.find((candidate) => candidate.id === id);
  if (!entry) throw new contracts.Problem('not-found', 'There is no such entry.');
  return entry;
}

function ownOf<Item extends { id: string; isMine: boolean }>(items: readonly Item[], id: string | undefined): Item {
  const found = items.find((item) => item.id === id && item.isMine);
  if (!found) throw new contracts.Problem('not-found', 'There is no such thing of yours.');
  return found;
}

const made = ({ state, params }: FakeCall) => ({
  id: randomUUID(),
  entryId: entryOf(state, params.id).id,
  isMine: true,
  authorId: state.user.id,
  createdAt: new Date().toISOString(),
});

const has = (words: string | undefined, ...texts: string[]) =>
  !words || texts.some((text) => text.toLowerCase().includes(words.toLowerCase()));

const listed = <Item>(items: Item[], { limit, cursor = '0' }: { limit: number; cursor?: string }) => {
  const end = Number(cursor) + limit;
  return { items: items.slice(Number(cursor), end), nextCursor: end < items.length ? String(end) : null };
};

/** Highlights and notes, as alt-backend keeps them. */
export const annotationHandlers: FakeHandler[] = [
  [
    contracts.listAnnotations,
    ({ state: { annotations }, params }) => ({
      highlights: annotations.highlights.filter(({ entryId }) => entryId === params.id),
      notes: annotations.notes.filter(({ entryId }) => entryId === params.id),
    }),
  ],
  [
    contracts.listHighlights,
    ({ state, query }) => {
      const { highlights, notes } = state.annotations;
      const own = highlights.filter(({ isMine }) => isMine).toReversed();
      const items = own.map((highlight) => ({
        ...highlight,
        entryTitle: entryOf(state, highlight.entryId).title,
        notes: notes.filter(({ highlightId, isMine }) => isMine && highlightId === highlight.id),
      }));
      return listed(
        items.filter((item) => has(query.q, item.quote, item.entryTitle, ...item.notes.map(({ body }) => body))),
        query,
      );
    },
  ],
  [
    contracts.listNotes,
    ({ state, query }) => {
      const { highlights, notes } = state.annotations;
      const items = notes
        .filter(({ isMine }) => isMine)
        .toReversed()
        .map((note) => ({
          ...note,
          entryTitle: entryOf(state, note.entryId).title,
          quote: highlights.find(({ id }) => id === note.highlightId)?.quote ?? null,
        }));
      return listed(
        items.filter((item) => has(query.q, item.body, item.entryTitle)),
        query,
      );
    },
  ],
  [
    contracts.createHighlight,
    (call) => {
      const highlight = { ...call.body, ...made(call) };
      call.state.annotations.highlights.push(highlight);
      return highlight;
    },
  ],
  [
    contracts.updateHighlight,
    ({ state, params, body }) => Object.assign(ownOf(state.annotations.highlights, params.id), body),
  ],
  [
    contracts.deleteHighlight,
    ({ state: { annotations }, params }) => {
      const gone = ownOf(annotations.highlights, params.id);
      annotations.highlights = annotations.highlights.filter((one) => one !== gone);
      annotations.notes = annotations.notes.filter(({ highlightId }) => highlightId !== gone.id);
    },
  ],
  [
    contracts.createNote,
    (call) => {
      const { body, highlightId = null, isShared } = call.body;
      const fresh = made(call);
      const note = { ...fresh, body, highlightId, isShared, updatedAt: fresh.createdAt };
      call.state.annotations.notes.push(note);
      return note;
    },
  ],
  [
    contracts.updateNote,
    ({ state, params, body }) =>
      Object.assign(ownOf(state.annotations.notes, params.id), body, { updatedAt: new Date().toISOString() }),
  ],
  [
    contracts.deleteNote,
    ({ state: { annotations }, params }) => {
      const gone = ownOf(annotations.notes, params.id);
      annotations.notes = annotations.notes.filter((one) => one !== gone);
    },
  ],
];
