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

/** The charts that hold workloads of ours, by layer. What is in none is deployed by others, or by layer 08, and has its policies in layer 01. */
// biome-ignore format: a table is read in rows
const charts: Readonly<Record<string, readonly (ServiceName | WorkloadName)[]>> = {
  '02-infrastructure': ['postgres', 'auth-postgres', 'kratos-postgres', 'clickhouse', 'meilisearch'],
  '04-core-services': ['alt-backend', 'sidecar-proxy', 'envoy-proxy', 'tenant-service', 'arch-repo-service'],
  '05-auth-platform': ['auth-service', 'kratos'],
  '06-application': ['alt-frontend', 'nginx-external', 'cloudflared'],
  '07-processing': ['pre-processor', 'pre-processor-sidecar', 'search-indexer', 'tag-generator', 'news-creator', 'auth-token-manager', 'rask-log-aggregator'],
};

/** The folder of the chart that deploys a workload, below `skaffold/`; null where none of ours does. The tunnel belongs to the way in. */
export function chartFolderOf(name: string): string | null {
  const chart = name === 'cloudflared' ? 'nginx-external' : name;
  const layer = Object.entries(charts).find(([, names]) => names.some((each) => each === name))?.[0];
  return layer ? `${layer}/charts/${chart}` : null;
}

/** Jobs that prepare a store before its users come: named after it. Kratos brings its own schema. */
const prepared: readonly WorkloadName[] = [...Object.values(databases).map(({ server }) => server), 'meilisearch'];

/** Everything in a namespace of ours. */
export const ourPods: readonly PodSet[] = [...named(), ...jobs(), ...tests()];

/** What stands in others' namespaces and is talked to, or talks to us. */
export const othersPods: readonly PodSet[] = (['vault', 'linkerd', 'kube-dns', 'keda-operator'] as const).map(
  (node) => {
    const { namespace, ports, isMeshed } = workloads[node];
    return { name: node, namespace, node, ports: Object.values(ports), isMeshed };
  },
);

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
