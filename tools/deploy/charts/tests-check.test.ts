import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import type { RenderedObject } from './rendered.ts';
import { testErrors, unseenErrors } from './tests-check.ts';

const skaffold = path.join(path.dirname(path.dirname(path.dirname(import.meta.dirname))), 'skaffold');
const server: RenderedObject = { kind: 'Deployment', metadata: { name: 'x' }, spec: { template: { spec: {} } } };
const test: RenderedObject = {
  kind: 'Pod',
  metadata: { name: 'x-test', annotations: { 'helm.sh/hook': 'test' } },
  spec: {},
};
const config: RenderedObject = { kind: 'ConfigMap', metadata: { name: 'x' } };

const said = (name: string, ...objects: RenderedObject[]) =>
  testErrors([{ chart: { name, layer: '01-foundation', namespace: 'default' }, profile: 'prod', objects }]);

it('a chart with pods has a test, and one without is known to have none', () => {
  expect(said('kratos', server, test)).toEqual([]);
  expect(said('common-config', config)).toEqual([]);
  expect(said('kratos', server)).toEqual([
    '01-foundation/kratos (prod): it has pods, and `helm test` has none to ask them.',
  ]);
  expect(said('more-config', config)).toEqual(['more-config makes no pod, and no hook is known to look at it.']);
  expect(said('common-config', server, test)).toEqual([
    'common-config makes pods: take it from the list of those that do not.',
  ]);
});

it('what a chart without a pod makes is looked at by a hook', async () => {
  expect(await unseenErrors(skaffold)).toEqual([]);
  const folder = await mkdtemp(path.join(tmpdir(), 'alt-hooks-'));
  try {
    await cp(skaffold, folder, { recursive: true, filter: (file) => !file.includes('/charts') });
    const file = path.join(folder, '01-foundation/skaffold.yaml');
    await writeFile(
      file,
      (await readFile(file, 'utf8')).replace('networkpolicy, default-deny', 'networkpolicy, nothing'),
    );
    expect(await unseenErrors(folder)).toEqual(['No hook looks at what network-policies makes.']);
  } finally {
    await rm(folder, { recursive: true });
  }
});
