/** What a script of this folder measured: one table, with the conditions above it. */
export interface QualityTable {
  title: string;
  notes: string[];
  columns: string[];
  rows: (string | number)[][];
}

/** A script of this folder exports it: measures on the data of a folder, baselines in the same run. */
export type Measure = (folder: string) => Promise<QualityTable>;

/** The table as Markdown; numbers with three digits after the point, whole ones without. */
export function formatTable({ title, notes, columns, rows }: QualityTable): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.map(formatCell).join(' | ')} |`;
  return [
    `## ${title}`,
    '',
    ...notes.map((note) => `${note}  `),
    '',
    line(columns),
    `|${columns.map(() => '---').join('|')}|`,
    ...rows.map(line),
  ].join('\n');
}

function formatCell(cell: string | number): string {
  if (typeof cell === 'string') return cell.replaceAll('|', '\\|');
  return Number.isInteger(cell) ? cell.toLocaleString('en') : cell.toFixed(3);
}
