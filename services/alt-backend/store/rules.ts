import { type Queryable, statement } from '@alt/database';

export interface RuleRow {
  id: number;
  name: string;
  query: string;
  actions: StoredActions;
  isEnabled: boolean;
  isShared: boolean;
  /** Whether it is the reader's, or was made or shared by them. */
  isMine: boolean;
  isOffForMe: boolean;
  position: number;
  /** `tag`, `summarise` or both with a comma; null for a rule that acts at arrival. */
  needsStage: string | null;
  /** Of the labels that it names, those that are there and that it may use. */
  labels: { id: string; name: string }[];
  createdAt: Date;
}

/** As rules are kept; only what a rule does is named. */
export interface StoredActions {
  markRead?: true;
  star?: true;
  hide?: true;
  labelIds?: number[];
}

const COLUMNS = `u.id, u.name, u.query, u.actions, u.is_enabled as "isEnabled", u.owner_id is null as "isShared",
  coalesce(u.owner_id, u.created_by) is not distinct from $1 as "isMine", u.position, u.needs_stage as "needsStage",
  exists (select from rule_switches o where o.rule_id = u.id and o.reader_id = $1) as "isOffForMe",
  (select coalesce(jsonb_agg(jsonb_build_object('id', l.id::text, 'name', l.name) order by l.id), '[]') from labels l
    where u.actions -> 'labelIds' @> to_jsonb(l.id) and l.owner_id is not distinct from u.owner_id) as labels,
  u.created_at as "createdAt"`;
/** Row-level security leaves of the shared ones those of the reader's tenant. */
const SEEN = '(u.owner_id = $1 or u.owner_id is null)';

const selectPage = statement<RuleRow>(
  'rules_list',
  `select ${COLUMNS} from rules u where ${SEEN} and (u.position, u.id) > ($2, $3) order by u.position, u.id limit $4`,
);

export function listRules(tx: Queryable, readerId: number, after: { position: number; id: number }, limit: number) {
  return tx.all(selectPage, [readerId, after.position, after.id, limit]);
}

const selectOne = statement<RuleRow>('rule_one', `select ${COLUMNS} from rules u where ${SEEN} and u.id = $2`);

export function findRule(tx: Queryable, readerId: number, id: number): Promise<RuleRow | null> {
  return tx.one(selectOne, [readerId, id]);
}

const holdCount = statement(
  'rules_hold_count',
  `select pg_advisory_xact_lock(7204656, case when $2::boolean then hashtext(current_tenant_id()::text) else $1::integer end)`,
);
const countAll = statement<{ count: number }>(
  'rules_count',
  'select count(*)::int as count from rules where case when $2::boolean then owner_id is null else owner_id = $1 end',
);

/** How many rules the reader, or their tenant, has; nobody else adds one until the transaction ends. */
export async function holdRuleCount(tx: Queryable, readerId: number, isShared: boolean): Promise<number> {
  await tx.run(holdCount, [readerId, isShared]);
  return (await tx.one(countAll, [readerId, isShared]))?.count ?? 0;
}

const insertOne = statement<{ id: number }>(
  'rule_insert',
  `insert into rules (tenant_id, owner_id, created_by, name, query, actions, needs_stage, is_enabled, position)
   values (current_tenant_id(), case when not $2::boolean then $1::integer end, $1, $3, $4, $5, $6, $7,
     (select coalesce(max(u.position) + 1, 0) from rules u where ${SEEN}))
   returning id`,
);

export interface NewRule {
  name: string;
  query: string;
  actions: StoredActions;
  needsStage: string | null;
  isEnabled: boolean;
  isShared: boolean;
}

export async function insertRule(tx: Queryable, readerId: number, rule: NewRule): Promise<number> {
  const { isShared, name, query, actions, needsStage, isEnabled } = rule;
  const values = [readerId, isShared, name, query, JSON.stringify(actions), needsStage, isEnabled];
  const row = await tx.one(insertOne, values);
  if (!row) throw new Error('a rule was not kept');
  return row.id;
}

const updateOne = statement(
  'rule_update',
  `update rules u set name = $3, query = $4, actions = $5, needs_stage = $6, is_enabled = $7, position = $8,
     owner_id = case when $9::boolean then null else u.owner_id end,
     created_by = case when $9 and u.owner_id is not null then $1 else u.created_by end,
     active_since = case when $10::boolean then now() else u.active_since end,
     version = u.version + case when u.query <> $4 or u.actions <> $5::jsonb then 1 else 0 end
   where ${SEEN} and u.id = $2`,
);

/** Writes a rule anew. `beginsAnew`: what arrived until now is none of its business any more. */
export async function updateRule(
  tx: Queryable,
  readerId: number,
  id: number,
  rule: NewRule & { position: number },
  beginsAnew: boolean,
): Promise<void> {
  const { name, query, actions, needsStage, isEnabled, position, isShared } = rule;
  await tx.run(updateOne, [
    ...[readerId, id, name, query, JSON.stringify(actions), needsStage],
    ...[isEnabled, position, isShared, beginsAnew],
  ]);
}

const deleteOne = statement('rule_delete', `delete from rules u where ${SEEN} and u.id = $2`);

export async function deleteRule(tx: Queryable, readerId: number, id: number): Promise<void> {
  await tx.run(deleteOne, [readerId, id]);
}

const switchOff = statement(
  'rule_switch_off',
  'insert into rule_switches (rule_id, reader_id) values ($2, $1) on conflict do nothing',
);
const switchOn = statement('rule_switch_on', 'delete from rule_switches where reader_id = $1 and rule_id = $2');

/** Switches a shared rule off for this reader alone, or on again. */
export async function switchRule(tx: Queryable, readerId: number, id: number, isOff: boolean): Promise<void> {
  await tx.run(isOff ? switchOff : switchOn, [readerId, id]);
}

const selectLabels = statement<{ id: number }>(
  'rule_labels',
  `select l.id from labels l
   where l.id = any ($2::int[]) and case when $3::boolean then l.owner_id is null else l.owner_id = $1 end for key share`,
);

/** Those of these labels that a rule of this kind may put on articles. */
export async function usableLabels(tx: Queryable, readerId: number, ids: number[], isShared: boolean) {
  return (await tx.all(selectLabels, [readerId, ids, isShared])).map(({ id }) => id);
}

const callRun = statement<{ changed: number }>('rule_run', 'select run_rule($1, $2::bigint[]) as changed');

/** Lets a rule act on entries of the reader's on which it did not yet; answers on how many it did. */
export async function runRule(tx: Queryable, id: number, articleIds: number[]): Promise<number> {
  return (await tx.one(callRun, [id, articleIds]))?.changed ?? 0;
}

const selectActed = statement<{ id: string; name: string }>(
  'rules_acted',
  `select u.id::text, u.name from rule_hits h join rules u on u.id = h.rule_id
   where h.reader_id = $1 and h.article_id = $2 order by u.position, u.id`,
);

/** The rules that acted on an article for the reader. */
export function rulesThatActed(tx: Queryable, readerId: number, articleId: number) {
  return tx.all(selectActed, [readerId, articleId]);
}
