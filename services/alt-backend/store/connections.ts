import type { InoreaderConnection } from '@alt/contracts';
import { type Queryable, statement } from '@alt/database';

interface ConnectionRow {
  account: string;
  connectedAt: Date;
  state: InoreaderConnection['state'];
  code: NonNullable<InoreaderConnection['problem']>['code'] | null;
  message: string | null;
  lastSuccessAt: Date | null;
  isWanted: boolean;
  subscriptions: number;
  articles: number;
  missing: number;
  changes: number;
}

/** Counts up to here are exact, which is as far as a page needs them. */
const COUNTED = 100_000;

const selectConnection = statement<ConnectionRow>(
  'connection_inoreader',
  `select c.account, c.created_at as "connectedAt", c.state, c.problem_code as code, c.problem_message as message,
     c.last_success_at as "lastSuccessAt", c.wanted_at is not null as "isWanted",
     (select count(*) from inoreader_subscriptions s where s.connection_id = c.id and s.is_agreed) as subscriptions,
     (select count(*) from (select from inoreader_items i where i.connection_id = c.id and i.content = 'here'
       limit ${COUNTED}) x) as articles,
     (select count(*) from (select from inoreader_items i where i.connection_id = c.id and i.content = 'wanted'
       limit ${COUNTED}) x) as missing,
     (select count(*) from (select from inoreader_items i where i.connection_id = c.id and i.needs_write
       limit ${COUNTED}) x) as changes
   from inoreader_connections c where c.reader_id = $1`,
);

export function readInoreader(tx: Queryable, readerId: number): Promise<ConnectionRow | null> {
  return tx.one(selectConnection, [readerId]);
}

const selectBudgets = statement<{ zone: number; allowed: number; used: number; dayEndsAt: Date }>(
  'connection_inoreader_budgets',
  `select zone, allowed, used, day_ends_at as "dayEndsAt" from inoreader_budgets
   where connection_id = (select current_inoreader_connection()) order by zone`,
);

export function readInoreaderBudgets(tx: Queryable) {
  return tx.all(selectBudgets);
}

const updateWanted = statement(
  'connection_inoreader_wanted',
  `update inoreader_connections set wanted_at = now(), confirmed_at = case when $2 then now() else confirmed_at end
   where reader_id = $1`,
);

/** Asks for a run soon; false where nothing is connected. */
export async function wantInoreader(tx: Queryable, readerId: number, isConfirmed: boolean): Promise<boolean> {
  return (await tx.run(updateWanted, [readerId, isConfirmed])) === 1;
}

const insertConnection = statement<{ id: number }>(
  'connection_inoreader_add',
  `insert into inoreader_connections (reader_id, account) values ($1, $2) on conflict do nothing returning id`,
);

/** Connects an account; false where the reader has one already, or the account has a reader. */
export async function connectInoreader(tx: Queryable, readerId: number, account: string): Promise<boolean> {
  return (await tx.one(insertConnection, [readerId, account])) !== null;
}

const deleteConnection = statement(
  'connection_inoreader_end',
  'delete from inoreader_connections where reader_id = $1',
);

/** Forgets the account and all that was agreed with it; false where nothing is connected. */
export async function disconnectInoreader(tx: Queryable, readerId: number): Promise<boolean> {
  return (await tx.run(deleteConnection, [readerId])) === 1;
}
