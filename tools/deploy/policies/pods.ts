import { readdirSync } from 'node:fs';
import path from 'node:path';
import {
  databases,
  type Namespace,
  namespaces,
  type ServiceName,
  services,
  type WorkloadName,
  workloads,
} from '@alt/topology';

/** What runs on a cluster, one entry for each set of equal pods: our services, others' workloads, and the pods of jobs and tests. */
export type PodSet = {
  /** The label `app.kubernetes.io/name`. */
  name: string;
  namespace: Namespace;
  /** The end of a flow that it stands for. */
  node: ServiceName | WorkloadName | 'migration-job' | 'test-pod';
  /** For a job or a test: the workload it is for, in the same namespace. */
  serves?: string;
  ports: readonly number[];
  isMeshed: boolean;
};

export const ourNamespaces: readonly Namespace[] = Object.entries(namespaces).flatMap(([name, { owner }]) =>
  owner === 'alt' ? [name as Namespace] : [],
);

const skaffold = path.resolve(import.meta.dirname, '../../../skaffold');

/** The layers whose charts say what their own pods may do. Layer 01 says it for whom no chart deploys, and for layer 08. */
const layers = ['02-infrastructure', '04-core-services', '05-auth-platform', '06-application', '07-processing'];

/** The folder of each chart of theirs, by the workload that it is named after. The tunnel belongs to the way in. */
const folders: ReadonlyMap<string, string> = new Map(
  layers.flatMap((layer) =>
    readdirSync(path.join(skaffold, layer, 'charts')).flatMap((chart) => {
      const folder = `${layer}/charts/${chart}`;
      return (chart === 'nginx-external' ? [chart, 'cloudflared'] : [chart]).map((name) => [name, folder] as const);
    }),
  ),
);

/** The folder of the chart that deploys a workload, below `skaffold/`; null where none of ours does. */
export function chartFolderOf(name: string): string | null {
  return folders.get(name) ?? null;
}

/** Jobs that prepare a store before its users come: named after it. Kratos brings its own schema. */
const prepared: readonly WorkloadName[] = [...Object.values(databases).map(({ server }) => server), 'meilisearch'];

/** Everything in a namespace of ours. */
export const ourPods: readonly PodSet[] = [...named(), ...jobs(), ...tests()];

/** What stands in others' namespaces and is talked to, or talks to us. */
export const othersPods: readonly PodSet[] = (
  ['vault', 'linkerd', 'kube-dns', 'keda-operator', 'prometheus'] as const
).map((node) => {
  const { namespace, ports, isMeshed } = workloads[node];
  return { name: node, namespace, node, ports: Object.values(ports), isMeshed };
});

function named(): PodSet[] {
  const all: [ServiceName | WorkloadName, { namespace: Namespace | null; isMeshed: boolean }, number[]][] = [
    ...Object.entries(services).map(
      ([name, service]) =>
        [name as ServiceName, service, service.port === null ? [] : [service.port]] satisfies (typeof all)[number],
    ),
    ...Object.entries(workloads).map(
      ([name, workload]) =>
        [name as WorkloadName, workload, Object.values(workload.ports)] satisfies (typeof all)[number],
    ),
  ];
  return all.flatMap(([name, { namespace, isMeshed }, ports]) =>
    namespace && ourNamespaces.includes(namespace) ? [{ name, namespace, node: name, ports, isMeshed }] : [],
  );
}

function jobs(): PodSet[] {
  const job = (name: string, serves: WorkloadName, namespace: Namespace): PodSet => ({
    name,
    namespace,
    node: 'migration-job',
    serves,
    ports: [],
    isMeshed: false,
  });
  return [
    ...prepared.map((server) => job(`${server}-migration`, server, namespaceOfWorkload(server))),
    job('kratos-migration', 'kratos-postgres', workloads.kratos.namespace),
  ];
}

function tests(): PodSet[] {
  return named()
    .filter(({ name, ports }) => chartFolderOf(name) !== null && ports.length > 0)
    .map(({ name, namespace }) => ({
      name: `${name}-test`,
      namespace,
      node: 'test-pod',
      serves: name,
      ports: [],
      isMeshed: false,
    }));
}

function namespaceOfWorkload(name: WorkloadName): Namespace {
  const { namespace } = workloads[name];
  if (namespace === null) throw new Error(`${name} has no namespace.`);
  return namespace;
}
