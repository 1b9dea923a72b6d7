// `npm run check:deploy`: everything about the deployment that can be checked without a cluster. Always all of it; with
// `--cached` only what the tools in the cache allow, for a machine that has no time to build them.
import path from 'node:path';
import { objectsStep, valuesStep } from './steps/charts.ts';
import { connectivityStep } from './steps/connectivity.ts';
import { dockerfileStep } from './steps/dockerfile.ts';
import { edgeSteps } from './steps/edge.ts';
import { lintStep } from './steps/lint.ts';
import { renderStep } from './steps/render.ts';
import { rulesStep } from './steps/rules.ts';
import { schemaStep } from './steps/schema.ts';
import { skaffoldStep } from './steps/skaffold.ts';
import { type Check, makeContext, type Step } from './steps/step.ts';
import { ensureTools, isCached, missingTools, type ToolName } from './tools.ts';

const root = path.dirname(path.dirname(import.meta.dirname));

/** Reasons that are printed of a step; one mistake in a library can break every chart. */
const SHOWN = 40;

/** In the order in which they are run: what the others stand on first. */
export const steps: readonly Step[] = [
  valuesStep,
  renderStep,
  schemaStep,
  objectsStep,
  lintStep,
  connectivityStep,
  ...edgeSteps,
  rulesStep,
  dockerfileStep,
  skaffoldStep,
];

/**
 * Runs the steps, prints a line for each and the reasons of what failed, and says whether all passed. A step that counts
 * nothing has failed: a check of nothing is none.
 */
export async function checkDeployment(options: {
  root: string;
  isCachedOnly: boolean;
  steps: readonly Step[];
  print?: (line: string) => void;
}): Promise<boolean> {
  const { isCachedOnly, print = console.log } = options;
  const wanted = [...new Set(options.steps.flatMap(({ needs }) => needs))];
  if (!isCachedOnly) await ensureTools(wanted, print);
  const missing = new Set(await missingTools(wanted));
  const context = makeContext(options.root);
  const failed: string[] = [];
  const leftOut: string[] = [];
  try {
    for (const step of options.steps) {
      const lacks: string[] = step.needs.filter((name: ToolName) => missing.has(name));
      if (isCachedOnly && step.made && !(await isCached(step.made.key))) lacks.push(step.made.name);
      if (lacks.length > 0) {
        print(`--   ${step.name}: left out, because the cache of tools lacks ${lacks.join(' and ')}`);
        leftOut.push(step.name);
      } else if (!(await runStep(step, context, print))) failed.push(step.name);
    }
  } finally {
    await context.close();
  }
  print(summary({ steps: options.steps.length, failed, leftOut }));
  return failed.length === 0;
}

async function runStep(
  step: Step,
  context: ReturnType<typeof makeContext>,
  print: (line: string) => void,
): Promise<boolean> {
  const startedAt = performance.now();
  const { errors, counted } = await step.run(context).catch(
    (error: unknown): Check => ({
      errors: [error instanceof Error ? error.message : String(error)],
      counted: 'stopped',
    }),
  );
  const problems = errors.length === 0 && /^0 /.test(counted) ? ['There was nothing to check.'] : errors;
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  print(`${problems.length === 0 ? 'ok  ' : 'FAIL'} ${step.name}: ${counted} (${seconds} s)`);
  for (const problem of problems.slice(0, SHOWN)) print(problem.replaceAll(/^/gm, '     '));
  if (problems.length > SHOWN) print(`     … and ${problems.length - SHOWN} more`);
  return problems.length === 0;
}

function summary({ steps, failed, leftOut }: { steps: number; failed: string[]; leftOut: string[] }): string {
  const passed = steps - failed.length - leftOut.length;
  const rest = leftOut.length > 0 ? `; left out: ${leftOut.join(', ')}` : '';
  return `check:deploy: ${passed} steps passed, ${failed.length} failed${rest}`;
}

if (process.argv[1] === import.meta.filename) {
  const isCachedOnly = process.argv.includes('--cached');
  const only = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
  const chosen = only.length === 0 ? steps : steps.filter(({ name }) => only.includes(name));
  if (chosen.length < only.length) {
    console.error(`There are the steps ${steps.map(({ name }) => name).join(', ')}.`);
    process.exitCode = 1;
  } else process.exitCode = (await checkDeployment({ root, isCachedOnly, steps: chosen })) ? 0 : 1;
}
