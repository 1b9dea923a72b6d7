// `npm run test:cluster`: a real Kubernetes API judges what the charts render, with its own validation, defaults and admission, and
// Skaffold deploys every profile to it.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { namespaces } from '@alt/topology';
import { type KubernetesObject, manifest, type Rendered, renderAll } from '../render.ts';
import { customResources } from '../schemas.ts';
import { ensureTools } from '../tools.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { type Case, deployProfile } from './deploying.ts';
import { tokensCases } from './tokens.ts';
import { apply, mustKubectl, startWorkers } from './workers.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const PROFILES = ['dev', 'staging', 'prod', 'everything'] as const;

/** What can be asked for alone: the server's judgement of all profiles, tokens kept in it, or a profile deployed. */
const PARTS = ['server', 'tokens', 'dev', 'staging', 'prod'];

/** Runs all cases, of the parts named on the command line or of all, and prints one line for each. */
async function main(parts: readonly string[]): Promise<boolean> {
  const unknown = parts.filter((name) => !PARTS.includes(name));
  if (unknown.length > 0) throw new Error(`No such part: ${unknown.join(', ')}. There are ${PARTS.join(', ')}.`);
  await ensureTools(['helm', 'kine', 'kubernetes', 'kwok', 'skaffold']);
  const counts = { passed: 0, failed: 0 };
  const tell = ({ name, problems }: Case) => {
    counts[problems.length === 0 ? 'passed' : 'failed'] += 1;
    console.log(`${problems.length === 0 ? 'ok  ' : 'FAIL'} ${name}`);
    for (const problem of problems.slice(0, 40)) console.log(`     ${problem}`);
  };
  for (const part of parts.length > 0 ? parts : PARTS) {
    for (const one of await withCluster((cluster) => workOf(cluster, part))) tell(one);
  }
  console.log(`${counts.passed} passed, ${counts.failed} failed`);
  return counts.failed === 0;
}

function workOf(cluster: ControlPlane, part: string): Promise<Case[]> {
  if (part === 'server') return judged(cluster);
  return part === 'tokens' ? tokensKept(cluster) : deployed(cluster, part);
}

/** A cluster for one piece of work, in a folder that goes with it; kept, with its logs, where ALT_KEEP says so. */
async function withCluster(work: (cluster: ControlPlane) => Promise<Case[]>): Promise<Case[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'alt-cluster-'));
  const cluster = await startControlPlane(folder);
  try {
    return await work(cluster);
  } finally {
    await cluster.stop();
    if (process.env.ALT_KEEP) console.log(`Kept: ${folder}`);
    else await rm(folder, { recursive: true, force: true });
  }
}

/** The server alone judges every object of every profile. */
async function judged(cluster: ControlPlane): Promise<Case[]> {
  const { rendered, errors } = await renderAll(path.join(root, 'skaffold'));
  if (errors.length > 0) throw new Error(errors.join('\n'));
  console.log('The definitions of custom resources are applied in place of their operators.');
  await prepare(cluster, rendered);
  const cases = [await refusesRoot(cluster)];
  for (const profile of PROFILES) cases.push(await accepts(cluster, profile, rendered));
  return cases;
}

/** auth-token-manager keeps tokens in it, as the account that its chart makes. */
async function tokensKept(cluster: ControlPlane): Promise<Case[]> {
  const { rendered, errors } = await renderAll(path.join(root, 'skaffold'));
  if (errors.length > 0) throw new Error(errors.join('\n'));
  await apply(cluster, 'namespaces', Object.keys(namespaces).map(emptyNamespace));
  return tokensCases(cluster, rendered);
}

/** Skaffold deploys a profile to nodes that kwok plays. */
async function deployed(cluster: ControlPlane, profile: string): Promise<Case[]> {
  await apply(cluster, 'resources', (await customResources()) as unknown as KubernetesObject[]);
  await mustKubectl(cluster, ['wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s']);
  const others = Object.entries(namespaces).flatMap(([name, { owner }]) => (owner === 'alt' ? [] : [name]));
  await apply(cluster, 'others', others.map(emptyNamespace));
  await startWorkers(cluster);
  return deployProfile(root, cluster, profile);
}

function emptyNamespace(name: string): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

/** Custom resources, and our namespaces as layer 01 makes them: with Pod Security, whose warnings are asked for as well. */
async function prepare(cluster: ControlPlane, rendered: readonly Rendered[]): Promise<void> {
  const resources = (await customResources()) as unknown as KubernetesObject[];
  const made = rendered.filter(({ profile }) => profile === 'prod').flatMap(({ objects }) => objects);
  const ours = made
    .filter(({ kind }) => kind === 'Namespace')
    .map((object) => ({
      ...object,
      metadata: { ...object.metadata, labels: { ...object.metadata.labels, ...WARNINGS } },
    }));
  const others = Object.keys(namespaces).filter((name) => !ours.some(({ metadata }) => metadata.name === name));
  await apply(cluster, 'resources', resources);
  await apply(cluster, 'namespaces', [...ours, ...others.map(emptyNamespace)]);
  await apply(cluster, 'accounts', accountsOf(rendered));
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
async function refusesRoot(cluster: ControlPlane): Promise<Case> {
  const name = 'a pod that may run as root is refused in each namespace of ours';
  const ours = Object.entries(namespaces).flatMap(([namespace, { owner }]) => (owner === 'alt' ? [namespace] : []));
  const problems: string[] = [];
  for (const namespace of ours) {
    const file = path.join(cluster.folder, `root-${namespace}.yaml`);
    const spec = { containers: [{ name: 'main', image: 'none' }] };
    await writeFile(file, manifest([{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'root', namespace }, spec }]));
    const { code, stderr } = await cluster.kubectl(['apply', '--server-side', '--dry-run=server', '-f', file]);
    if (code === 0 || !stderr.includes('violates PodSecurity'))
      problems.push(`${namespace}: ${stderr.trim() || 'it was let in'}`);
  }
  return { name, problems: ours.length > 0 ? problems : ['There is no namespace of ours.'] };
}

/** The server takes every object of a profile, without a warning. */
async function accepts(cluster: ControlPlane, profile: string, rendered: readonly Rendered[]): Promise<Case> {
  const charts = rendered.filter((each) => each.profile === profile && each.objects.length > 0);
  const place = path.join(cluster.folder, profile);
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

if (process.argv[1] === import.meta.filename) process.exitCode = (await main(process.argv.slice(2))) ? 0 : 1;
