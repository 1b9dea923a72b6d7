// `skaffold run` against a cluster whose pods are played: in order, twice, as an upgrade, and as one that fails.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { releasesByLayer } from '../charts/skaffold-check.ts';
import { type KubernetesObject, type Rendered, renderAll } from '../render.ts';
import { execute } from '../steps/step.ts';
import { toolPath } from '../tools.ts';
import { type Checkout, copyCheckout } from './checkout.ts';
import type { ControlPlane } from './control-plane.ts';
import { type Engine, startEngine } from './engine.ts';
import { BROKEN_TAG } from './stages.ts';
import { apply, mustKubectl } from './workers.ts';

export type Case = { name: string; problems: readonly string[] };

type Ground = {
  cluster: ControlPlane;
  checkout: Checkout;
  engine: Engine;
  root: string;
  profile: string;
  /** The layer of each release, as the layers' own files have them. */
  layers: ReadonlyMap<string, string>;
  /** What the charts render, of all profiles. */
  rendered: readonly Rendered[];
};

/** How long Helm waits for what never comes; sound pods come up within seconds. */
const HELM_TIMEOUT = '90s';

/** All cases of a profile on a cluster of its own, which is empty but for what operators would bring. */
export async function deployProfile(root: string, cluster: ControlPlane, profile: string): Promise<Case[]> {
  const folder = path.join(cluster.folder, 'run');
  await mkdir(folder, { recursive: true });
  const engine = await startEngine(folder);
  try {
    const checkout = await copyCheckout(root, path.join(folder, 'checkout'), HELM_TIMEOUT);
    const { rendered } = await renderAll(path.join(root, 'skaffold'), (_, name) => name === profile);
    const layers = await releasesByLayer(path.join(root, 'skaffold'), profile);
    const ground: Ground = { cluster, checkout, engine, root, profile, layers, rendered };
    const cases: Case[] = [];
    for (const [name, look] of CASES) {
      const problems = await look(ground).catch((error: unknown) => [String(error)]);
      cases.push({ name: `${profile}: ${name}`, problems });
      // What follows stands on what came before.
      if (problems.length > 0) break;
    }
    return cases;
  } finally {
    await engine.stop();
  }
}

const CASES: readonly [name: string, look: (ground: Ground) => Promise<string[]>][] = [
  ['a layer alone on an empty cluster is refused, and says what is missing', refusedAlone],
  ['layer 01 comes up, and the Secrets are made as its README says', foundation],
  ['skaffold run deploys every layer', whole],
  ['what stands is what the charts have for this profile', asRendered],
  ['each layer began when the one before it stood', inOrder],
  ['a second run changes no pod', again],
  ['a layer runs alone from its folder', alone],
  ['an upgrade brings the new images, and every pod of the old ones is gone', upgrade],
  ['pods that do not come up: the run fails, and the release is what it was', rolledBack],
  ['a migration that fails: the run fails, and the store is what it was', migrationRolledBack],
];

async function refusedAlone(ground: Ground): Promise<string[]> {
  const { code, output } = await skaffold(ground, '07-processing');
  const releases = await releasesOf(ground);
  return [
    ...(code === 0 ? ['It ended well.'] : []),
    ...(/alt-processing.*not found/.test(output) ? [] : [`It does not name the namespace: ${tail(output)}`]),
    ...(releases.length > 0 ? [`Something was deployed: ${releases.map(({ name }) => name).join(', ')}`] : []),
  ];
}

async function foundation(ground: Ground): Promise<string[]> {
  const { cluster, root } = ground;
  const trust = playTrustManager(cluster);
  try {
    const { code, output } = await skaffold(ground, '01-foundation');
    if (code !== 0) return [tail(output)];
  } finally {
    await trust.stop();
  }
  const { code, stdout, stderr } = await execute(process.execPath, [
    path.join(root, 'main.ts'),
    'secrets',
    'make',
    '--kubernetes',
  ]);
  if (code !== 0) return [stderr];
  const { items } = JSON.parse(stdout) as { items: KubernetesObject[] };
  await apply(cluster, 'secrets', items);
  return [];
}

async function whole(ground: Ground): Promise<string[]> {
  const { code, output } = await skaffold(ground, '.');
  if (code !== 0) return [tail(output)];
  const found = (await releasesOf(ground)).map(({ name }) => name);
  const missing = [...ground.layers.keys()].filter((name) => !found.includes(name));
  const unknown = found.filter((name) => !ground.layers.has(name));
  return [...missing.map((name) => `${name} was not deployed.`), ...unknown.map((name) => `${name} is in no layer.`)];
}

async function asRendered({ cluster, profile, layers, rendered }: Ground): Promise<string[]> {
  const objects = rendered
    .filter((one) => one.profile === profile && layers.has(one.chart.name))
    .flatMap((one) => one.objects);
  const wanted = objects.filter(({ kind }) => /^(Deployment|StatefulSet)$/.test(kind));
  const scaled = new Map(objects.flatMap(leastOf));
  const problems = async () => {
    const text = await mustKubectl(cluster, ['get', 'deployments,statefulsets', '-A', '-o', 'json']);
    const { items } = JSON.parse(text) as { items: KubernetesObject[] };
    const sizes = new Map(items.map((item) => [placeOf(item), sizeOf(item)]));
    return wanted.flatMap((object) => {
      const [size, found] = [sizeOf(object, scaled.get(placeOf(object))), sizes.get(placeOf(object))];
      return found === size ? [] : [`${placeOf(object)}: ${found ?? 'not there'} instead of ${size}`];
    });
  };
  // Autoscaling looks every 15 s.
  for (let tries = 0; tries < 12 && (await problems()).length > 0; tries += 1) await seconds(5);
  return wanted.length > 0 ? problems() : ['The charts render no workload.'];
}

/** What autoscaling leaves a workload at least: without measurements, what it has. */
function leastOf({ kind, metadata, spec }: KubernetesObject): [place: string, replicas: number][] {
  if (kind !== 'HorizontalPodAutoscaler') return [];
  const { scaleTargetRef, minReplicas } = spec as {
    scaleTargetRef: { kind: string; name: string };
    minReplicas: number;
  };
  return [[`${metadata.namespace}/${scaleTargetRef.kind}/${scaleTargetRef.name}`, minReplicas]];
}

const seconds = (count: number) => new Promise((resolve) => setTimeout(resolve, count * 1000));

/** How many pods a workload has and what they ask for: what profiles differ by. */
function sizeOf({ spec }: KubernetesObject, scaled = 1): string {
  const { replicas = scaled, template } = spec as {
    replicas?: number;
    template: { spec: { containers: Container[] } };
  };
  const requests = template.spec.containers.map(
    ({ name, resources }) => `${name} ${JSON.stringify(resources?.requests)}`,
  );
  return `${replicas} × ${requests.join(', ')}`;
}

type Container = { name: string; resources?: { requests?: Record<string, string> } };

const placeOf = ({ kind, metadata }: KubernetesObject) => `${metadata.namespace}/${kind}/${metadata.name}`;

async function inOrder(ground: Ground): Promise<string[]> {
  const first = (await releasesOf(ground)).filter(
    ({ revision, name }) => revision === 1 && ground.layers.get(name) !== '01',
  );
  const times = new Map<string, number[]>();
  for (const { name, madeAt } of first) {
    const layer = ground.layers.get(name) ?? '';
    times.set(layer, [...(times.get(layer) ?? []), madeAt]);
  }
  const layers = [...times.keys()].sort();
  return layers.slice(1).flatMap((layer, index) => {
    const before = layers[index] ?? '';
    const isLater = Math.min(...(times.get(layer) ?? [])) >= Math.max(...(times.get(before) ?? []));
    return isLater ? [] : [`Layer ${layer} began before all of ${before} was there.`];
  });
}

async function again(ground: Ground): Promise<string[]> {
  const before = await podsOf(ground);
  const { code, output } = await skaffold(ground, '.');
  if (code !== 0) return [tail(output)];
  const after = new Set((await podsOf(ground)).map(({ uid }) => uid));
  const gone = before.filter(({ uid }) => !after.has(uid));
  if (before.length === 0) return ['There are no pods.'];
  return gone.map(({ name }) => `${name} was made anew.`);
}

async function alone(ground: Ground): Promise<string[]> {
  const { code, output } = await skaffold(ground, '07-processing');
  return code === 0 ? [] : [tail(output)];
}

async function upgrade(ground: Ground): Promise<string[]> {
  const before = await podsOf(ground, OWN_IMAGES);
  await ground.checkout.change();
  const { code, output } = await skaffold(ground, '.');
  if (code !== 0) return [tail(output)];
  const after = await podsOf(ground, OWN_IMAGES);
  const old = new Set(before.map(({ image }) => image));
  const stale = after.filter(({ image }) => old.has(image));
  return [
    ...(after.length < before.length ? [`${after.length} pods instead of ${before.length}.`] : []),
    ...stale.map(({ name, image }) => `${name} still runs ${image}.`),
  ];
}

const OWN_IMAGES = 'kaikei/';

async function rolledBack(ground: Ground): Promise<string[]> {
  return brokenRun(ground, '07-processing', 'alt-processing');
}

async function migrationRolledBack(ground: Ground): Promise<string[]> {
  return brokenRun(ground, '02-infrastructure', 'alt-database');
}

/** Runs a layer with images that never start; what stood in its namespace stands as it was, and Helm says so. */
async function brokenRun(ground: Ground, layer: string, namespace: string): Promise<string[]> {
  const before = await workloadsOf(ground, namespace);
  await ground.checkout.change();
  ground.engine.isBroken = true;
  const { code, output } = await skaffold(ground, layer);
  ground.engine.isBroken = false;
  const after = await workloadsOf(ground, namespace);
  const history = (await releasesOf(ground)).filter((release) => release.namespace === namespace);
  const failed = history.filter(({ status }) => status === 'failed');
  const problems = [
    ...(code === 0 ? ['It ended well.'] : []),
    ...(failed.length > 0 ? [] : [`No release says that it failed: ${tail(output)}`]),
    ...failed.flatMap(({ name, revision }) =>
      history.some((one) => one.name === name && one.revision > revision && one.status === 'deployed')
        ? []
        : [`${name} was not rolled back.`],
    ),
    ...after.flatMap((text) => (text.includes(BROKEN_TAG) ? [`A broken image stayed: ${text}`] : [])),
  ];
  return before.join('\n') === after.join('\n')
    ? problems
    : [...problems, `It is not what it was:\n${before.join('\n')}\n---\n${after.join('\n')}`];
}

/** `skaffold run` of a layer; nothing of the user's has a part in it. */
async function skaffold(
  { cluster, checkout, engine, profile }: Ground,
  layer: string,
): Promise<{ code: number; output: string }> {
  const places = [
    engine.binaries,
    path.dirname(toolPath('kubernetes', 'kubectl')),
    ...[toolPath('helm'), toolPath('skaffold')].map((file) => path.dirname(file)),
  ];
  const env = {
    ...cluster.environment,
    ...engine.environment,
    PATH: [...places, process.env.PATH ?? ''].join(path.delimiter),
    SKAFFOLD_UPDATE_CHECK: 'false',
    SKAFFOLD_INTERACTIVE: 'false',
  };
  const args = ['run', '--profile', profile, '--skip-tests', '--verbosity=warn'];
  const { code, stdout, stderr } = await execute('skaffold', args, { cwd: path.join(checkout.skaffold, layer), env });
  return { code, output: `${stdout}\n${stderr}` };
}

type Release = { name: string; namespace: string; revision: number; status: string; madeAt: number };

/** Every revision that Helm keeps. */
async function releasesOf({ cluster }: Ground): Promise<Release[]> {
  const text = await mustKubectl(cluster, ['get', 'secrets', '-A', '-l', 'owner=helm', '-o', 'json']);
  const { items } = JSON.parse(text) as { items: KubernetesItem[] };
  return items.map(({ metadata: { labels = {}, namespace, creationTimestamp } }) => ({
    name: labels.name ?? '',
    namespace,
    revision: Number(labels.version),
    status: labels.status ?? '',
    madeAt: Date.parse(creationTimestamp),
  }));
}

type KubernetesItem = {
  kind: string;
  metadata: {
    name: string;
    namespace: string;
    uid: string;
    creationTimestamp: string;
    labels?: Record<string, string>;
    ownerReferences?: { kind: string }[];
  };
  spec: { containers?: { image: string }[]; template?: { spec: { containers: { image: string }[] } } };
  status?: { readyReplicas?: number };
};

/** The pods that stay: neither a job's nor a test's. */
async function podsOf({ cluster }: Ground, image = '') {
  const text = await mustKubectl(cluster, ['get', 'pods', '-A', '-o', 'json']);
  const { items } = JSON.parse(text) as { items: KubernetesItem[] };
  const lasting = items.filter(({ metadata }) =>
    ['ReplicaSet', 'StatefulSet'].includes(metadata.ownerReferences?.[0]?.kind ?? ''),
  );
  return lasting
    .map(({ metadata, spec }) => ({
      name: `${metadata.namespace}/${metadata.name}`,
      uid: metadata.uid,
      image: spec.containers?.[0]?.image ?? '',
    }))
    .filter((pod) => pod.image.includes(image));
}

/** What stands in a namespace, with images and how many are ready; in the order of names. */
async function workloadsOf({ cluster }: Ground, namespace: string): Promise<string[]> {
  const text = await mustKubectl(cluster, ['get', 'deployments,statefulsets', '-n', namespace, '-o', 'json']);
  const { items } = JSON.parse(text) as { items: KubernetesItem[] };
  return items
    .map(({ kind, metadata, spec, status }) => {
      const images = spec.template?.spec.containers.map(({ image }) => image).join(' ');
      return `${kind}/${metadata.name} ${images} ready ${status?.readyReplicas ?? 0}`;
    })
    .sort();
}

/** What trust-manager does: once the Bundle is there, the authority's certificate is in each of our namespaces. */
function playTrustManager(cluster: ControlPlane): { stop(): Promise<void> } {
  let isOver = false;
  const work = (async () => {
    while (!isOver) {
      const { code } = await cluster.kubectl(['get', 'bundles.trust.cert-manager.io', 'alt-ca']);
      const chosen = ['get', 'namespaces', '-l', 'app.kubernetes.io/part-of=alt', '-o', 'name'];
      const { stdout } = code === 0 ? await cluster.kubectl(chosen) : { stdout: '' };
      const names = stdout.split('\n').filter((line) => line !== '');
      if (names.length > 0) {
        const maps = names.map((name) => ({
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'alt-ca', namespace: name.replace('namespace/', '') },
          data: { 'ca.crt': 'played' },
        }));
        await apply(cluster, 'trust', maps);
      }
      await seconds(1);
    }
  })();
  return {
    stop: async () => {
      isOver = true;
      await work;
    },
  };
}

function tail(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '' && !line.includes('level=warning'));
  return lines.slice(-25).join('\n     ');
}
