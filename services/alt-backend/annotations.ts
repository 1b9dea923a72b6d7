import {
  createHighlight,
  createNote,
  deleteHighlight,
  deleteNote,
  type EntryHighlight,
  type EntryNote,
  listAnnotations,
  listHighlights,
  listNotes,
  Problem,
  updateHighlight,
  updateNote,
} from '@alt/contracts';
import type { Queryable } from '@alt/database';
import { type Reader, type Route, reply, route } from '@alt/service-kit';
import { articleIdOf } from './peers.ts';
import { checkMayShare } from './sharing.ts';
import { recordReading } from './statistics/recording.ts';
import * as store from './store/annotations.ts';
import { beginChange } from './store/counters.ts';
import type { AsReader } from './store/readers.ts';

const ANNOTATIONS_MAXIMUM = 500;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Highlights and notes. A change of one is a change of its entry, so that the reader's other clients hear of it. */
export function annotationRoutes(asReader: AsReader): Route[] {
  return [
    route(listAnnotations, async ({ params, reader }) =>
      asReader(
        reader,
        async (tx, readerId) => {
          const id = articleIdOf(params.id);
          if (id === null || !(await store.holds(tx, readerId, id))) throw noEntry();
          const [highlights, notes] = await Promise.all([store.seenHighlights(tx, id), store.seenNotes(tx, id)]);
          return { highlights: highlights.map(presentHighlight), notes: notes.map(presentNote) };
        },
        { isReadOnly: true },
      ),
    ),

    route(listHighlights, ({ query, reader }) => listOwnHighlights(asReader, reader, query)),

    route(listNotes, async ({ query, reader }) => {
      const { cursor = null, limit, q } = query;
      if (cursor !== null && !UUID.test(cursor)) throw new Problem('invalid-cursor', 'Start again without a cursor.');
      const rows = await asReader(
        reader,
        (tx, readerId) => store.ownNotes(tx, readerId, cursor, wordsOf(q), limit + 1),
        { isReadOnly: true },
      );
      const items = rows.slice(0, limit).map((row) => ({
        ...presentNote(row),
        entryTitle: row.entryTitle ?? '',
        quote: row.quote,
      }));
      return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
    }),

    ...highlightRoutes(asReader),
    ...noteRoutes(asReader),
  ];
}

/** No words find everything. */
const wordsOf = (q: string | undefined) => q?.normalize('NFC') || null;

async function listOwnHighlights(
  asReader: AsReader,
  reader: Reader,
  { cursor, limit, q }: { cursor?: string | undefined; limit: number; q?: string | undefined },
) {
  const before = cursor === undefined ? null : decodeHighlightKey(cursor);
  return asReader(
    reader,
    async (tx, readerId) => {
      const rows = await store.ownHighlights(tx, readerId, before, wordsOf(q), limit + 1);
      const shown = rows.slice(0, limit);
      const notes = await store.ownNotesOn(
        tx,
        readerId,
        shown.map(({ id }) => id),
      );
      const items = shown.map(({ entryTitle, ...row }) => ({
        ...presentHighlight(row),
        entryTitle: entryTitle ?? '',
        notes: notes.filter(({ highlightId }) => highlightId === row.id).map(presentNote),
      }));
      const last = shown.at(-1);
      return { items, nextCursor: rows.length > limit && last ? encodeHighlightKey(last) : null };
    },
    { isReadOnly: true },
  );
}

function encodeHighlightKey({ createdAt, id }: store.HighlightKey): string {
  return Buffer.from(`${createdAt.getTime()}.${id}`).toString('base64url');
}

function decodeHighlightKey(cursor: string): store.HighlightKey {
  const [time = '', id = ''] = Buffer.from(cursor, 'base64url').toString().split('.');
  if (!/^\d{1,14}$/.test(time) || !UUID.test(id)) throw new Problem('invalid-cursor', 'Start again without a cursor.');
  return { createdAt: new Date(Number(time)), id };
}

function highlightRoutes(asReader: AsReader): Route[] {
  const one = async (tx: Queryable, articleId: number, id: string) => {
    const found = (await store.seenHighlights(tx, articleId)).find((row) => row.id === id);
    if (!found) throw noAnnotation();
    return presentHighlight(found);
  };
  return [
    route(createHighlight, async ({ params, body, reader }) => {
      if (body.isShared) checkMayShare(reader);
      const made = await adding(
        asReader,
        reader,
        params.id,
        async (tx, readerId, articleId) =>
          one(tx, articleId, (await store.addHighlight(tx, readerId, articleId, body)) ?? ''),
        body.isShared,
      );
      return reply(201, made);
    }),

    route(updateHighlight, async ({ params, body, reader }) => {
      if (body.isShared) checkMayShare(reader);
      const change = { color: body.color ?? null, isShared: body.isShared ?? null };
      return changing(asReader, reader, params.id, async (tx, readerId, id) => {
        const articleId = await store.changeHighlight(tx, readerId, id, change);
        return articleId === null ? null : { articleId, value: await one(tx, articleId, id) };
      });
    }),

    route(deleteHighlight, async ({ params, reader }) => {
      await changing(asReader, reader, params.id, async (tx, readerId, id) => {
        const articleId = await store.removeHighlight(tx, readerId, id);
        return articleId === null ? null : { articleId, value: undefined };
      });
      return reply(204, undefined);
    }),
  ];
}

function noteRoutes(asReader: AsReader): Route[] {
  const one = async (tx: Queryable, articleId: number, id: string) => {
    const found = (await store.seenNotes(tx, articleId)).find((row) => row.id === id);
    if (!found) throw noAnnotation();
    return presentNote(found);
  };
  return [
    route(createNote, async ({ params, body, reader }) => {
      if (body.isShared) checkMayShare(reader);
      const wanted = { ...body, highlightId: body.highlightId ?? null };
      const made = await adding(
        asReader,
        reader,
        params.id,
        async (tx, readerId, articleId) =>
          one(tx, articleId, (await store.addNote(tx, readerId, articleId, wanted)) ?? ''),
        body.isShared,
      );
      return reply(201, made);
    }),

    route(updateNote, async ({ params, body, reader }) => {
      if (body.isShared) checkMayShare(reader);
      const change = { body: body.body ?? null, isShared: body.isShared ?? null };
      return changing(asReader, reader, params.id, async (tx, readerId, id) => {
        const articleId = await store.changeNote(tx, readerId, id, change);
        return articleId === null ? null : { articleId, value: await one(tx, articleId, id) };
      });
    }),

    route(deleteNote, async ({ params, reader }) => {
      await changing(asReader, reader, params.id, async (tx, readerId, id) => {
        const articleId = await store.removeNote(tx, readerId, id);
        return articleId === null ? null : { articleId, value: undefined };
      });
      return reply(204, undefined);
    }),
  ];
}

/** Adds to an entry of the reader's. */
function adding<Value>(
  asReader: AsReader,
  reader: Reader,
  entryId: string,
  add: (tx: Queryable, readerId: number, articleId: number) => Promise<Value>,
  isShared = false,
): Promise<Value> {
  const articleId = articleIdOf(entryId);
  return asReader(
    reader,
    async (tx, readerId) => {
      const revision = await beginChange(tx);
      if (articleId === null || !(await store.touch(tx, readerId, articleId, revision))) throw noEntry();
      if ((await store.countAnnotations(tx, readerId, articleId)) >= ANNOTATIONS_MAXIMUM) {
        throw new Problem('limit-reached', `An entry can have ${ANNOTATIONS_MAXIMUM} highlights and notes of yours.`);
      }
      if (isShared) await recordReading(tx, [{ kind: 'shared' }]);
      return add(tx, readerId, articleId);
    },
    { retry: true },
  );
}

/** Changes what the reader made; another's is as unknown as what never was. */
function changing<Value>(
  asReader: AsReader,
  reader: Reader,
  id: string,
  change: (tx: Queryable, readerId: number, id: string) => Promise<{ articleId: number; value: Value } | null>,
): Promise<Value> {
  return asReader(
    reader,
    async (tx, readerId) => {
      const revision = await beginChange(tx);
      const changed = UUID.test(id) ? await change(tx, readerId, id.toLowerCase()) : null;
      if (!changed) throw noAnnotation();
      await store.touch(tx, readerId, changed.articleId, revision);
      return changed.value;
    },
    { retry: true },
  );
}

function presentHighlight({ articleId, createdAt, ...row }: store.HighlightRow): EntryHighlight {
  return { ...row, entryId: String(articleId), createdAt: createdAt.toISOString() };
}

function presentNote(row: store.NoteRow): EntryNote {
  const { id, articleId, highlightId, body, isShared, isMine, authorId, createdAt, updatedAt } = row;
  const times = { createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() };
  return { id, entryId: String(articleId), highlightId, body, isShared, isMine, authorId, ...times };
}

function noEntry(): Problem {
  return new Problem('not-found', 'You have no such entry.');
}

function noAnnotation(): Problem {
  return new Problem('not-found', 'You have no such highlight or note.');
}
