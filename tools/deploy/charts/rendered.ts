// Rendered objects and the pods that they make, as far as the checks look.
export type RenderedObject = {
  kind: string;
  metadata: { name: string; namespace?: string; annotations?: Record<string, string> };
  [field: string]: unknown;
};
export type RenderedChart = {
  chart: { name: string; layer: string; namespace: string };
  profile: string;
  objects: readonly RenderedObject[];
};

export type Container = {
  name: string;
  env?: { name: string; value?: string; valueFrom?: { fieldRef?: { fieldPath?: string } } }[];
  ports?: { name?: string; containerPort: number }[];
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
  securityContext?: {
    allowPrivilegeEscalation?: boolean;
    readOnlyRootFilesystem?: boolean;
    capabilities?: { drop?: string[] };
  };
  startupProbe?: Probe;
  livenessProbe?: Probe;
  readinessProbe?: Probe;
};
export type Probe = { httpGet?: { path?: string; port?: string | number }; tcpSocket?: unknown; exec?: unknown };
type Volume = {
  secret?: { secretName?: string };
  projected?: { sources?: { secret?: { name?: string } }[] };
  emptyDir?: { sizeLimit?: string };
  name: string;
};
export type PodSpec = {
  serviceAccountName?: string;
  automountServiceAccountToken?: boolean;
  enableServiceLinks?: boolean;
  securityContext?: { runAsNonRoot?: boolean; runAsUser?: number; seccompProfile?: { type?: string } };
  topologySpreadConstraints?: { topologyKey?: string }[];
  containers?: Container[];
  initContainers?: Container[];
  volumes?: Volume[];
};
export type Pod = {
  owner: RenderedObject;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  spec: PodSpec;
};

/** The pods that an object makes. */
export function podsOf(object: RenderedObject): Pod[] {
  const { spec } = object as { spec?: { template?: unknown; jobTemplate?: { spec?: { template?: unknown } } } };
  const template =
    object.kind === 'Pod' ? object : object.kind === 'CronJob' ? spec?.jobTemplate?.spec?.template : spec?.template;
  if (!['Pod', 'Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob'].includes(object.kind)) return [];
  const { metadata, spec: pod } = template as { metadata?: Partial<Pod>; spec: PodSpec };
  return [{ owner: object, labels: metadata?.labels ?? {}, annotations: metadata?.annotations ?? {}, spec: pod }];
}
