import type { Queryable, Statement } from '@alt/database';

/** What a statement did: from `explain analyze`, run as it is run in the service. */
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

/**
 * A transaction that notes the plan of every statement that passes through it, as prepared statements are planned:
 * `force_custom_plan` with the values known, `force_generic_plan` without.
 */
export function explaining(tx: Queryable, mode: 'force_custom_plan' | 'force_generic_plan', seen: Seen[]): Queryable {
  const note = async (statement: Statement<unknown>, values: unknown[]) => {
    await tx.script(`set local plan_cache_mode = ${mode}; savepoint explained; prepare explained as ${statement.text}`);
    const text = `explain (analyze, buffers, timing off, format json) execute explained${argumentList(values)}`;
    const row = await tx.one<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>({ name: '', text });
    await tx.script('deallocate explained; rollback to explained'); // what it changed is done once more, for its result
    if (row) seen.push(summarise(statement.name, row['QUERY PLAN'][0].Plan));
  };
  return {
    ...tx,
    async all(statement, values = []) {
      await note(statement, values);
      return tx.all(statement, values);
    },
    async one(statement, values = []) {
      await note(statement, values);
      return tx.one(statement, values);
    },
    async run(statement, values = []) {
      await note(statement, values);
      return tx.run(statement, values);
    },
  };
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
