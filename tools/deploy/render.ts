// `helm template` of every chart in every profile, in a copy of skaffold/, parsed into objects.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { builtImages, type Chart, everythingEnabled, findCharts, type Profile } from './charts.ts';
import { KUBERNETES_VERSION, toolPath } from './tools.ts';

export type KubernetesObject = {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string>; annotations?: Record<string, string> };
  [field: string]: unknown;
};

export type Rendered = { chart: Chart; profile: Profile; objects: readonly KubernetesObject[] };

export type Rendering = {
  charts: readonly Chart[];
  rendered: readonly Rendered[];
  /** Sentences about charts that could not be rendered. */
  errors: readonly string[];
};

const run = promisify(execFile);
const root = path.dirname(path.dirname(import.meta.dirname));

/** Custom resources that a chart may ask for by `.Capabilities`. */
const CAPABILITIES = [
  'cert-manager.io/v1',
  'external-secrets.io/v1',
  'keda.sh/v1alpha1',
  'monitoring.coreos.com/v1',
  'policy.linkerd.io/v1beta3',
  'policy.linkerd.io/v1alpha1',
];

/** Kinds that belong to no namespace. */
const CLUSTER_KINDS = new Set([
  'APIService',
  'ClusterExternalSecret',
  'ClusterIssuer',
  'ClusterRole',
  'ClusterRoleBinding',
  'ClusterSecretStore',
  'CustomResourceDefinition',
  'MutatingWebhookConfiguration',
  'Namespace',
  'PersistentVolume',
  'PriorityClass',
  'StorageClass',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'ValidatingWebhookConfiguration',
]);

/** Renders all charts below `skaffold`; nothing is written there. `only` leaves out what is not asked for. */
export async function renderAll(
  skaffold: string = path.join(root, 'skaffold'),
  only: (chart: Chart, profile: Profile) => boolean = () => true,
): Promise<Rendering> {
  const folder = await mkdtemp(path.join(tmpdir(), 'alt-render-'));
  try {
    if (existsSync(skaffold)) await cp(skaffold, folder, { recursive: true });
    const charts = await findCharts(folder);
    const rendered: Rendered[] = [];
    const errors: string[] = [];
    await inParallel(charts, async (chart) => {
      try {
        await buildDependencies(chart);
        for (const profile of chart.profiles.filter((profile) => only(chart, profile))) {
          const objects = await renderChart(chart, profile);
          rendered.push({ chart, profile, objects });
        }
      } catch (error) {
        errors.push(messageOf(error, folder));
      }
    });
    return { charts, rendered: rendered.sort(byPlace), errors: errors.sort() };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A chart's objects in a profile. The chart's folder may be written to. */
export async function renderChart(chart: Chart, profile: Profile): Promise<KubernetesObject[]> {
  const files = await valuesFiles(chart, profile);
  const { stdout } = await run(
    toolPath('helm'),
    [
      ...['template', chart.name, chart.folder, '--namespace', chart.namespace, '--include-crds'],
      ...['--kube-version', KUBERNETES_VERSION, ...CAPABILITIES.flatMap((api) => ['--api-versions', api])],
      ...files.flatMap((file) => ['--values', file]),
    ],
    { maxBuffer: 64_000_000, env: helmEnvironment(chart.folder) },
  ).catch((error: unknown) => {
    throw new Error(`${chart.layer}/${chart.name} (${profile}) does not render: ${outputOf(error)}`);
  });
  return objectsOf(stdout, chart, profile);
}

/** Values as Skaffold gives them: the chart's own, the profile's over them, and the image that it would have built. */
async function valuesFiles(chart: Chart, profile: Profile): Promise<string[]> {
  const own = path.join(chart.folder, 'values.yaml');
  const values = await readFile(own, 'utf8').catch(() => '');
  const files = [own, path.join(chart.folder, `values-${profile === 'everything' ? 'prod' : profile}.yaml`)];
  const given = { 'everything-enabled': everythingEnabled(values), 'built-images': builtImages(values) };
  for (const [name, overrides] of Object.entries(given)) {
    if (name === 'everything-enabled' && profile !== 'everything') continue;
    const file = path.join(chart.folder, `.${name}.yaml`);
    await writeFile(file, stringify(overrides));
    files.push(file);
  }
  return files.filter((file) => existsSync(file));
}

/** Packs the libraries that a chart takes from a folder beside it. Nothing is fetched: a chart of others is a release of its own. */
async function buildDependencies(chart: Chart): Promise<void> {
  const file = path.join(chart.folder, 'Chart.yaml');
  const { dependencies = [] } = parse(await readFile(file, 'utf8')) as { dependencies?: { repository?: string }[] };
  if (dependencies.length === 0) return;
  const remote = dependencies.find(({ repository }) => !repository?.startsWith('file://'));
  if (remote)
    throw new Error(
      `${chart.layer}/${chart.name} depends on a chart at ${remote.repository}, which a check cannot fetch.`,
    );
  await mkdir(path.join(chart.folder, 'charts'), { recursive: true });
  await run(toolPath('helm'), ['dependency', 'update', '--skip-refresh', chart.folder], {
    env: helmEnvironment(chart.folder),
  }).catch((error: unknown) => {
    throw new Error(`The libraries of ${chart.layer}/${chart.name} cannot be packed: ${outputOf(error)}`);
  });
}

/** The objects of Helm's output. What names no namespace gets the release's, as the API server would give it. */
export function objectsOf(
  text: string,
  chart: Pick<Chart, 'name' | 'layer' | 'namespace'>,
  profile: string,
): KubernetesObject[] {
  return parseAllDocuments(text, { version: '1.1' }).flatMap((document): KubernetesObject[] => {
    const problem = document.errors[0];
    if (problem)
      throw new Error(`${chart.layer}/${chart.name} (${profile}) renders what is no YAML: ${problem.message}`);
    const object = document.toJS() as KubernetesObject | null;
    if (!object) return [];
    if (!object.kind || !object.metadata?.name) {
      throw new Error(`${chart.layer}/${chart.name} (${profile}) renders an object without kind or name.`);
    }
    if (CLUSTER_KINDS.has(object.kind)) return [object];
    return [{ ...object, metadata: { ...object.metadata, namespace: object.metadata.namespace ?? chart.namespace } }];
  });
}

/** Writes objects as one YAML file a chart, below a folder for each profile: what tools that read folders are given. */
export async function writeRendered(folder: string, rendered: readonly Rendered[]): Promise<void> {
  for (const { chart, profile, objects } of rendered) {
    await mkdir(path.join(folder, profile), { recursive: true });
    const text = manifest(objects);
    await writeFile(path.join(folder, profile, `${chart.layer}--${chart.name}.yaml`), text);
  }
}

/** Objects as a file that Kubernetes' tools read. They speak YAML 1.1, where a bare `yes` is no string. */
export function manifest(objects: readonly KubernetesObject[]): string {
  return objects.map((object) => stringify(object, { version: '1.1', aliasDuplicateObjects: false })).join('---\n');
}

/** Helm's own caches go beside the chart, so that several checks at once share nothing. */
function helmEnvironment(folder: string): NodeJS.ProcessEnv {
  const home = path.join(path.dirname(path.dirname(path.dirname(folder))), '.helm');
  return { ...process.env, HELM_CACHE_HOME: home, HELM_CONFIG_HOME: home, HELM_DATA_HOME: home };
}

async function inParallel<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const worker = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
}

function byPlace(one: Rendered, other: Rendered): number {
  const key = ({ chart, profile }: Rendered) => `${chart.layer}/${chart.name}/${profile}`;
  return key(one).localeCompare(key(other));
}

/** What a program said on its standard error, without Helm's advice to look closer. */
function outputOf(error: unknown): string {
  const text = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
  return text.replace('Use --debug flag to render out invalid YAML', '').trim();
}

function messageOf(error: unknown, folder: string): string {
  return (error instanceof Error ? error.message : String(error)).replaceAll(folder, 'skaffold');
}
