// What the skaffold.yaml of each layer must say, in every profile. Needs no Skaffold: patches are applied here.
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { isServiceName, isWorkloadName, services, workloads } from '@alt/topology';
import { parse } from 'yaml';
import { imageOf } from './values-check.ts';

type Hook = { host?: { command?: string[] } };
type Release = {
  name: string;
  namespace?: string;
  chartPath?: string;
  remoteChart?: string;
  valuesFiles?: string[];
  setValueTemplates?: Record<string, string>;
};
type Artifact = {
  image: string;
  context?: string;
  docker?: { dockerfile?: string; target?: string; buildArgs?: Record<string, string> };
};
type Patch = { op: string; path: string; value?: unknown };
export type SkaffoldConfig = {
  apiVersion?: string;
  metadata?: { name?: string };
  requires?: { path: string; configs?: string[] }[];
  build?: {
    artifacts?: Artifact[];
    tagPolicy?: { gitCommit?: { prefix?: string } };
    local?: { push?: boolean; useBuildkit?: boolean; tryImportMissing?: boolean };
  };
  deploy?: {
    statusCheck?: boolean;
    statusCheckDeadlineSeconds?: number;
    helm?: {
      flags?: { install?: string[]; upgrade?: string[] };
      releases?: Release[];
      hooks?: { before?: Hook[]; after?: Hook[] };
    };
  };
  profiles?: { name: string; patches?: Patch[] }[];
};

/** The layers in the order in which they are deployed; 03 stays free. */
export const layerOrder = [
  '01-foundation',
  '02-infrastructure',
  '04-core-services',
  '05-auth-platform',
  '06-application',
  '07-processing',
  '08-operations',
] as const;

/** Charts that are installed by hand (`helm install`), or whose service runs by Compose. */
const byHand: readonly string[] = ['rask-log-aggregator'];

const environments = ['dev', 'staging', 'prod'] as const;

/** In a profile that is added to an environment: no patch can know which one it is. */

/** Sentences about the root and all layers that are there. */
export async function skaffoldErrors(skaffold: string): Promise<string[]> {
  const read = async (folder: string) =>
    parse(await readFile(path.join(skaffold, folder, 'skaffold.yaml'), 'utf8')) as SkaffoldConfig;
  const present = (await readdir(skaffold)).filter((name) => existsSync(path.join(skaffold, name, 'skaffold.yaml')));
  const layers = await Promise.all(
    present.sort().map(async (layer) => {
      const config = await read(layer);
      const charts = await readdir(path.join(skaffold, layer, 'charts'));
      return [...layerErrors(config, path.join(skaffold, layer)), ...unreleasedErrors(config, layer, charts)];
    }),
  );
  return [...rootErrors(await read('.')), ...layers.flat()];
}

/** The releases of our own charts that a profile deploys, each with the number of its layer, in the order in which they are deployed. */
export async function releasesByLayer(skaffold: string, profile: string): Promise<Map<string, string>> {
  const of = async (layer: string, file = 'skaffold.yaml'): Promise<string[]> => {
    const config = parse(await readFile(path.join(skaffold, layer, file), 'utf8')) as SkaffoldConfig;
    // A layer may require a part of its own that is deployed first.
    const parts = (config.requires ?? []).map((required) => required.path).filter((each) => !each.startsWith('..'));
    const first = await Promise.all(parts.map((part) => of(layer, part)));
    const releases = patched(config, profile).deploy?.helm?.releases ?? [];
    return [...first.flat(), ...releases.filter(({ chartPath }) => chartPath).map(({ name }) => name)];
  };
  const layers = await Promise.all(
    layerOrder.map(async (layer) => (await of(layer)).map((name) => [name, layer.slice(0, 2)] as const)),
  );
  return new Map(layers.flat());
}

/** Sentences about the order of the layers, and about profiles that the root lacks. */
export function rootErrors({ requires = [], profiles = [] }: SkaffoldConfig): string[] {
  const order = requires.map((required) => path.posix.dirname(required.path));
  const isOrdered = JSON.stringify(order) === JSON.stringify(layerOrder);
  const lacking = [...environments, 'schedule-mode'].filter(
    (name) => !profiles.some((profile) => profile.name === name),
  );
  return [
    ...(isOrdered ? [] : [`skaffold.yaml requires ${order.join(', ')}, and the order is ${layerOrder.join(', ')}.`]),
    ...lacking.map((name) => `skaffold.yaml has no profile ${name}.`),
  ];
}

/** Sentences about a layer in each of its profiles; `folder` is where its charts lie. */
export function layerErrors(config: SkaffoldConfig, folder: string): string[] {
  const layer = path.basename(folder);
  const profiles = config.profiles?.map(({ name }) => name) ?? [];
  const lacking = environments.filter((name) => !profiles.includes(name)).map((name) => `it has no profile ${name}.`);
  const standard = profileErrors(config, folder, 'dev');
  const each = profiles
    .filter((name) => name !== 'dev')
    .flatMap((name) => {
      const errors = profileErrors(patched(config, name), folder, name);
      return errors.filter((error) => !standard.includes(error)).map((error) => `${name}: ${error}`);
    });
  return [...lacking, ...standard, ...ownErrors(config), ...each].map((error) => `${layer}/skaffold.yaml: ${error}`);
}

/** A configuration with the patches of a profile, which here add and replace only. */
export function patched(config: SkaffoldConfig, profile: string): SkaffoldConfig {
  const result = structuredClone(config);
  for (const { op, path: at, value } of config.profiles?.find(({ name }) => name === profile)?.patches ?? []) {
    const keys = at.split('/').slice(1);
    const last = keys.pop() ?? '';
    const parent = keys.reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], result);
    if (Array.isArray(parent) && op === 'add') parent.splice(last === '-' ? parent.length : Number(last), 0, value);
    else if (typeof parent === 'object' && parent !== null && op === 'replace' && last in parent) {
      (parent as Record<string, unknown>)[last] = value;
    } else throw new Error(`The patch ${op} ${at} of the profile ${profile} has no place.`);
  }
  return result;
}

/** Sentences about charts of services in a layer that none of its profiles releases. */
export function unreleasedErrors(config: SkaffoldConfig, layer: string, charts: readonly string[]): string[] {
  const all = ['dev', ...(config.profiles ?? []).map(({ name }) => name)];
  const released = new Set(
    all.flatMap((name) => patched(config, name).deploy?.helm?.releases?.map((release) => release.name) ?? []),
  );
  return charts
    .filter((name) => isServiceName(name) && !released.has(name) && !byHand.includes(name))
    .map((name) => `${layer}/skaffold.yaml: ${name} has a chart and is not released.`);
}

function profileErrors(config: SkaffoldConfig, folder: string, profile: string): string[] {
  const helm = config.deploy?.helm;
  const releases = helm?.releases ?? [];
  const artifacts = config.build?.artifacts ?? [];
  return [
    ...(releases.length === 0 ? ['it releases nothing.'] : []),
    ...releases.flatMap((release) => releaseErrors(release, folder, profile, artifacts)),
    ...artifacts.flatMap(artifactErrors),
    ...hookErrors(helm?.hooks ?? {}, releases),
  ];
}

function releaseErrors(release: Release, folder: string, profile: string, artifacts: readonly Artifact[]): string[] {
  const { name, namespace, chartPath, remoteChart, valuesFiles = [], setValueTemplates = {} } = release;
  if (remoteChart) return [];
  const environment = environments.find((each) => each === profile) ?? 'dev';
  const expectedNamespace = isServiceName(name)
    ? services[name].namespace
    : isWorkloadName(name)
      ? workloads[name].namespace
      : null;
  const files = valuesFiles.filter(
    (file) => !existsSync(path.join(folder, file)) && existsSync(path.join(folder, chartPath ?? '')),
  );
  const isChosen = valuesFiles.some((file) => file === `charts/${name}/values-${environment}.yaml`);
  const errors = [
    ...(chartPath === `charts/${name}` ? [] : [`${name} is released from ${chartPath}.`]),
    ...(expectedNamespace === null || namespace === expectedNamespace
      ? []
      : [`${name} goes into ${namespace}, not ${expectedNamespace}.`]),
    ...(isChosen ? [] : [`${name} is not given values-${environment}.yaml.`]),
    ...files.map((file) => `${name} is given ${file}, which is not there.`),
  ];
  if (!isServiceName(name)) return errors;
  const image = imageOf(name);
  const variable = image.replaceAll(/[/.:-]/g, '_');
  const isSet =
    setValueTemplates['image.repository'] === `{{.IMAGE_REPO_${variable}}}` &&
    setValueTemplates['image.tag'] === `{{.IMAGE_TAG_${variable}}}`;
  return [
    ...errors,
    ...(existsSync(path.join(folder, chartPath ?? '')) ? [] : [`${name} has no chart.`]),
    ...(artifacts.some((artifact) => artifact.image === image && artifact.docker?.target === name)
      ? []
      : [`${name} is released and ${image} is not built here.`]),
    ...(isSet ? [] : [`${name} is not given the image that is built here.`]),
  ];
}

function artifactErrors({ image, context, docker }: Artifact): string[] {
  const isCentral = context === '../../' && docker?.dockerfile === 'Dockerfile' && docker.target !== undefined;
  const isNamed = docker?.buildArgs?.SOURCE_COMMIT === '{{.IMAGE_TAG}}';
  return [
    ...(isCentral ? [] : [`${image} is not built from a target of the Dockerfile.`]),
    ...(isNamed ? [] : [`${image} does not say which commit it is of.`]),
  ];
}

/** Hooks are argument lists for kubectl and helm: without a shell nothing can swallow a failure. */
function hookErrors(hooks: { before?: Hook[]; after?: Hook[] }, releases: readonly Release[]): string[] {
  const commands = (list: Hook[] = []) => list.map(({ host }) => host?.command ?? []);
  const before = commands(hooks.before);
  const after = commands(hooks.after);
  const odd = [...before, ...after].filter(([program]) => program !== 'kubectl' && program !== 'helm');
  const swallowing = [...before, ...after].filter((command) => command.some((word) => /\|\||\btrue\b/.test(word)));
  const last = after.at(-1)?.slice(0, 3).join(' ');
  const untested = releases
    .filter(({ name }) => isServiceName(name))
    .filter(
      ({ name }) =>
        !after.some(([program, verb, what]) => program === 'helm' && verb === 'test' && what === name) ||
        !after.some((command) => isShown(command, name)),
    );
  return [
    ...(before.length === 0 ? ['nothing is asserted before.'] : []),
    ...odd.map((command) => `a hook runs ${command.join(' ')}.`),
    ...swallowing.map((command) => `a hook cannot fail: ${command.join(' ')}.`),
    ...(last === 'kubectl get pods' ? [] : ['its last hook does not show the pods.']),
    ...untested.map(({ name }) => `${name} is not waited for and tested after.`),
  ];
}

/** Whether a hook waits for the pods of a service, or, where a clock starts them, looks whether the clock is there. */
function isShown(command: readonly string[], name: string): boolean {
  const isClock = command[1] === 'get' && command[2] === 'cronjob' && command.includes(name);
  if (isServiceName(name) && services[name].port === null && isClock) return true;
  return command[1] === 'wait' && command.includes(`deployment/${name}`);
}

/** What no profile changes. */
function ownErrors({ build, deploy }: SkaffoldConfig): string[] {
  const flags = [deploy?.helm?.flags?.install ?? [], deploy?.helm?.flags?.upgrade ?? []];
  const needed = [/^--rollback-on-failure$/, /^--wait$/, /^--timeout=\d+m$/];
  const isFlagged = flags.every((list) => needed.every((flag) => list.some((each) => flag.test(each))));
  const built = (build?.artifacts ?? []).map(({ docker }) => docker?.target ?? '');
  const { push, useBuildkit, tryImportMissing } = build?.local ?? {};
  const isLocal = push === false && useBuildkit === true && tryImportMissing === true;
  return [
    ...(isFlagged ? [] : ['Helm is not told to wait and to roll back, with a time.']),
    ...(deploy?.statusCheck && deploy.statusCheckDeadlineSeconds ? [] : ['it has no status check with a deadline.']),
    ...(built.length === 0 || isLocal ? [] : ['images are not built locally with BuildKit.']),
    ...(built.length === 0 || /^[a-z]/.test(build?.tagPolicy?.gitCommit?.prefix ?? '')
      ? []
      : ['tags do not begin with a letter.']),
  ];
}
