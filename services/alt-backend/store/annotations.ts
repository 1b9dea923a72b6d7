import { type Queryable, statement } from '@alt/database';

export interface HighlightRow {
  id: string;
  articleId: number;
  quote: string;
  prefix: string;
  suffix: string;
  color: 'yellow' | 'green' | 'blue' | 'pink';
  isShared: boolean;
  isMine: boolean;
  authorId: string;
  createdAt: Date;
}

export interface NoteRow {
  id: string;
  articleId: number;
  highlightId: string | null;
  body: string;
  isShared: boolean;
  isMine: boolean;
  authorId: string;
  createdAt: Date;
  updatedAt: Date;
}

export interface ListedHighlight extends HighlightRow {
  entryTitle: string | null;
}

export interface ListedNote extends NoteRow {
  entryTitle: string | null;
  quote: string | null;
}

const selectHeld = statement('annotations_held', 'select from entries where reader_id = $1 and article_id = $2');

/** Whether the reader has this entry. */
export async function holds(tx: Queryable, readerId: number, articleId: number): Promise<boolean> {
  return (await tx.run(selectHeld, [readerId, articleId])) === 1;
}

const selectHighlights = statement<HighlightRow>(
  'highlights_seen',
  `select id, $1::bigint as "articleId", quote, prefix, suffix, color, is_shared as "isShared", is_mine as "isMine",
     author_id as "authorId", created_at as "createdAt" from seen_highlights($1)`,
);

/** Highlights in an article that the reader holds: own ones, and shared ones of their tenant. */
export function seenHighlights(tx: Queryable, articleId: number): Promise<HighlightRow[]> {
  return tx.all(selectHighlights, [articleId]);
}

const selectNotes = statement<NoteRow>(
  'notes_seen',
  `select id, $1::bigint as "articleId", highlight_id as "highlightId", body, is_shared as "isShared", is_mine as "isMine",
     author_id as "authorId", created_at as "createdAt", updated_at as "updatedAt" from seen_notes($1)`,
);

export function seenNotes(tx: Queryable, articleId: number): Promise<NoteRow[]> {
  return tx.all(selectNotes, [articleId]);
}

const selectOwnHighlights = statement<ListedHighlight>(
  'highlights_own',
  `select h.id, h.article_id as "articleId", h.quote, h.prefix, h.suffix, h.color, h.is_shared as "isShared",
     true as "isMine", current_user_id() as "authorId", h.created_at as "createdAt", a.title as "entryTitle"
   from highlights h join articles a on a.id = h.article_id
   where h.reader_id = $1 and ($2::timestamptz is null or (h.created_at, h.id) < ($2, $3::uuid))
     and ($4::text is null or strpos(lower(h.quote), lower($4)) > 0 or strpos(lower(a.title), lower($4)) > 0
       or exists (select from notes n where n.highlight_id = h.id and n.reader_id = $1 and strpos(lower(n.body), lower($4)) > 0))
   order by h.created_at desc, h.id desc limit $5`,
);

/** Where a page of highlights ended. */
export interface HighlightKey {
  createdAt: Date;
  id: string;
}

/** The reader's own highlights, the newest first; of those with some words, if `words` says so. */
export function ownHighlights(
  tx: Queryable,
  readerId: number,
  before: HighlightKey | null,
  words: string | null,
  limit: number,
): Promise<ListedHighlight[]> {
  return tx.all(selectOwnHighlights, [readerId, before?.createdAt ?? null, before?.id ?? null, words, limit]);
}

const OWN_NOTE = `n.id, n.article_id as "articleId", n.highlight_id as "highlightId", n.body, n.is_shared as "isShared",
     true as "isMine", current_user_id() as "authorId", n.created_at as "createdAt", n.updated_at as "updatedAt"`;

const selectNotesOn = statement<NoteRow>(
  'notes_on_highlights',
  `select ${OWN_NOTE} from notes n where n.reader_id = $1 and n.highlight_id = any($2::uuid[]) order by n.id`,
);

/** The reader's own notes on these highlights. */
export function ownNotesOn(tx: Queryable, readerId: number, highlightIds: string[]): Promise<NoteRow[]> {
  return tx.all(selectNotesOn, [readerId, highlightIds]);
}

const selectOwnNotes = statement<ListedNote>(
  'notes_own',
  `select ${OWN_NOTE}, a.title as "entryTitle", h.quote
   from notes n join articles a on a.id = n.article_id left join highlights h on h.id = n.highlight_id
   where n.reader_id = $1 and ($2::uuid is null or n.id < $2)
     and ($3::text is null or strpos(lower(n.body), lower($3)) > 0 or strpos(lower(a.title), lower($3)) > 0)
   order by n.id desc limit $4`,
);

/** The reader's own notes, the newest first; of those with some words, if `words` says so. */
export function ownNotes(
  tx: Queryable,
  readerId: number,
  beforeId: string | null,
  words: string | null,
  limit: number,
): Promise<ListedNote[]> {
  return tx.all(selectOwnNotes, [readerId, beforeId, words, limit]);
}

const touchEntry = statement(
  'annotations_touch',
  `update entries e
   set revision = $3, is_read = e.is_read or is_covered(e.revision, e.received_at, c.read_through, c.read_before)
   from counters c
   where e.reader_id = $1 and e.article_id = $2 and c.reader_id = $1 and c.feed_id = e.feed_id`,
);

/** The entry counts as changed; false where the reader has no such entry. */
export async function touch(tx: Queryable, readerId: number, articleId: number, revision: number): Promise<boolean> {
  return (await tx.run(touchEntry, [readerId, articleId, revision])) === 1;
}

const countOwn = statement<{ count: number }>(
  'annotations_count',
  `select (select count(*) from highlights where reader_id = $1 and article_id = $2)
     + (select count(*) from notes where reader_id = $1 and article_id = $2) as count`,
);

/** How many annotations the reader has in an article. */
export async function countAnnotations(tx: Queryable, readerId: number, articleId: number): Promise<number> {
  return (await tx.one(countOwn, [readerId, articleId]))?.count ?? 0;
}

const insertHighlight = statement<{ id: string }>(
  'highlight_insert',
  `insert into highlights (reader_id, article_id, quote, prefix, suffix, color, is_shared)
   values ($1, $2, $3, $4, $5, $6, $7) returning id`,
);

export async function addHighlight(
  tx: Queryable,
  readerId: number,
  articleId: number,
  wanted: Pick<HighlightRow, 'quote' | 'prefix' | 'suffix' | 'color' | 'isShared'>,
): Promise<string | null> {
  const { quote, prefix, suffix, color, isShared } = wanted;
  return (await tx.one(insertHighlight, [readerId, articleId, quote, prefix, suffix, color, isShared]))?.id ?? null;
}

const insertNote = statement<{ id: string }>(
  'note_insert',
  `insert into notes (reader_id, article_id, highlight_id, body, is_shared)
   select $1, $2, $3::uuid, $4, $5
   where $3::uuid is null or exists (select from seen_highlights($2) h where h.id = $3) returning id`,
);

/** Null where the article has no such highlight that the reader sees. */
export async function addNote(
  tx: Queryable,
  readerId: number,
  articleId: number,
  wanted: { body: string; highlightId: string | null; isShared: boolean },
): Promise<string | null> {
  return (
    (await tx.one(insertNote, [readerId, articleId, wanted.highlightId, wanted.body, wanted.isShared]))?.id ?? null
  );
}

const updateHighlightRow = statement<{ articleId: number }>(
  'highlight_update',
  `update highlights set color = coalesce($3, color), is_shared = coalesce($4, is_shared)
   where reader_id = $1 and id = $2 returning article_id as "articleId"`,
);

/** The article of the highlight; null where the reader has no such one. */
export async function changeHighlight(
  tx: Queryable,
  readerId: number,
  id: string,
  change: { color: string | null; isShared: boolean | null },
): Promise<number | null> {
  return (await tx.one(updateHighlightRow, [readerId, id, change.color, change.isShared]))?.articleId ?? null;
}

const updateNoteRow = statement<{ articleId: number }>(
  'note_update',
  `update notes set body = coalesce($3, body), is_shared = coalesce($4, is_shared),
     updated_at = case when $3::text is null then updated_at else now() end
   where reader_id = $1 and id = $2 returning article_id as "articleId"`,
);

export async function changeNote(
  tx: Queryable,
  readerId: number,
  id: string,
  change: { body: string | null; isShared: boolean | null },
): Promise<number | null> {
  return (await tx.one(updateNoteRow, [readerId, id, change.body, change.isShared]))?.articleId ?? null;
}

const deleteHighlightRow = statement<{ articleId: number }>(
  'highlight_delete',
  'delete from highlights where reader_id = $1 and id = $2 returning article_id as "articleId"',
);
const deleteNoteRow = statement<{ articleId: number }>(
  'note_delete',
  'delete from notes where reader_id = $1 and id = $2 returning article_id as "articleId"',
);

export async function removeHighlight(tx: Queryable, readerId: number, id: string): Promise<number | null> {
  return (await tx.one(deleteHighlightRow, [readerId, id]))?.articleId ?? null;
}

export async function removeNote(tx: Queryable, readerId: number, id: string): Promise<number | null> {
  return (await tx.one(deleteNoteRow, [readerId, id]))?.articleId ?? null;
}
