import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isServiceName, namespaces, services, workloads } from '@alt/topology';
import { type Connection, connectivityDifferences, isOurs, type PodSet, podSet } from '../connectivity.ts';
import { type KubernetesObject, manifest, type Rendered } from '../render.ts';
import { toolPath } from '../tools.ts';
import { type Check, type Context, counting, execute, type Step } from './step.ts';

const LABEL = 'app.kubernetes.io/name';

/**
 * Who may talk to whom by the rendered policies, as np-guard's analyzer reads them, is exactly what the flow table says. It
 * knows nothing of the topology, and the policies are judged together with the labels of the rendered pods.
 */
export const connectivityStep: Step = {
  name: 'connectivity',
  needs: ['helm', 'netpolicy'],
  async run(context): Promise<Check> {
    const { rendered } = await context.rendering();
    const profiles = [...new Set(rendered.map(({ profile }) => profile))].filter(
      (profile) => profile !== 'schedule-mode',
    );
    const results = await Promise.all(profiles.map((profile) => judge(context, profile, rendered)));
    const pairs = results.reduce((sum, { pairs }) => sum + pairs, 0);
    return {
      errors: results.flatMap(({ errors }) => errors),
      counted: `${counting(pairs, 'open pair')} in ${counting(profiles.length, 'profile')}`,
    };
  },
};

async function judge(
  context: Context,
  profile: string,
  rendered: readonly Rendered[],
): Promise<{ errors: string[]; pairs: number }> {
  const objects = rendered.filter((each) => each.profile === profile).flatMap(({ objects }) => objects);
  const policies = objects.filter(({ kind }) => kind === 'NetworkPolicy');
  if (policies.length === 0) return { errors: [`${profile}: no chart renders a NetworkPolicy.`], pairs: 0 };
  const pods = withStandIns(objects.filter((object) => labelOf(object) !== undefined));
  const folder = path.join(await context.scratch(), profile);
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'all.yaml'), manifest([...policies, ...pods, ...namespacesOf(pods)]));
  const connections = await listConnections(folder);
  const sets = pods.map(setOf);
  const nameless = sets
    .filter(({ node, key }) => node === null && !key.includes('/stranger-'))
    .map(({ key }) => `${key} has no name that the topology knows.`);
  const errors = [...nameless, ...connectivityDifferences(sets, connections)];
  return { errors: errors.map((error) => `${profile}: ${error}`), pairs: connections.length };
}

/** The analyzer's list for a folder of manifests. What it cannot read it only mentions, and goes on without it. */
export async function listConnections(folder: string): Promise<Connection[]> {
  const { stdout, stderr } = await execute(toolPath('netpolicy'), ['list', '--dirpath', folder, '--output', 'json']);
  const complaint =
    stderr.split('\n').find((line) => / err : /.test(line)) ?? (stdout.trim().startsWith('[') ? null : stderr);
  if (complaint !== null)
    throw new Error(`netpolicy could not read the manifests: ${complaint.replace(/^.* err : /, '')}`);
  return JSON.parse(stdout) as Connection[];
}

type Template = { metadata?: { labels?: Record<string, string> } };
type Workload = { spec?: { template?: Template; jobTemplate?: { spec?: { template?: Template } } } };

/** The name on the pods of an object; undefined for what makes none. */
function labelOf(object: KubernetesObject): string | undefined {
  if (object.kind === 'Pod') return object.metadata.labels?.[LABEL] ?? '';
  const { spec } = object as Workload;
  const template = object.kind === 'CronJob' ? spec?.jobTemplate?.spec?.template : spec?.template;
  const isWorkload = ['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob'].includes(object.kind);
  return isWorkload ? (template?.metadata?.labels?.[LABEL] ?? '') : undefined;
}

function setOf(object: KubernetesObject): PodSet {
  const { name, namespace = 'default' } = object.metadata;
  return podSet(`${namespace}/${name}[${object.kind}]`, namespace, labelOf(object) ?? '');
}

/** Pods in place of what others deploy or a chart leaves out, and pods that nobody knows. */
function withStandIns(rendered: readonly KubernetesObject[]): KubernetesObject[] {
  const present = new Set(rendered.map(labelOf));
  const absent = [...Object.entries(services), ...Object.entries(workloads)].filter(
    ([name, { namespace }]) =>
      namespace !== null &&
      !present.has(name) &&
      (isOurs(namespace) || ['linkerd', 'vault', 'kube-dns', 'keda-operator', 'prometheus'].includes(name)),
  );
  const strangers = [...Object.keys(namespaces).filter(isOurs), 'default'];
  return [
    ...rendered,
    ...absent.map(([name, { namespace }]) => pod(name, namespace ?? 'default', labelsOfStandIn(name))),
    // Outside of our namespaces a pod may bear any name: the policies must ask for the namespace as well.
    ...strangers.map((namespace) =>
      pod(`stranger-${namespace}`, namespace, { [LABEL]: isOurs(namespace) ? 'stranger' : 'alt-backend' }),
    ),
  ];
}

/** Others label their pods in their own way; the topology's name is added, so that the comparison knows them. */
function labelsOfStandIn(name: string): Record<string, string> {
  if (name === 'kube-dns') return { 'k8s-app': 'kube-dns', [LABEL]: name };
  if (name === 'linkerd') return { 'linkerd.io/control-plane-component': 'destination', [LABEL]: name };
  return { [LABEL]: name };
}

function pod(name: string, namespace: string, labels: Record<string, string>): KubernetesObject {
  const ports = isServiceName(name) ? [services[name].port] : [];
  const containerPorts = ports.flatMap((port) => (port === null ? [] : [{ containerPort: port }]));
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels },
    spec: { containers: [{ name: 'main', image: 'stand-in', ports: containerPorts }] },
  };
}

function namespacesOf(pods: readonly KubernetesObject[]): KubernetesObject[] {
  const names = new Set(pods.map(({ metadata }) => metadata.namespace ?? 'default'));
  return [...names].map((name) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
  }));
}
