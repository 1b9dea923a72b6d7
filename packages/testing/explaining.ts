import { randomUUID } from 'node:crypto';
import type { Database, Queryable, Statement } from '@alt/database';

/** What a statement did, from `explain analyze`. */
export interface Seen {
  name: string;
  /** Rows that its scans looked at, those thrown away included. */
  rowsRead: number;
  /** The largest number of rows that a sort was given. */
  rowsSorted: number;
  blocks: number;
  sequentialScans: string[];
  plan: PlanNode;
}

export interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Rows Removed by Index Recheck'?: number;
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
  Plans?: PlanNode[];
}

export type PlanMode = 'force_custom_plan' | 'force_generic_plan';

/**
 * A transaction that notes the plan of every statement that passes through it, as prepared statements are planned:
 * `force_custom_plan` with the values known, `force_generic_plan` without.
 */
export function explaining(tx: Queryable, mode: PlanMode, seen: Seen[]): Queryable {
  let last: Promise<unknown> = Promise.resolve();
  const noted = <T>(statement: Statement<unknown>, values: unknown[], run: () => Promise<T>): Promise<T> => {
    const next = last.then(async () => {
      seen.push(await explain(tx, mode, statement, values));
      return run();
    });
    last = next.catch(() => {});
    return next;
  };
  return {
    ...tx,
    all: (statement, values = []) => noted(statement, values, () => tx.all(statement, values)),
    one: (statement, values = []) => noted(statement, values, () => tx.one(statement, values)),
    run: (statement, values = []) => noted(statement, values, () => tx.run(statement, values)),
  };
}

/** Does work in a transaction that is taken back; answers what it answered, and the plans of its statements. */
export async function explainUndone<T>(
  database: Database,
  mode: PlanMode,
  work: (tx: Queryable) => Promise<T>,
): Promise<{ result: T; seen: Seen[] }> {
  const seen: Seen[] = [];
  const done: { result?: T } = {};
  const undo = new Error('undo');
  try {
    await database.transaction(async (tx) => {
      done.result = await work(explaining(tx, mode, seen));
      throw undo;
    });
  } catch (error) {
    if (error !== undo) throw error;
  }
  return { result: done.result as T, seen };
}

/** Explains by running; what that changes is undone. */
async function explain(tx: Queryable, mode: PlanMode, statement: Statement<unknown>, values: unknown[]): Promise<Seen> {
  const name = `explained_${randomUUID().replaceAll('-', '')}`; // survives a failed transaction, so never the same
  await tx.script(`set local plan_cache_mode = ${mode}; savepoint explained; prepare ${name} as ${statement.text}`);
  const text = `explain (analyze, buffers, timing off, format json) execute ${name}${argumentList(values)}`;
  const row = await tx.one<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>({ name: '', text });
  await tx.script(`deallocate ${name}; rollback to explained`);
  if (!row) throw new Error('explain gave no row');
  return summarise(statement.name, row['QUERY PLAN'][0].Plan);
}

function argumentList(values: unknown[]): string {
  return values.length === 0 ? '' : `(${values.map(literal).join(', ')})`;
}

function literal(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (value instanceof Date) return `'${value.toISOString()}'`;
  if (Array.isArray(value)) return `'{${value.map((item) => JSON.stringify(String(item))).join(',')}}'`;
  return `'${String(value).replaceAll("'", "''")}'`;
}

function summarise(name: string, plan: PlanNode): Seen {
  const nodes = flatten(plan);
  const scans = nodes.filter((node) => node['Relation Name'] !== undefined && node['Node Type'].endsWith('Scan'));
  const sorts = nodes.filter((node) => node['Node Type'] === 'Sort' || node['Node Type'] === 'WindowAgg');
  return {
    name,
    rowsRead: scans.reduce((sum, node) => sum + rowsOf(node), 0),
    rowsSorted: Math.max(0, ...sorts.flatMap((node) => (node.Plans ?? []).map((input) => input['Actual Rows']))),
    blocks: plan['Shared Hit Blocks'] + plan['Shared Read Blocks'],
    sequentialScans: scans
      .filter((node) => node['Node Type'] === 'Seq Scan' && node['Actual Loops'] > 0)
      .map((node) => node['Relation Name'] ?? ''),
    plan,
  };
}

function rowsOf(node: PlanNode): number {
  const removed = (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0);
  return Math.round((node['Actual Rows'] + removed) * node['Actual Loops']);
}

function flatten(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(flatten)];
}
