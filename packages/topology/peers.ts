import { type Flow, flows, type NodeName, type Shape, type TargetOf } from './flows.ts';
import { type Namespace, namespaces } from './namespaces.ts';
import {
  type ClusterServerName,
  isServiceName,
  type ServerName,
  type ServiceName,
  serviceNames,
  servicePort,
  services,
} from './services.ts';
import { isWorkloadName, type WorkloadName, workloads } from './workloads.ts';

/** The services that the flow table lets a service call: the argument of `host.peer(…)`. */
export type PeerOf<Name extends ServiceName> = Extract<TargetOf<Name>, ServerName>;

/** Where a service listens unless its environment variable says otherwise: a URL without a path. */
export function serviceAddress<Where extends Shape>(
  name: Where extends 'cluster' ? ClusterServerName : ServerName,
  shape: Where,
): string {
  return addressOf(name, servicePort(name), shape);
}

/** The URL of a service or workload at one of its ports; what has no namespace is found on loopback. */
export function addressOf(name: ServiceName | WorkloadName, port: number, shape: Shape): string {
  const { namespace } = isServiceName(name) ? services[name] : workloads[name];
  const host = shape === 'cluster' && namespace ? `${name}.${namespace}.svc.cluster.local` : '127.0.0.1';
  return `http://${host}:${port}`;
}

/** The environment variable that overrides a service's address: `AUTH_SERVICE_URL`; sidecar-proxy's has a name of its own. */
export function environmentNameOf(name: ServerName): string {
  return name === 'sidecar-proxy' ? 'SIDECAR_PROXY_BASE_URL' : `${name.replaceAll('-', '_').toUpperCase()}_URL`;
}

/** Whether some row of the flow table lets `from` reach `to`, in this shape and on this port where they are given. */
export function isFlowAllowed(from: NodeName, to: NodeName, on: { shape?: Shape; port?: number } = {}): boolean {
  return flows.some(
    (flow) =>
      covers(flow.from, from) &&
      covers(flow.to, to) &&
      (on.shape === undefined || flow.shape === 'both' || flow.shape === on.shape) &&
      (on.port === undefined || portsOf(flow.ports, to).includes(on.port)),
  );
}

/** Whether an end of a flow, which may be a group, covers a node. */
export function covers(end: NodeName, node: NodeName): boolean {
  return end === node || membersOf(end).includes(node);
}

/** The services and workloads of a group. What has no named members stands for itself. */
export function membersOf(node: NodeName): readonly NodeName[] {
  if (node === 'every-service') return serviceNames;
  // Asked for each row of the table at each request between services: nothing is made where there is no group.
  if (node !== 'every-pod' && node !== 'meshed-pod') return [node];
  const pods = [...Object.entries(services), ...Object.entries(workloads)] as [ServiceName | WorkloadName, Pod][];
  return pods.filter(([, pod]) => (node === 'every-pod' ? isOurs(pod) : pod.isMeshed)).map(([name]) => name);
}

type Pod = { namespace: Namespace | null; isMeshed: boolean };

function isOurs({ namespace }: Pod): boolean {
  return namespace !== null && namespaces[namespace].owner === 'alt';
}

/** `own` stands for the ports that the target itself names. */
function portsOf(ports: Flow['ports'], to: NodeName): readonly number[] {
  if (ports !== 'own') return ports;
  if (isServiceName(to)) return [services[to].port].filter((port) => port !== null);
  return isWorkloadName(to) ? Object.values(workloads[to].ports) : [];
}
