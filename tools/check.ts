// `npm run check`: lint, types, boundaries, budgets and drift. `npm run format` is the same with `--fix`.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { boundaryErrors } from './boundaries.ts';
import { budgetFindings } from './budgets.ts';
import { derivations } from './derived.ts';
import { readSources, type SourceFile } from './sources.ts';

type Result = { name: string; errors: readonly string[]; remarks: readonly string[] };

const root = path.dirname(import.meta.dirname);

/** Runs every part, prints a line for each and the reasons of what failed, and says whether all passed. */
export async function check({ isFixing }: { isFixing: boolean }): Promise<boolean> {
  const sources = readSources(root);
  const parts = [
    part('lint and format', lint(isFixing)),
    part('types', run('typescript/bin/tsc', ['--project', '.', '--pretty', 'false'])),
    part('boundaries', sources.then(boundaryErrors)),
    budgets(sources),
    ...derivations.map(({ name, check }) => part(`drift of ${name}`, check())),
  ];
  const results = await Promise.all(parts.map(async (result) => report(await result)));
  return results.every(({ errors }) => errors.length === 0);
}

function lint(isFixing: boolean): Promise<string[]> {
  const options = ['check', '--colors=off', '--diagnostic-level=error', '--reporter=concise', '--max-diagnostics=50'];
  return run('@biomejs/biome/bin/biome', isFixing ? [...options, '--write'] : options);
}

async function budgets(sources: Promise<SourceFile[]>): Promise<Result> {
  const { errors, value } = await attempt(sources.then(budgetFindings));
  if (!value) return { name: 'budgets', errors, remarks: [] };
  const rest = value.more > 0 ? [`… and ${value.more} more`] : [];
  return { name: 'budgets', errors: value.stops, remarks: [...value.warnings, ...rest] };
}

async function part(name: string, work: Promise<readonly string[]>): Promise<Result> {
  const { errors, value } = await attempt(work);
  return { name, errors: value ?? errors, remarks: [] };
}

/** A part that breaks has failed, with what it threw as the reason. */
async function attempt<Value>(work: Promise<Value>): Promise<{ errors: string[]; value?: Value }> {
  try {
    return { errors: [], value: await work };
  } catch (error) {
    return { errors: [error instanceof Error ? error.message : String(error)] };
  }
}

/** Runs a tool of node_modules on this Node: its output when it fails, nothing when it passes. */
function run(script: string, args: readonly string[]): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [path.join(root, 'node_modules', script), ...args], { cwd: root });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      const output = Buffer.concat(chunks).toString().trim();
      resolve(code === 0 ? [] : [output || `${script} ended with code ${code}.`]);
    });
  });
}

function report(result: Result): Result {
  console.log(`${result.errors.length === 0 ? 'ok  ' : 'FAIL'} ${result.name}`);
  for (const error of result.errors) console.log(error.replaceAll(/^/gm, '     '));
  for (const remark of result.remarks) console.log(`     note: ${remark}`);
  return result;
}

if (process.argv[1] === import.meta.filename) {
  const isFixing = process.argv.includes('--fix');
  process.exitCode = (await check({ isFixing })) ? 0 : 1;
}
