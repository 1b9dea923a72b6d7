import type { AuthChange, listTenants, ResponseOf } from '@alt/contracts';
import { type Queryable, statement } from '@alt/database';

const selectPosition = statement<{ position: number }>('auth_position', 'select position from auth_position');

/** The change of auth-service that was applied last; 0 before the first. */
export async function readPosition(database: Queryable): Promise<number> {
  return (await database.one(selectPosition))?.position ?? 0;
}

const selectTime = statement<{ now: Date }>('following_time', 'select now() as now');

/** The database's clock, to which the times of its rows compare. */
export async function readTime(database: Queryable): Promise<Date> {
  return (await database.one(selectTime))?.now ?? new Date();
}

const callFollow = statement<{ isDone: boolean }>(
  'follow_changes',
  'select follow_changes($1, $2, $3::jsonb) as "isDone"',
);

/** Applies changes and moves the position from `seen` to `next`; false where another process follows just now. */
export async function followChanges(database: Queryable, seen: number, next: number, changes: AuthChange[]) {
  return (await database.one(callFollow, [seen, next, JSON.stringify(changes)]))?.isDone ?? false;
}

const callReconcile = statement<{ isDone: boolean }>(
  'reconcile_tenants',
  'select reconcile_tenants($1, $2, $3, $4::jsonb, $5) as "isDone"',
);

/** Compares the tenants after one id up to another (null: no bound) with all that auth-service has there. */
export async function reconcileTenants(
  database: Queryable,
  seen: number,
  range: { after: string | null; last: string | null },
  tenants: ResponseOf<typeof listTenants>['tenants'],
  startedAt: Date,
): Promise<boolean> {
  const values = [seen, range.after, range.last, JSON.stringify(tenants), startedAt];
  return (await database.one(callReconcile, values))?.isDone ?? false;
}
