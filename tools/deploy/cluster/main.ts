// `npm run test:cluster`: a real Kubernetes API judges what the charts render, with its own validation, defaults and admission.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { namespaces } from '@alt/topology';
import { type KubernetesObject, manifest, type Rendered, renderAll } from '../render.ts';
import { customResources } from '../schemas.ts';
import { ensureTools } from '../tools.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const PROFILES = ['dev', 'staging', 'prod', 'everything'] as const;

type Case = { name: string; problems: readonly string[] };

/** Runs all cases and prints one line for each. */
async function main(): Promise<boolean> {
  await ensureTools(['helm', 'kine', 'kubernetes']);
  const folder = await mkdtemp(path.join(tmpdir(), 'alt-cluster-'));
  let cluster: ControlPlane | undefined;
  try {
    const { rendered, errors } = await renderAll(path.join(root, 'skaffold'));
    if (errors.length > 0) throw new Error(errors.join('\n'));
    cluster = await startControlPlane(folder);
    console.log(
      'An API server without nodes stands; the definitions of custom resources are applied in place of their operators.',
    );
    await prepare(cluster, folder, rendered);
    const cases = [await refusesRoot(cluster, folder)];
    for (const profile of PROFILES) cases.push(await accepts(cluster, folder, profile, rendered));
    for (const { name, problems } of cases) {
      console.log(`${problems.length === 0 ? 'ok  ' : 'FAIL'} ${name}`);
      for (const problem of problems.slice(0, 40)) console.log(`     ${problem}`);
    }
    const failed = cases.filter(({ problems }) => problems.length > 0).length;
    console.log(`${cases.length - failed} passed, ${failed} failed`);
    return failed === 0;
  } finally {
    await cluster?.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Custom resources, and our namespaces as layer 01 makes them: with Pod Security, whose warnings are asked for as well. */
async function prepare(cluster: ControlPlane, folder: string, rendered: readonly Rendered[]): Promise<void> {
  const resources = (await customResources()) as unknown as KubernetesObject[];
  const made = rendered.filter(({ profile }) => profile === 'prod').flatMap(({ objects }) => objects);
  const ours = made
    .filter(({ kind }) => kind === 'Namespace')
    .map((object) => ({
      ...object,
      metadata: { ...object.metadata, labels: { ...object.metadata.labels, ...WARNINGS } },
    }));
  const others = Object.keys(namespaces).filter((name) => !ours.some(({ metadata }) => metadata.name === name));
  const stubs = others.map((name): KubernetesObject => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }));
  for (const [name, objects] of Object.entries({
    resources,
    namespaces: [...ours, ...stubs],
    accounts: accountsOf(rendered),
  })) {
    const file = path.join(folder, `${name}.yaml`);
    await writeFile(file, manifest(objects));
    const { code, stderr } = await cluster.kubectl(['apply', '--server-side', '--force-conflicts', '-f', file]);
    if (code !== 0) throw new Error(`The ${name} are refused: ${stderr}`);
  }
  await cluster.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s']);
}

/** The accounts of the pods: Helm would have made the charts' own before a test, and a controller each namespace's. */
function accountsOf(rendered: readonly Rendered[]): KubernetesObject[] {
  const own = rendered.flatMap(({ objects }) => objects).filter(({ kind }) => kind === 'ServiceAccount');
  const byName = new Map(own.map((account) => [`${account.metadata.namespace}/${account.metadata.name}`, account]));
  const common = Object.keys(namespaces).map(
    (namespace): KubernetesObject => ({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'default', namespace },
    }),
  );
  return [...byName.values(), ...common];
}

const WARNINGS = { 'pod-security.kubernetes.io/warn': 'restricted' };

/** Pod Security is really asked: a pod that does not give up its rights is refused in a namespace of ours. */
async function refusesRoot(cluster: ControlPlane, folder: string): Promise<Case> {
  const name = 'a pod that may run as root is refused in each namespace of ours';
  const ours = Object.entries(namespaces).flatMap(([namespace, { owner }]) => (owner === 'alt' ? [namespace] : []));
  const problems: string[] = [];
  for (const namespace of ours) {
    const file = path.join(folder, `root-${namespace}.yaml`);
    const spec = { containers: [{ name: 'main', image: 'none' }] };
    await writeFile(file, manifest([{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'root', namespace }, spec }]));
    const { code, stderr } = await cluster.kubectl(['apply', '--server-side', '--dry-run=server', '-f', file]);
    if (code === 0 || !stderr.includes('violates PodSecurity'))
      problems.push(`${namespace}: ${stderr.trim() || 'it was let in'}`);
  }
  return { name, problems: ours.length > 0 ? problems : ['There is no namespace of ours.'] };
}

/** The server takes every object of a profile, without a warning. */
async function accepts(
  cluster: ControlPlane,
  folder: string,
  profile: string,
  rendered: readonly Rendered[],
): Promise<Case> {
  const charts = rendered.filter((each) => each.profile === profile && each.objects.length > 0);
  const place = path.join(folder, profile);
  await mkdir(place, { recursive: true });
  const problems: string[] = [];
  let count = 0;
  for (const { chart, objects } of charts) {
    const file = path.join(place, `${chart.name}.yaml`);
    await writeFile(file, manifest(objects));
    const { code, stderr } = await cluster.kubectl([
      'apply',
      '--server-side',
      '--force-conflicts',
      '--dry-run=server',
      '-f',
      file,
    ]);
    const complaints = stderr.split('\n').filter((line) => line.trim() !== '');
    problems.push(...complaints.map((line) => `${chart.layer}/${chart.name}: ${line}`));
    if (code !== 0 && complaints.length === 0) problems.push(`${chart.layer}/${chart.name}: refused without a word.`);
    count += objects.length;
  }
  if (count === 0) problems.push('There was nothing to take.');
  return { name: `${profile}: the server takes ${count} objects of ${charts.length} charts`, problems };
}

if (process.argv[1] === import.meta.filename) process.exitCode = (await main()) ? 0 : 1;
