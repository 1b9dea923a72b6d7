import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { articleId, pageOf, pageQuery, time, uuid } from './primitives.ts';

/** What readers mark and write in articles: their own, or for all readers of the tenant who hold the article. */

const text = (maximum: number) =>
  z
    .string()
    .transform((value) => value.normalize('NFC').trim())
    .pipe(
      z
        .string()
        .min(1, 'must not be empty')
        .max(maximum)
        .regex(/^[^\p{Cs}\0]*$/u, 'has characters that are none'),
    );
const context = z.string().max(200).default('');

export const highlightColor = z.enum(['yellow', 'green', 'blue', 'pink']);

const common = {
  id: uuid,
  entryId: articleId,
  isShared: z.boolean(),
  isMine: z.boolean(),
  /** The account that made it. */
  authorId: uuid,
  createdAt: time,
};

export const entryHighlight = z
  .object({
    ...common,
    quote: z.string(),
    /** The text before and after the quote, by which it is found again where it occurs more than once. */
    prefix: z.string(),
    suffix: z.string(),
    color: highlightColor,
  })
  .meta({ id: 'EntryHighlight' });
export type EntryHighlight = z.infer<typeof entryHighlight>;

export const entryNote = z
  .object({ ...common, highlightId: uuid.nullable(), body: z.string(), updatedAt: time })
  .meta({ id: 'EntryNote' });
export type EntryNote = z.infer<typeof entryNote>;

const entryParams = z.object({ id: z.string() });

export const listAnnotations = endpoint({
  name: 'listAnnotations',
  method: 'GET',
  path: '/v1/entries/:id/annotations',
  summary: 'Highlights and notes on an entry: the reader’s own, and what others of the tenant share',
  access: 'reader',
  params: entryParams,
  response: z.object({ highlights: z.array(entryHighlight), notes: z.array(entryNote) }),
  statuses: [200],
  problems: ['not-found'],
});

const words = z
  .string()
  .trim()
  .max(200)
  .regex(/^[^\p{Cs}\0]*$/u, 'has characters that are none');
/** Lists of one's own; `q` is words as they stand, in what was marked or written, or in the title of the entry. */
const ownQuery = z.object({ ...pageQuery(50), q: words.optional() });

export const listHighlights = endpoint({
  name: 'listHighlights',
  method: 'GET',
  path: '/v1/highlights',
  summary: 'The reader’s own highlights with their notes on them, the newest first',
  access: 'reader',
  query: ownQuery,
  response: pageOf(entryHighlight.extend({ entryTitle: z.string(), notes: z.array(entryNote) })),
  statuses: [200],
  problems: ['invalid-query', 'invalid-cursor'],
});

export const listNotes = endpoint({
  name: 'listNotes',
  method: 'GET',
  path: '/v1/notes',
  summary: 'The reader’s own notes, the newest first',
  access: 'reader',
  query: ownQuery,
  response: pageOf(entryNote.extend({ entryTitle: z.string(), quote: z.string().nullable() })),
  statuses: [200],
  problems: ['invalid-query', 'invalid-cursor'],
});

export const createHighlight = endpoint({
  name: 'createHighlight',
  method: 'POST',
  path: '/v1/entries/:id/highlights',
  summary: 'Mark a passage of an entry',
  access: 'reader',
  params: entryParams,
  body: z.strictObject({
    quote: text(5_000),
    prefix: context,
    suffix: context,
    color: highlightColor.default('yellow'),
    isShared: z.boolean().default(false),
  }),
  response: entryHighlight,
  statuses: [201],
  problems: ['not-found', 'limit-reached', 'forbidden', 'csrf-failed'],
});

export const updateHighlight = endpoint({
  name: 'updateHighlight',
  method: 'PATCH',
  path: '/v1/highlights/:id',
  summary: 'Change the colour of a highlight, or whether it is shared',
  access: 'reader',
  params: entryParams,
  body: z.strictObject({ color: highlightColor.optional(), isShared: z.boolean().optional() }),
  response: entryHighlight,
  statuses: [200],
  problems: ['not-found', 'forbidden', 'csrf-failed'],
});

export const deleteHighlight = endpoint({
  name: 'deleteHighlight',
  method: 'DELETE',
  path: '/v1/highlights/:id',
  summary: 'Remove a highlight, with the notes on it',
  access: 'reader',
  params: entryParams,
  statuses: [204],
  problems: ['not-found', 'csrf-failed'],
});

export const createNote = endpoint({
  name: 'createNote',
  method: 'POST',
  path: '/v1/entries/:id/notes',
  summary: 'Write a note on an entry, or on a highlight in it',
  access: 'reader',
  params: entryParams,
  body: z.strictObject({ body: text(20_000), highlightId: uuid.optional(), isShared: z.boolean().default(false) }),
  response: entryNote,
  statuses: [201],
  problems: ['not-found', 'limit-reached', 'forbidden', 'csrf-failed'],
});

export const updateNote = endpoint({
  name: 'updateNote',
  method: 'PATCH',
  path: '/v1/notes/:id',
  summary: 'Change a note, or whether it is shared',
  access: 'reader',
  params: entryParams,
  body: z.strictObject({ body: text(20_000).optional(), isShared: z.boolean().optional() }),
  response: entryNote,
  statuses: [200],
  problems: ['not-found', 'forbidden', 'csrf-failed'],
});

export const deleteNote = endpoint({
  name: 'deleteNote',
  method: 'DELETE',
  path: '/v1/notes/:id',
  summary: 'Remove a note',
  access: 'reader',
  params: entryParams,
  statuses: [204],
  problems: ['not-found', 'csrf-failed'],
});
