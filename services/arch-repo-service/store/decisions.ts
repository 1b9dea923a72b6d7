import { type Queryable, statement } from '@alt/database';
import { type PersonColumns, personColumns } from './people.ts';

export interface DecisionRow extends PersonColumns {
  id: string;
  number: number;
  title: string;
  context: string;
  decision: string;
  consequences: string;
  alternatives: { title: string; reason: string }[];
  status: 'proposed' | 'accepted' | 'superseded' | 'rejected';
  supersededBy: string | null;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

const who = personColumns('d.created_by');
const COLUMNS = `d.id, d.number, d.title, d.context, d.decision, d.consequences, d.alternatives, d.status,
  d.superseded_by as "supersededBy", d.version, d.created_at as "createdAt", d.updated_at as "updatedAt", ${who.columns}`;

const selectDecisions = statement<DecisionRow>(
  'decisions_list',
  `select ${COLUMNS} from project_decisions d ${who.joins}
   where d.project_id = $1 and d.number < coalesce($2::int, 2147483647) and ($3::text is null or d.status = $3)
   order by d.number desc limit $4`,
);

export function listDecisions(
  tx: Queryable,
  projectId: string,
  beforeNumber: number | null,
  status: string | null,
  limit: number,
): Promise<DecisionRow[]> {
  return tx.all(selectDecisions, [projectId, beforeNumber, status, limit]);
}

const selectDecision = statement<DecisionRow>(
  'decision_one',
  `select ${COLUMNS} from project_decisions d ${who.joins} where d.project_id = $1 and d.id = $2`,
);

export function findDecision(tx: Queryable, projectId: string, id: string): Promise<DecisionRow | null> {
  return tx.one(selectDecision, [projectId, id]);
}

export type DecisionFields = Pick<
  DecisionRow,
  'title' | 'context' | 'decision' | 'consequences' | 'alternatives' | 'status'
>;

const insertDecision = statement<{ id: string }>(
  'decision_insert',
  `insert into project_decisions (project_id, number, title, context, decision, consequences, alternatives, status, created_by)
   values ($1, coalesce((select max(number) from project_decisions where project_id = $1), 0) + 1,
     $2, $3, $4, $5, $6, $7, current_reader_id()) returning id`,
);

/** Logs a decision under the next number; the project is locked. */
export async function addDecision(tx: Queryable, projectId: string, fields: DecisionFields): Promise<string> {
  const { title, context, decision, consequences, alternatives, status } = fields;
  const values = [projectId, title, context, decision, consequences, JSON.stringify(alternatives), status];
  const row = await tx.one(insertDecision, values);
  if (!row) throw new Error('no decision was made');
  return row.id;
}

const updateDecision = statement(
  'decision_update',
  `update project_decisions set title = $3, context = $4, decision = $5, consequences = $6, alternatives = $7, status = $8,
     superseded_by = $9, version = version + 1, updated_at = now()
   where project_id = $1 and id = $2`,
);

export async function changeDecision(
  tx: Queryable,
  projectId: string,
  id: string,
  fields: DecisionFields & Pick<DecisionRow, 'supersededBy'>,
): Promise<void> {
  const { title, context, decision, consequences, alternatives, status, supersededBy } = fields;
  const texts = [title, context, decision, consequences, JSON.stringify(alternatives), status];
  await tx.run(updateDecision, [projectId, id, ...texts, supersededBy]);
}

const deleteDecision = statement('decision_delete', 'delete from project_decisions where project_id = $1 and id = $2');

export async function removeDecision(tx: Queryable, projectId: string, id: string): Promise<void> {
  await tx.run(deleteDecision, [projectId, id]);
}
