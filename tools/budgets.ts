import type { SourceFile } from './sources.ts';

type Budget = { warning: number; stop: number };
type Finding = { text: string; excess: number; isStop: boolean };

const fileBudget: Budget = { warning: 300, stop: 400 };
const functionBudget: Budget = { warning: 40, stop: 80 };
/** A component is mostly its markup; 120 lines of it is the end. */
const componentBudget: Budget = { warning: 80, stop: 120 };

/** Tests, migrations, message catalogues, generated files, golden files: their length says nothing about their clarity. */
const exempt = [
  /\.test\.tsx?$/,
  /(^|\/)(migrations|golden|fixtures)\//,
  /\.(gen|generated)\.tsx?$/,
  /^services\/alt-frontend\/app\/language\/[a-z]{2}\.ts$/,
  /^e2e\//,
];

/** Tables of data, which are read by looking up. */
const dataTables = [
  'packages/topology/flows.ts',
  'packages/topology/refused.ts',
  'packages/topology/services.ts',
  'packages/topology/workloads.ts',
];

/** What is over its budget: `stops` fail the check, `warnings` are the ten worst of the rest. */
export function budgetFindings(files: readonly SourceFile[]): { stops: string[]; warnings: string[]; more: number } {
  const findings = files.filter(({ path }) => !isExempt(path)).flatMap(findingsOf);
  const stops = findings.filter(({ isStop }) => isStop).map(({ text }) => text);
  const rest = findings.filter(({ isStop }) => !isStop).sort((one, other) => other.excess - one.excess);
  return { stops, warnings: rest.slice(0, 10).map(({ text }) => text), more: Math.max(0, rest.length - 10) };
}

function findingsOf(file: SourceFile): Finding[] {
  const functions = file.functions.flatMap(({ name, line, lines, isComponent }) =>
    over(`${file.path}:${line} ${name}`, lines, isComponent ? componentBudget : functionBudget),
  );
  return [...over(file.path, file.lines, fileBudget), ...functions];
}

function over(what: string, lines: number, { warning, stop }: Budget): Finding[] {
  if (lines <= warning) return [];
  return [
    {
      text: `${what}: ${lines} lines (budget ${warning}, stop ${stop})`,
      excess: lines / warning,
      isStop: lines > stop,
    },
  ];
}

function isExempt(path: string): boolean {
  return dataTables.includes(path) || exempt.some((pattern) => pattern.test(path));
}
