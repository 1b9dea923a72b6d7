import type { ProjectHighlight, ProjectNote } from '@alt/contracts';
import * as contract from '@alt/contracts';
import type { Queryable } from '@alt/database';
import { type Route, reply, route } from '@alt/service-kit';
import { pageOf, uuidCursor } from './cursors.ts';
import { type AsPerson, changing, type InProject, looking, notAllowed, partNotFound, RANKS } from './people.ts';
import { note as noteActivity } from './store/activity.ts';
import { findPin } from './store/articles.ts';
import * as highlights from './store/highlights.ts';
import * as store from './store/notes.ts';
import { presentPerson } from './store/people.ts';
import { checkVersion, withVersion } from './versions.ts';

/** What people write beside the articles: highlights, notes, and who is told of them. */
export function noteRoutes(asPerson: AsPerson): Route[] {
  return [...highlightRoutes(asPerson), ...noteReading(asPerson), ...noteWriting(asPerson), ...mentionRoutes(asPerson)];
}

function highlightRoutes(asPerson: AsPerson): Route[] {
  return [
    route(contract.listProjectHighlights, ({ params, query, reader }) =>
      looking(asPerson, reader, params.id, async ({ tx }) => {
        const { limit, cursor, pin } = query;
        const rows = await highlights.listHighlights(tx, params.id, uuidCursor(cursor), pin ?? null, limit + 1);
        return pageOf(rows, limit, presentHighlight, ({ id }) => id);
      }),
    ),

    route(contract.createProjectHighlight, ({ params, body, reader }) =>
      changing(asPerson, reader, params.id, async ({ tx }) => {
        await checkPin(tx, params.id, body.pinId);
        const id = await highlights.addHighlight(tx, params.id, body);
        await noteActivity(tx, params.id, 'highlight-created', { highlightId: id, pinId: body.pinId });
        const row = await highlights.findHighlight(tx, params.id, id);
        if (!row) throw partNotFound('highlight');
        return reply(201, presentHighlight(row));
      }),
    ),

    route(contract.deleteProjectHighlight, async ({ params, reader }) => {
      await changing(asPerson, reader, params.id, async ({ tx }) => {
        if (!(await highlights.removeHighlight(tx, params.id, params.partId))) throw partNotFound('highlight');
        await noteActivity(tx, params.id, 'highlight-deleted', { highlightId: params.partId });
      });
      return reply(204, undefined);
    }),
  ];
}

function noteReading(asPerson: AsPerson): Route[] {
  return [
    route(contract.listProjectNotes, ({ params, query, reader }) =>
      looking(asPerson, reader, params.id, async ({ tx }) => {
        const { limit, cursor, pin } = query;
        const rows = await store.listNotes(tx, params.id, uuidCursor(cursor), pin ?? null, limit + 1);
        return pageOf(rows, limit, presentNote, ({ id }) => id);
      }),
    ),

    route(contract.readProjectNote, ({ params, reader }) =>
      looking(asPerson, reader, params.id, async ({ tx }) =>
        withVersion(presentNote(await readNote(tx, params.id, params.partId))),
      ),
    ),
  ];
}

function noteWriting(asPerson: AsPerson): Route[] {
  return [
    route(contract.createProjectNote, ({ params, body, reader }) =>
      changing(asPerson, reader, params.id, async ({ tx }) => {
        const pinId = await placeOf(tx, params.id, body);
        const id = await store.addNote(tx, params.id, { ...body, pinId });
        await store.setMentions(tx, params.id, id, body.mentions);
        await noteActivity(tx, params.id, 'note-created', { noteId: id, pinId });
        return withVersion(presentNote(await readNote(tx, params.id, id)), 201);
      }),
    ),

    route(contract.updateProjectNote, ({ params, body, reader, request }) =>
      changing(asPerson, reader, params.id, async (context) => {
        const { tx } = context;
        await ownNote(context, params.partId, request);
        await store.changeNote(tx, params.id, params.partId, body.body);
        if (body.mentions) await store.setMentions(tx, params.id, params.partId, body.mentions);
        await noteActivity(tx, params.id, 'note-updated', { noteId: params.partId });
        return withVersion(presentNote(await readNote(tx, params.id, params.partId)));
      }),
    ),

    route(contract.deleteProjectNote, async ({ params, reader, request }) => {
      await changing(asPerson, reader, params.id, async (context) => {
        await ownNote(context, params.partId, request);
        await store.removeNote(context.tx, params.id, params.partId);
        await noteActivity(context.tx, params.id, 'note-deleted', { noteId: params.partId });
      });
      return reply(204, undefined);
    }),
  ];
}

function mentionRoutes(asPerson: AsPerson): Route[] {
  return [
    route(contract.listMentions, ({ query, reader }) =>
      asPerson(
        reader,
        async (tx, readerId) => {
          const rows = await store.unreadMentions(tx, readerId, uuidCursor(query.cursor), query.limit + 1);
          const shown = (row: store.MentionRow) => ({
            noteId: row.noteId,
            project: { id: row.projectId, title: row.projectTitle },
            body: row.body,
            by: presentPerson(row),
            at: row.at.toISOString(),
          });
          return pageOf(rows, query.limit, shown, ({ noteId }) => noteId);
        },
        { isReadOnly: true },
      ),
    ),

    route(contract.readMentions, ({ body, reader }) =>
      asPerson(reader, async (tx, readerId) => ({
        updated: await store.markMentionsRead(tx, readerId, body.noteIds),
      })),
    ),
  ];
}

/** A note that the person may change: their own, or anybody's for a lead. */
async function ownNote({ tx, project, readerId }: InProject, id: string, request: Request): Promise<void> {
  const row = await readNote(tx, project.id, id);
  if (row.createdBy !== readerId && project.rank < RANKS.lead) throw notAllowed('lead');
  checkVersion(request, row.version);
}

/** The article that a note is on; that of its highlight, where it names one. */
async function placeOf(
  tx: Queryable,
  projectId: string,
  { pinId, highlightId }: { pinId: string | null; highlightId: string | null },
): Promise<string | null> {
  if (highlightId !== null) {
    const highlight = await highlights.findHighlight(tx, projectId, highlightId);
    if (!highlight) throw partNotFound('highlight');
    return highlight.pinId;
  }
  if (pinId !== null) await checkPin(tx, projectId, pinId);
  return pinId;
}

async function checkPin(tx: Queryable, projectId: string, pinId: string): Promise<void> {
  if (!(await findPin(tx, projectId, pinId))) throw partNotFound('article');
}

async function readNote(tx: Queryable, projectId: string, id: string): Promise<store.NoteRow> {
  const row = await store.findNote(tx, projectId, id);
  if (!row) throw partNotFound('note');
  return row;
}

function presentNote(row: store.NoteRow): ProjectNote {
  const { id, pinId, highlightId, body, version, mentions } = row;
  return {
    id,
    pinId,
    highlightId,
    body,
    mentions,
    version,
    createdBy: presentPerson(row),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

function presentHighlight(row: highlights.HighlightRow): ProjectHighlight {
  const { id, pinId, quote, prefix, suffix } = row;
  return { id, pinId, quote, prefix, suffix, createdBy: presentPerson(row), createdAt: row.createdAt.toISOString() };
}
