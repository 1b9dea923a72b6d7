import { type Queryable, statement } from '@alt/database';
import { type PersonColumns, personColumns } from './people.ts';

export interface NoteRow extends PersonColumns {
  id: string;
  pinId: string | null;
  highlightId: string | null;
  body: string;
  version: number;
  createdBy: number | null;
  createdAt: Date;
  updatedAt: Date;
  mentions: { id: string; name: string }[];
}

const who = personColumns('n.created_by');
const COLUMNS = `n.id, n.pin_id as "pinId", n.highlight_id as "highlightId", n.body, n.version, n.created_by as "createdBy",
  n.created_at as "createdAt", n.updated_at as "updatedAt", ${who.columns},
  coalesce((
    select json_agg(json_build_object('id', r.user_id, 'name', coalesce(nullif(p.name, ''), split_part(p.email, '@', 1), ''))
      order by m.reader_id)
    from project_mentions m join readers r on r.id = m.reader_id left join people p on p.reader_id = m.reader_id
    where m.note_id = n.id), '[]') as mentions`;

const selectNotes = statement<NoteRow>(
  'project_notes_list',
  `select ${COLUMNS} from project_notes n ${who.joins}
   where n.project_id = $1 and n.id < coalesce($2::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
     and ($3::uuid is null or n.pin_id = $3)
   order by n.id desc limit $4`,
);

export function listNotes(
  tx: Queryable,
  projectId: string,
  beforeId: string | null,
  pinId: string | null,
  limit: number,
): Promise<NoteRow[]> {
  return tx.all(selectNotes, [projectId, beforeId, pinId, limit]);
}

const selectNote = statement<NoteRow>(
  'project_note_one',
  `select ${COLUMNS} from project_notes n ${who.joins} where n.project_id = $1 and n.id = $2`,
);

export function findNote(tx: Queryable, projectId: string, id: string): Promise<NoteRow | null> {
  return tx.one(selectNote, [projectId, id]);
}

const insertNote = statement<{ id: string }>(
  'project_note_insert',
  `insert into project_notes (project_id, pin_id, highlight_id, body, created_by)
   values ($1, $2, $3, $4, current_reader_id()) returning id`,
);

export async function addNote(
  tx: Queryable,
  projectId: string,
  { pinId, highlightId, body }: Pick<NoteRow, 'pinId' | 'highlightId' | 'body'>,
): Promise<string> {
  const row = await tx.one(insertNote, [projectId, pinId, highlightId, body]);
  if (!row) throw new Error('no note was made');
  return row.id;
}

const updateNote = statement(
  'project_note_update',
  `update project_notes set body = $3, version = version + 1, updated_at = now() where project_id = $1 and id = $2`,
);

export async function changeNote(tx: Queryable, projectId: string, id: string, body: string): Promise<void> {
  await tx.run(updateNote, [projectId, id, body]);
}

const deleteNote = statement('project_note_delete', 'delete from project_notes where project_id = $1 and id = $2');

export async function removeNote(tx: Queryable, projectId: string, id: string): Promise<void> {
  await tx.run(deleteNote, [projectId, id]);
}

const insertMentions = statement(
  'mentions_insert',
  `insert into project_mentions (note_id, reader_id, project_id)
   select $2, w.reader_id, $1 from who_may_look($1, $3::uuid[]) w on conflict do nothing`,
);
const deleteMentions = statement(
  'mentions_delete',
  `delete from project_mentions m using readers r
   where m.note_id = $2 and m.project_id = $1 and r.id = m.reader_id and not r.user_id = any ($3::uuid[])`,
);

/** Whom a note mentions: those of the people who may see the project. Who was mentioned before is not told again. */
export async function setMentions(tx: Queryable, projectId: string, noteId: string, userIds: string[]): Promise<void> {
  await tx.run(deleteMentions, [projectId, noteId, userIds]);
  if (userIds.length > 0) await tx.run(insertMentions, [projectId, noteId, userIds]);
}

export interface MentionRow extends PersonColumns {
  noteId: string;
  projectId: string;
  projectTitle: string;
  body: string;
  at: Date;
}

const selectMentions = statement<MentionRow>(
  'mentions_unread',
  `select m.note_id as "noteId", p.id as "projectId", p.title as "projectTitle", n.body, m.created_at as at, ${who.columns}
   from project_mentions m join projects p on p.id = m.project_id and p.deleted_at is null
   join project_notes n on n.id = m.note_id ${who.joins}
   where m.reader_id = $1 and m.read_at is null and m.note_id < coalesce($2::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
   order by m.note_id desc limit $3`,
);

export function unreadMentions(tx: Queryable, readerId: number, beforeNote: string | null, limit: number) {
  return tx.all(selectMentions, [readerId, beforeNote, limit]);
}

const updateMentions = statement(
  'mentions_read',
  `update project_mentions set read_at = now() where reader_id = $1 and note_id = any ($2::uuid[]) and read_at is null`,
);

export function markMentionsRead(tx: Queryable, readerId: number, noteIds: string[]): Promise<number> {
  return tx.run(updateMentions, [readerId, noteIds]);
}
