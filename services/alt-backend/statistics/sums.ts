import type { ReadingSums } from '@alt/contracts';

/** Every sum: its name, its column in Postgres, and of which events it is the sum of what. */
export const sumColumns: readonly {
  name: keyof ReadingSums;
  column: string;
  kind: string;
  of: 'amount' | 'seconds';
}[] = [
  { name: 'opened', column: 'opened', kind: 'opened', of: 'amount' },
  { name: 'read', column: 'read', kind: 'read', of: 'amount' },
  { name: 'unread', column: 'unread', kind: 'unread', of: 'amount' },
  { name: 'starred', column: 'starred', kind: 'starred', of: 'amount' },
  { name: 'unstarred', column: 'unstarred', kind: 'unstarred', of: 'amount' },
  { name: 'summaries', column: 'summaries', kind: 'summary', of: 'amount' },
  { name: 'shared', column: 'shared', kind: 'shared', of: 'amount' },
  { name: 'searches', column: 'searches', kind: 'searched', of: 'amount' },
  { name: 'cleared', column: 'cleared', kind: 'cleared', of: 'amount' },
  { name: 'spentSeconds', column: 'spent_seconds', kind: 'spent', of: 'seconds' },
  { name: 'savedSeconds', column: 'saved_seconds', kind: 'summary', of: 'seconds' },
];

export function noSums(): ReadingSums {
  return Object.fromEntries(sumColumns.map(({ name }) => [name, 0])) as ReadingSums;
}

export function addSums(sums: ReadingSums, more: ReadingSums): void {
  for (const { name } of sumColumns) sums[name] += more[name];
}

/** The sums of a row, without what else it has. */
export function sumsOf(row: ReadingSums): ReadingSums {
  return Object.fromEntries(sumColumns.map(({ name }) => [name, row[name]])) as ReadingSums;
}
