import { type Queryable, statement } from '@alt/database';
import { type PersonColumns, personColumns } from './people.ts';

export interface HighlightRow extends PersonColumns {
  id: string;
  pinId: string;
  quote: string;
  prefix: string;
  suffix: string;
  createdAt: Date;
}

const who = personColumns('h.created_by');
const COLUMNS = `h.id, h.pin_id as "pinId", h.quote, h.prefix, h.suffix, h.created_at as "createdAt", ${who.columns}`;

const selectHighlights = statement<HighlightRow>(
  'project_highlights_list',
  `select ${COLUMNS} from project_highlights h ${who.joins}
   where h.project_id = $1 and h.id < coalesce($2::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
     and ($3::uuid is null or h.pin_id = $3)
   order by h.id desc limit $4`,
);

export function listHighlights(
  tx: Queryable,
  projectId: string,
  beforeId: string | null,
  pinId: string | null,
  limit: number,
): Promise<HighlightRow[]> {
  return tx.all(selectHighlights, [projectId, beforeId, pinId, limit]);
}

const selectHighlight = statement<HighlightRow>(
  'project_highlight_one',
  `select ${COLUMNS} from project_highlights h ${who.joins} where h.project_id = $1 and h.id = $2`,
);

export function findHighlight(tx: Queryable, projectId: string, id: string): Promise<HighlightRow | null> {
  return tx.one(selectHighlight, [projectId, id]);
}

const insertHighlight = statement<{ id: string }>(
  'project_highlight_insert',
  `insert into project_highlights (project_id, pin_id, quote, prefix, suffix, created_by)
   values ($1, $2, $3, $4, $5, current_reader_id()) returning id`,
);

export async function addHighlight(
  tx: Queryable,
  projectId: string,
  { pinId, quote, prefix, suffix }: Pick<HighlightRow, 'pinId' | 'quote' | 'prefix' | 'suffix'>,
): Promise<string> {
  const row = await tx.one(insertHighlight, [projectId, pinId, quote, prefix, suffix]);
  if (!row) throw new Error('no highlight was made');
  return row.id;
}

const deleteHighlight = statement(
  'project_highlight_delete',
  'delete from project_highlights where project_id = $1 and id = $2',
);

export async function removeHighlight(tx: Queryable, projectId: string, id: string): Promise<boolean> {
  return (await tx.run(deleteHighlight, [projectId, id])) === 1;
}
