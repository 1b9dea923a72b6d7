import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import type { RenderedChart } from './object-check.ts';
import { operatorErrorsOf } from './operator-check.ts';
import type { SkaffoldConfig } from './skaffold-check.ts';

const layer = '08-operations';
const file = path.resolve(import.meta.dirname, `../../../skaffold/${layer}/skaffold.yaml`);
const config = parse(readFileSync(file, 'utf8')) as SkaffoldConfig;

function made(profile: string, ...kinds: string[]): RenderedChart[] {
  const objects = kinds.map((kind) => ({ apiVersion: 'monitoring.coreos.com/v1', kind, metadata: { name: 'x' } }));
  return [{ chart: { name: 'monitoring', layer, namespace: 'alt-operations' }, profile, objects }];
}

test('a layer asks for the kinds of the Prometheus operator where its charts make some, and only there', () => {
  expect(operatorErrorsOf(config, layer, 'dev', made('dev'))).toEqual([]);
  expect(operatorErrorsOf(config, layer, 'prod', made('prod', 'PrometheusRule', 'PodMonitor'))).toEqual([]);
  expect(operatorErrorsOf(config, layer, 'dev', made('dev', 'PrometheusRule'))).toEqual([
    '08-operations/skaffold.yaml: dev: makes prometheusrules.monitoring.coreos.com and does not ask for it before.',
  ]);
  expect(operatorErrorsOf(config, layer, 'staging', made('staging', 'PrometheusRule'))).toEqual([
    '08-operations/skaffold.yaml: staging: asks for podmonitors.monitoring.coreos.com and makes none.',
  ]);
});
