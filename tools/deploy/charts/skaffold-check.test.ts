import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { layerErrors, patched, rootErrors, type SkaffoldConfig, unreleasedErrors } from './skaffold-check.ts';

const skaffold = path.join(path.dirname(path.dirname(path.dirname(import.meta.dirname))), 'skaffold');
const folder = path.join(skaffold, '04-core-services');
const read = (file: string) => parse(readFileSync(path.join(skaffold, file), 'utf8')) as SkaffoldConfig;

/** A layer's file with one passage changed; the passage must be there. */
function changed(from: string | RegExp, to: string): string {
  const text = readFileSync(path.join(folder, 'skaffold.yaml'), 'utf8');
  const after = text.replace(from, to);
  expect(after).not.toBe(text);
  return layerErrors(parse(after) as SkaffoldConfig, folder).join('\n');
}

describe("a layer's skaffold.yaml", () => {
  it.each<[string | RegExp, string, string]>([
    ['chartPath: charts/alt-backend', 'chartPath: charts/backend', 'alt-backend is released from charts/backend'],
    [
      'valuesFiles: [charts/alt-backend/values-dev.yaml]',
      'valuesFiles: [charts/alt-backend/values-prod.yaml]',
      'alt-backend is not given values-dev.yaml',
    ],
    [
      'value: charts/alt-backend/values-prod.yaml',
      'value: charts/alt-backend/values-dev.yaml',
      'prod: alt-backend is not given values-prod.yaml',
    ],
    ['- image: kaikei/alt-backend\n', '- image: kaikei/backend\n', 'kaikei/alt-backend is not built here'],
    ['IMAGE_TAG_kaikei_alt_backend}}', 'IMAGE_TAG_kaikei_tenant_service}}', 'alt-backend is not given the image'],
    ['target: alt-backend', 'target: backend', 'kaikei/alt-backend is not built here'],
    ['context: ../../', 'context: .', 'is not built from a target of the Dockerfile'],
    ['SOURCE_COMMIT: "{{.IMAGE_TAG}}"', 'SOURCE_COMMIT: ""', 'does not say which commit it is of'],
    ['--rollback-on-failure', '--atomic', 'not told to wait and to roll back'],
    ['statusCheckDeadlineSeconds: 900', 'statusCheckDeadlineSeconds: 0', 'no status check with a deadline'],
    ['prefix: sha-', 'prefix: ""', 'tags do not begin with a letter'],
    ['push: false', 'push: true', 'images are not built locally'],
    [
      '[kubectl, get, namespace, alt-apps, platform]',
      '[sh, -c, "kubectl get namespace || true"]',
      'a hook cannot fail',
    ],
    ['[kubectl, get, namespace, alt-apps, platform]', '[docker, pull, x]', 'a hook runs docker pull x'],
    ['[helm, test, alt-backend,', '[helm, test, tenant-service,', 'alt-backend is not waited for and tested'],
    [/\s+- host:\n\s+command: \[kubectl, get, pods, [^\n]+\n/g, '\n', 'does not show the pods'],
    [/namespace: platform/, 'namespace: alt-apps', 'tenant-service goes into alt-apps, not platform'],
    ['  - name: staging\n', '  - name: stage\n', 'it has no profile staging'],
  ])('is refused with %s → %s', (from, to, sentence) => {
    expect(changed(from, to)).toContain(sentence);
  });

  it('says nothing of those that are right', () => {
    expect(layerErrors(read('04-core-services/skaffold.yaml'), folder)).toEqual([]);
  });

  it('lets a pod that stays be waited for in place of the clock that starts others', () => {
    const layer = path.join(skaffold, '07-processing');
    const text = readFileSync(path.join(layer, 'skaffold.yaml'), 'utf8');
    expect(layerErrors(parse(text) as SkaffoldConfig, layer)).toEqual([]);
    const elsewhere = text.replace('deployment/pre-processor-sidecar', 'deployment/elsewhere');
    expect(elsewhere).not.toBe(text);
    expect(layerErrors(parse(elsewhere) as SkaffoldConfig, layer).join('\n')).toContain(
      'schedule-mode: pre-processor-sidecar is not waited for and tested',
    );
  });

  it('releases the charts of its services, those installed by hand excepted', () => {
    const charts = ['pre-processor', 'auth-token-manager', 'rask-log-aggregator', 'gateway'];
    expect(unreleasedErrors(read('07-processing/skaffold.yaml'), '07-processing', charts)).toEqual([
      '07-processing/skaffold.yaml: gateway has a chart and is not released.',
    ]);
  });

  it('has a place for each patch', () => {
    const config = read('07-processing/skaffold.yaml');
    const files = patched(config, 'schedule-mode').deploy?.helm?.releases?.map(({ valuesFiles }) =>
      valuesFiles?.at(-1),
    );
    expect(files).toContain('charts/pre-processor-sidecar/values-schedule-mode.yaml');
    const wrong = {
      ...config,
      profiles: [{ name: 'x', patches: [{ op: 'replace', path: '/deploy/helm/releases/9/valuesFiles/0' }] }],
    };
    expect(() => patched(wrong, 'x')).toThrow('has no place');
  });
});

describe('the root', () => {
  it('requires the layers in their order, and passes on every profile', () => {
    const root = read('skaffold.yaml');
    expect(rootErrors(root)).toEqual([]);
    expect(rootErrors({ ...root, requires: [...(root.requires ?? [])].reverse() })).toHaveLength(1);
    expect(rootErrors({ ...root, profiles: root.profiles?.slice(1) ?? [] })).toEqual([
      'skaffold.yaml has no profile dev.',
    ]);
  });
});
