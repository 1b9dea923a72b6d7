import { type Queryable, statement } from '@alt/database';

/** A project as far as every request asks for it. */
export interface Standing {
  id: string;
  title: string;
  status: 'active' | 'archived';
  version: number;
  deletedAt: Date | null;
  /** What the person may do: 1 look, 2 write, 3 lead. */
  rank: number;
}

const COLUMNS = `id, title, status, version, deleted_at as "deletedAt", project_rank(id) as rank`;

const selectStanding = statement<Standing>('project_standing', `select ${COLUMNS} from projects where id = $1`);

/** Null where the person may not see it. */
export function findStanding(tx: Queryable, id: string): Promise<Standing | null> {
  return tx.one(selectStanding, [id]);
}

const selectForChange = statement<Standing>(
  'project_lock',
  `select ${COLUMNS} from projects where id = $1 for no key update`,
);

/** The same, and until the transaction ends nobody else changes anything in it. For editors and leads. */
export function lockProject(tx: Queryable, id: string): Promise<Standing | null> {
  return tx.one(selectForChange, [id]);
}
