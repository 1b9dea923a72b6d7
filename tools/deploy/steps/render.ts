import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Rendering } from '../render.ts';
import { type Check, counting, type Step } from './step.ts';

/** The profiles that every chart has. */
const PROFILES = ['dev', 'staging', 'prod'] as const;

/** Every chart renders in every profile, has the files of one, and makes no object twice. */
export const renderStep: Step = {
  name: 'render',
  needs: ['helm'],
  async run({ root, rendering }): Promise<Check> {
    const result = await rendering();
    const objects = result.rendered.flatMap(({ objects }) => objects);
    const errors = [...result.errors, ...missingFiles(root, result), ...empty(result), ...twice(result)];
    return {
      errors,
      counted: `${counting(result.charts.length, 'chart')}, ${counting(result.rendered.length, 'rendering')}, ${counting(objects.length, 'object')}`,
    };
  },
};

function missingFiles(root: string, { charts }: Rendering): string[] {
  return charts.flatMap(({ layer, name }) => {
    const files = [
      'Chart.yaml',
      'values.yaml',
      ...PROFILES.map((profile) => `values-${profile}.yaml`),
      'values.schema.json',
      'README.md',
    ];
    const place = path.join('skaffold', layer, 'charts', name);
    return files.filter((file) => !existsSync(path.join(root, place, file))).map((file) => `${place} has no ${file}.`);
  });
}

/** A chart may have nothing to say in a profile, but not in all of them. */
function empty({ charts, rendered }: Rendering): string[] {
  const full = new Set(rendered.filter(({ objects }) => objects.length > 0).map(({ chart }) => chart));
  return charts
    .filter((chart) => !full.has(chart) && rendered.some((each) => each.chart === chart))
    .map(({ layer, name }) => `${layer}/${name} renders nothing in any profile.`);
}

/** One object in two charts: whoever is installed second takes it over or fails. Charts that nobody deploys together count, too. */
function twice({ rendered }: Rendering): string[] {
  const places = new Map<string, string[]>();
  for (const { chart, profile, objects } of rendered) {
    for (const { apiVersion, kind, metadata } of objects) {
      const key = `${profile}: ${apiVersion} ${kind} ${metadata.namespace ?? ''}/${metadata.name}`;
      places.set(key, [...(places.get(key) ?? []), `${chart.layer}/${chart.name}`]);
    }
  }
  return [...places]
    .filter(([, charts]) => charts.length > 1)
    .map(([key, charts]) => `${key} is rendered by ${charts.join(' and ')}.`);
}
