// Kinds of an operator that a cluster may lack: a layer asks for them where its charts make such objects, and only there.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import type { RenderedChart } from './object-check.ts';
import { layerOrder, patched, type SkaffoldConfig } from './skaffold-check.ts';

const GROUP = 'monitoring.coreos.com';
const environments = ['dev', 'staging', 'prod'] as const;

/** Sentences about all layers; `skaffold` is the folder in which they lie. */
export async function operatorErrors(skaffold: string, rendered: readonly RenderedChart[]): Promise<string[]> {
  const layers = layerOrder.map(async (layer) => {
    const config = parse(await readFile(path.join(skaffold, layer, 'skaffold.yaml'), 'utf8')) as SkaffoldConfig;
    return environments.flatMap((profile) => operatorErrorsOf(config, layer, profile, rendered));
  });
  return (await Promise.all(layers)).flat();
}

/** Sentences about one layer in one profile: kinds made and not asked for, kinds asked for and not made. */
export function operatorErrorsOf(
  config: SkaffoldConfig,
  layer: string,
  profile: string,
  rendered: readonly RenderedChart[],
): string[] {
  const helm = patched(config, profile).deploy?.helm;
  const released = new Set(helm?.releases?.map(({ name }) => name));
  const made = new Set(
    rendered
      .filter(({ chart, profile: each }) => chart.layer === layer && each === profile && released.has(chart.name))
      .flatMap(({ objects }) => objects)
      .filter(({ apiVersion }) => String(apiVersion).startsWith(`${GROUP}/`))
      .map(({ kind }) => `${kind.toLowerCase()}s.${GROUP}`),
  );
  const asked = new Set(
    helm?.hooks?.before?.flatMap(({ host }) => host?.command ?? []).filter((word) => word.endsWith(`.${GROUP}`)),
  );
  const place = `${layer}/skaffold.yaml: ${profile}:`;
  return [
    ...[...made]
      .filter((kind) => !asked.has(kind))
      .map((kind) => `${place} makes ${kind} and does not ask for it before.`),
    ...[...asked].filter((kind) => !made.has(kind)).map((kind) => `${place} asks for ${kind} and makes none.`),
  ];
}
