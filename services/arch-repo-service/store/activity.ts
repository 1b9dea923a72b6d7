import { type Queryable, statement } from '@alt/database';
import { type PersonColumns, personColumns } from './people.ts';

const insertEvent = statement(
  'activity_insert',
  `insert into project_activity (project_id, actor_id, kind, subject) values ($1, current_reader_id(), $2, $3)`,
);

/** Writes down what the present person does, in the transaction in which they do it. */
export async function note(tx: Queryable, projectId: string, kind: ActivityKind, subject: Subject = {}): Promise<void> {
  await tx.run(insertEvent, [projectId, kind, JSON.stringify(subject)]);
}

export type ActivityKind =
  | `project-${'created' | 'updated' | 'archived' | 'restored' | 'deleted' | 'undeleted' | 'imported'}`
  | `member-${'added' | 'changed' | 'removed' | 'left'}`
  | `section-${'created' | 'updated' | 'deleted'}`
  | `articles-${'pinned' | 'moved' | 'unpinned'}`
  | `highlight-${'created' | 'deleted'}`
  | `note-${'created' | 'updated' | 'deleted'}`
  | `decision-${'created' | 'updated' | 'deleted'}`
  | `source-${'added' | 'removed'}`
  | `rule-${'created' | 'updated' | 'deleted'}`
  | `brief-${'requested' | 'written' | 'failed'}`
  | 'export-requested'
  | `publication-${'opened' | 'closed'}`;

/** What it happened to: ids, names and counts; no texts, which may be long and may be taken back. */
export type Subject = Record<string, string | number | boolean | null>;

export interface ActivityRow extends PersonColumns {
  id: number;
  kind: string;
  subject: Subject;
  at: Date;
}

const who = personColumns('a.actor_id');
const selectActivity = statement<ActivityRow>(
  'activity_list',
  `select a.id, a.kind, a.subject, a.at, ${who.columns}
   from project_activity a ${who.joins}
   where a.project_id = $1 and a.id < coalesce($2::bigint, 9223372036854775807) order by a.id desc limit $3`,
);

/** The newest first. */
export function listActivity(tx: Queryable, projectId: string, beforeId: number | null, limit: number) {
  return tx.all(selectActivity, [projectId, beforeId, limit]);
}
