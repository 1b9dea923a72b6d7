import { readFile, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import path from 'node:path';

/** One line of a table: what was measured, its values in one unit, and what is asked of it. */
export interface Measure {
  what: string;
  unit: 'ms' | 's' | 'MB' | '/s' | 'count';
  values: number[];
  target?: string;
}

export interface Section {
  title: string;
  /** Conditions under which it was measured. */
  notes: string[];
  measures: Measure[];
}

/** Of sorted-or-not values the one below which the given part of them lies; NaN of none. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

/** Sections as Markdown: median, spread and 95th percentile of each measure. */
export function formatSections(sections: Section[]): string {
  return sections.map(formatSection).join('\n\n');
}

function formatSection({ title, notes, measures }: Section): string {
  const rows = measures.map(({ what, unit, values, target }) => {
    const cell = (value: number) => formatValue(value, unit);
    const spread = values.length > 1 ? `${cell(Math.min(...values))} – ${cell(Math.max(...values))}` : '';
    const p95 = values.length >= 20 ? cell(percentile(values, 0.95)) : '';
    const p99 = values.length >= 100 ? cell(percentile(values, 0.99)) : '';
    return `| ${[what, cell(percentile(values, 0.5)), p95, p99, spread, values.length, target ?? ''].join(' | ')} |`;
  });
  return [
    `## ${title}`,
    '',
    ...notes.map((note) => `${note}  `),
    '',
    '| what | median | p95 | p99 | spread | runs | target |',
    '|---|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

function formatValue(value: number, unit: Measure['unit']): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  const number = value.toLocaleString('en', { minimumFractionDigits: 0, maximumFractionDigits: digits });
  if (unit === 'count') return number;
  return unit === '/s' ? `${number}/s` : `${number} ${unit}`;
}

/** The machine in one line. */
export function describeMachine(): string {
  const [first] = cpus();
  const memoryGb = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} × ${first?.model ?? process.arch}, ${memoryGb} GB, ${process.platform}, Node ${process.versions.node}`;
}

const FILE = path.join(path.dirname(import.meta.dirname), 'docs', 'benchmarks.md');

/** Puts text into the region of docs/benchmarks.md that bears this name; the page and the region are made if missing. */
export async function writeRegion(name: string, text: string): Promise<void> {
  const start = `<!-- measured:${name} -->`;
  const end = `<!-- /measured:${name} -->`;
  const page = await readFile(FILE, 'utf8').catch(() => '# Benchmarks\n');
  const region = `${start}\n${text}\n${end}`;
  const from = page.indexOf(start);
  const to = page.indexOf(end);
  const next =
    from >= 0 && to > from ? page.slice(0, from) + region + page.slice(to + end.length) : `${page}\n${region}\n`;
  await writeFile(FILE, next);
}
