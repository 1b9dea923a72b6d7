import { covers, type Flow, flows, meshInboundPort, type NodeName } from '@alt/topology';
import { chartFolderOf, othersPods, ourPods, type PodSet } from './pods.ts';

/** One row of the flow table between two sets of pods, each of which labels can select. */
export type Edge = {
  id: string;
  from: PodSet;
  to: PodSet;
  ports: readonly number[];
  protocol: Flow['protocol'];
  purpose: string;
  /** Whether the row speaks of a group of pods. Such rows are said once, in layer 01; the others in the charts of both ends. */
  isOfGroup: boolean;
};

/** The port where the mesh's proxy tells its metrics. */
export const meshMetricsPort = 4191;

/** The rows that hold on a cluster. */
export const clusterFlows: readonly Flow[] = flows.filter(({ shape }) => shape !== 'machine');

const pods: readonly PodSet[] = [...ourPods, ...othersPods];

/** Every pair of pods that may talk, with its row. What every pod (names) or every meshed pod (control plane) may do is said apart. */
export const edges: readonly Edge[] = clusterFlows
  .filter(({ from, to }) => !isForAll(from) && !isAddress(from) && !isAddress(to))
  .flatMap(edgesOf);

/** The ports that a policy opens for an edge: between meshed pods the mesh may carry it to its own inbound port. */
export function openedPorts({ from, to, ports }: Pick<Edge, 'from' | 'to' | 'ports'>): number[] {
  const isMeshed = from.isMeshed && to.isMeshed && !ports.includes(meshMetricsPort);
  return isMeshed ? [...ports, meshInboundPort] : [...ports];
}

/** Whether the rule of an edge stands in the chart of that end, and not in layer 01. */
export function isInChart(edge: Edge, end: PodSet): boolean {
  return !edge.isOfGroup && chartFolderOf(end.name) !== null;
}

/** The rows between pods of ours and what only an address describes: the internet, the Kubernetes API. */
export function addressFlows(address: 'internet' | 'kube-apiserver', side: 'from' | 'to'): [Flow, PodSet][] {
  return clusterFlows
    .filter((flow) => flow[side] === address)
    .flatMap((flow) => {
      const pod = ourPods.find(({ name }) => name === flow[side === 'to' ? 'from' : 'to']);
      return pod ? [[flow, pod] satisfies [Flow, PodSet]] : [];
    });
}

function edgesOf(flow: Flow): Edge[] {
  const { id, protocol, purpose } = flow;
  const isOfGroup = [flow.from, flow.to].some((end) => !pods.some(({ name }) => name === end));
  const found = podsOf(flow.from).flatMap((from) =>
    podsOf(flow.to)
      .filter((to) => to.name !== from.name && (from.serves === undefined || from.serves === to.name))
      .map((to) => ({
        id,
        from,
        to,
        ports: flow.ports === 'own' ? to.ports : flow.ports,
        protocol,
        purpose,
        isOfGroup,
      })),
  );
  return found.filter(({ ports }) => ports.length > 0);
}

function podsOf(end: NodeName): readonly PodSet[] {
  return pods.filter(({ node }) => covers(end, node));
}

function isForAll(end: NodeName): boolean {
  return end === 'every-pod' || end === 'meshed-pod';
}

function isAddress(end: NodeName): boolean {
  return end === 'internet' || end === 'kube-apiserver';
}
