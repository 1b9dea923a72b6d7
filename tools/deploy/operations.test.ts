import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

const root = path.resolve(import.meta.dirname, '../..');
const chart = path.join(root, 'skaffold/08-operations/charts/monitoring');
const runbooks = readdirSync(path.join(root, 'docs/runbooks')).filter((name) => name !== 'README.md');

interface Rule {
  alert?: string;
  record?: string;
  expr: string;
  annotations?: { runbook_url?: string };
}

const rules = filesOf('files/rules').flatMap((text) =>
  (parse(text).groups as { rules: Rule[] }[]).flatMap((group) => group.rules),
);

test('every alert leads to a runbook, and every runbook belongs to an alert', () => {
  const linked = rules
    .filter(({ alert }) => alert)
    .map(({ annotations }) => path.basename(annotations?.runbook_url ?? ''));
  expect(linked).not.toContain('');
  expect([...new Set(linked)].sort()).toEqual([...runbooks].sort());
});

test('every alert is tested by promtool', () => {
  const tests = filesOf('promtool').join('\n');
  const untested = rules.flatMap(({ alert }) => (alert && !tests.includes(`${alert}`) ? [alert] : []));
  expect(untested).toEqual(['AltFreshnessBudgetSlow', 'AltSignInBudgetSlow']); // made by the same line as AltReadingBudgetSlow
});

test('rules and dashboards ask for metrics that some service counts, or that a rule records', () => {
  const counted = new Set(metricsOfServices());
  const recorded = new Set(rules.map(({ record }) => record));
  const asked = [...filesOf('files/rules'), ...filesOf('files/dashboards')]
    .join('\n')
    .matchAll(/\balt[_:][a-z_0-9:]+/g);
  const names = new Set([...asked].map(([name]) => name));
  expect(names.size).toBeGreaterThan(20);
  const unknown = [...names].filter(
    (name) => !counted.has(name.replace(/_(bucket|count|sum)$/, '')) && !counted.has(name) && !recorded.has(name),
  );
  expect(unknown).toEqual([]);
});

function filesOf(folder: string): string[] {
  const names = readdirSync(path.join(chart, folder));
  return names.map((name) => readFileSync(path.join(chart, folder, name), 'utf8'));
}

function metricsOfServices(): string[] {
  const sources = ['services', 'packages'].flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.includes('node_modules') && !name.endsWith('.test.ts'))
      .map((name) => path.join(root, folder, name)),
  );
  return sources.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/name(?:: | = )'(alt_[a-z_]+)'/g)].map(([, name]) => name ?? ''),
  );
}
