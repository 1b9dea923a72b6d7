import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { stringify } from 'yaml';
import type { Rendered } from '../render.ts';
import { toolPath } from '../tools.ts';
import { type Check, counting, execute, type Step } from './step.ts';

type Rule = { alert?: string; record?: string };
type PrometheusRule = { metadata: { name: string }; spec: { groups: { name: string; rules: Rule[] }[] } };

/** Prometheus' own tool checks the rules that the charts render, and runs the tests that lie beside them. */
export const rulesStep: Step = {
  name: 'prometheus rules',
  needs: ['helm', 'promtool'],
  async run({ root, rendering, scratch }): Promise<Check> {
    const folder = await scratch();
    const { files, rules } = await writeRules(folder, (await rendering()).rendered);
    const skaffold = path.join(root, 'skaffold');
    const tests = await findTests(skaffold);
    const errors = files.length > 0 ? await checkRules(folder, files) : ['No chart renders a PrometheusRule.'];
    if (tests.length === 0)
      errors.push('There is no test of rules (a file with `rule_files` and `tests`) below skaffold/.');
    for (const test of tests) errors.push(...(await testRules(skaffold, test)));
    return { errors, counted: `${counting(rules, 'rule')}, ${counting(tests.length, 'test file')}` };
  },
};

/** The groups of each PrometheusRule as a file that Prometheus reads, by the object's name: `alt-alerts.yaml`. */
async function writeRules(folder: string, rendered: readonly Rendered[]): Promise<{ files: string[]; rules: number }> {
  const objects = rendered
    .filter(({ profile }) => profile === 'everything' || profile === 'prod')
    .flatMap(({ objects }) => objects);
  const found = new Map(
    objects
      .filter(({ kind }) => kind === 'PrometheusRule')
      .map((object) => [object.metadata.name, object as unknown as PrometheusRule]),
  );
  for (const [name, { spec }] of found) {
    await writeFile(
      path.join(folder, `${name}.yaml`),
      stringify({ groups: spec.groups }, { aliasDuplicateObjects: false }),
    );
  }
  const rules = [...found.values()].flatMap(({ spec }) => spec.groups.flatMap((group) => group.rules));
  return { files: [...found.keys()].map((name) => `${name}.yaml`), rules: rules.length };
}

async function checkRules(folder: string, files: readonly string[]): Promise<string[]> {
  const { code, stdout, stderr } = await execute(
    toolPath('promtool'),
    ['check', 'rules', '--lint=all', '--lint-fatal', ...files],
    { cwd: folder },
  );
  return code === 0 ? [] : [(stderr || stdout).trim()];
}

/** Runs a test where it lies: it names its rules beside it. */
async function testRules(skaffold: string, test: string): Promise<string[]> {
  const { code, stdout, stderr } = await execute(toolPath('promtool'), ['test', 'rules', test], { cwd: skaffold });
  return code === 0 ? [] : [`${test}: ${(stderr + stdout).trim()}`];
}

/** The files below `skaffold` that are tests of rules. */
async function findTests(skaffold: string): Promise<string[]> {
  const names = existsSync(skaffold) ? await readdir(skaffold, { recursive: true }) : [];
  const files = names.filter((name) => /\.ya?ml$/.test(name) && !name.includes('/templates/')).sort();
  const texts = await Promise.all(files.map((name) => readFile(path.join(skaffold, name), 'utf8')));
  return files.filter((_, index) => /^tests:/m.test(texts[index] ?? '') && /^rule_files:/m.test(texts[index] ?? ''));
}
