// The charts below skaffold/: where they are, what they are rendered as, and into which namespace.
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { isServiceName, isWorkloadName, services, workloads } from '@alt/topology';
import { parse, parseAllDocuments } from 'yaml';

/** `everything`: values-prod with each `enabled: false` of the values turned on, so that no template stays unread. */
export type Profile = 'dev' | 'staging' | 'prod' | 'schedule-mode' | 'everything';

export type Chart = {
  name: string;
  /** The layer's folder: `07-processing`. */
  layer: string;
  folder: string;
  namespace: string;
  /** Whether its layer's skaffold.yaml deploys it; one that it does not is installed by hand. */
  isDeployed: boolean;
  profiles: readonly Profile[];
};

type Release = { name?: string; chartPath?: string; namespace?: string };
type SkaffoldConfig = { deploy?: { helm?: { releases?: Release[] } } };

/** Every chart of every layer below `skaffold`, in the order of the layers; libraries are not among them. */
export async function findCharts(skaffold: string): Promise<Chart[]> {
  const layers = (await entries(skaffold)).filter((name) => /^\d\d-/.test(name));
  const charts = await Promise.all(layers.map((layer) => chartsOf(skaffold, layer)));
  return charts.flat();
}

async function chartsOf(skaffold: string, layer: string): Promise<Chart[]> {
  const releases = await releasesOf(path.join(skaffold, layer));
  const names = await entries(path.join(skaffold, layer, 'charts'));
  const folders = names.map((name) => path.join(skaffold, layer, 'charts', name));
  const charts = folders.filter((folder) => existsSync(path.join(folder, 'Chart.yaml')));
  return charts.map((folder) => {
    const name = path.basename(folder);
    const release = releases.find(({ chartPath }) => path.basename(chartPath ?? '') === name);
    return {
      name,
      layer,
      folder,
      namespace: release?.namespace ?? namespaceOf(name),
      isDeployed: release !== undefined,
      profiles: profilesOf(folder),
    };
  });
}

/** The releases of a layer, its profiles' own included; none where it has no skaffold.yaml. */
async function releasesOf(folder: string): Promise<Release[]> {
  const text = await readFile(path.join(folder, 'skaffold.yaml'), 'utf8').catch(() => '');
  const configs = parseAllDocuments(text).map((document) => document.toJS() as SkaffoldConfig | null);
  return configs.flatMap((config) => config?.deploy?.helm?.releases ?? []);
}

/** What only makes objects of the cluster has no namespace of its own; Helm keeps its release in `default`. */
function namespaceOf(name: string): string {
  if (isServiceName(name)) return services[name].namespace ?? 'default';
  if (isWorkloadName(name)) return workloads[name].namespace ?? 'default';
  return 'default';
}

function profilesOf(folder: string): Profile[] {
  const own = (['dev', 'staging', 'prod', 'schedule-mode'] as const).filter((profile) =>
    existsSync(path.join(folder, `values-${profile}.yaml`)),
  );
  return [...own, 'everything'];
}

type Values = Record<string, unknown>;

/** What turns on each `enabled: false` of the values. Goes through maps only: what is in a list is an example or a choice. */
export function everythingEnabled(values: string): Values {
  const found = overrides(parse(values), (map) => (map.enabled === false ? { enabled: true } : {}));
  // What nobody calls has no Service, and no port that one could lead to.
  if (!/^ {2}targetPort:/m.test(values)) delete found.service;
  return found;
}

/** What gives each image of ours the tag of a build. Others' images keep the release that the values name. */
export function builtImages(values: string): Values {
  return overrides(parse(values), ({ repository }) =>
    typeof repository === 'string' && repository.startsWith('kaikei/') ? { tag: 'sha-0123abc' } : {},
  );
}

/** Values to put over others: for each map in them what `choose` says, and nothing of what it leaves alone. */
function overrides(value: unknown, choose: (map: Values) => Values): Values {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  const inner = Object.entries(value).map(([key, below]) => [key, overrides(below, choose)] as const);
  const changed = inner.filter(([, below]) => Object.keys(below).length > 0);
  return { ...Object.fromEntries(changed), ...choose(value as Values) };
}

async function entries(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).sort();
}
