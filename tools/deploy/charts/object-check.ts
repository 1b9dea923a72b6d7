// What the rendered objects of the charts must be: the promises that a schema cannot express.
import { databases, isServiceName, isWorkloadName, type ServiceName, services } from '@alt/topology';
import { meshErrors } from './mesh-check.ts';
import {
  type Container,
  type Pod,
  type PodSpec,
  type Probe,
  podsOf,
  type RenderedChart,
  type RenderedObject,
} from './rendered.ts';
import { testErrors } from './tests-check.ts';

export type { RenderedChart, RenderedObject } from './rendered.ts';

/** Settings whose value is nobody's business; they are files, never values. */
const SECRET = /(_KEY|_PASSWORD|_SECRET|_TOKEN|DATABASE_URL|SMTP_URL|^DSN)$/;

/** Sentences about charts of ours in all profiles that were rendered. */
export function objectErrors(rendered: readonly RenderedChart[]): string[] {
  const ofCharts = rendered.flatMap(({ chart, profile, objects }) => {
    const pods = objects.flatMap(podsOf);
    const errors = [
      ...pods.flatMap((pod) => podErrors(pod).map((error) => `${pod.owner.kind} ${pod.owner.metadata.name}: ${error}`)),
      ...plainSecretErrors(objects),
      ...budgetErrors(objects, pods),
      ...selectorErrors(objects, pods),
      ...pods.flatMap(rotationErrors),
      ...(isServiceName(chart.name) ? serviceErrors(chart.name, profile, objects, pods) : []),
    ];
    return errors.map((error) => `${chart.layer}/${chart.name} (${profile}): ${error}`);
  });
  return [...ofCharts, ...meshErrors(rendered), ...testErrors(rendered)];
}

function podErrors({ spec, labels, owner }: Pod): string[] {
  const containers = [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
  const { securityContext: security } = spec;
  const named = ['name', 'part-of', 'component'].filter((label) => !labels[`app.kubernetes.io/${label}`]);
  const mayHaveToken = owner.metadata.name === 'auth-token-manager';
  return [
    ...named.map((label) => `it has no label app.kubernetes.io/${label}.`),
    ...wrong(security?.runAsNonRoot !== true, 'it may run as root.'),
    ...wrong(security?.seccompProfile?.type !== 'RuntimeDefault', 'it has no seccomp profile.'),
    ...wrong(
      spec.automountServiceAccountToken !== false && !mayHaveToken,
      'it is given a token for the Kubernetes API.',
    ),
    ...wrong(spec.enableServiceLinks !== false, 'Kubernetes adds to its environment (enableServiceLinks).'),
    ...containers.flatMap((container) => containerErrors(container).map((error) => `${container.name} ${error}`)),
    ...mountedSecrets(spec)
      .filter((name) => !isKnownSecret(name) && !(name === TOKENS && owner.metadata.name === TOKEN_READER))
      .map((name) => `the Secret ${name} is in no list.`),
    ...(spec.volumes ?? [])
      .filter(({ emptyDir }) => emptyDir && !emptyDir.sizeLimit)
      .map(({ name }) => `the folder ${name} may become as large as its node.`),
  ];
}

function containerErrors({ resources, securityContext: security, env = [] }: Container): string[] {
  const shown = env.filter(({ name, value }) => value !== undefined && SECRET.test(name));
  return [
    ...wrong(!resources?.requests?.cpu || !resources.requests.memory, 'requests no CPU or memory.'),
    ...wrong(!resources?.limits?.memory, 'has no limit of memory.'),
    ...wrong(security?.allowPrivilegeEscalation !== false, 'may gain privileges.'),
    ...wrong(security?.readOnlyRootFilesystem !== true, 'may write into its image.'),
    ...wrong(!security?.capabilities?.drop?.includes('ALL'), 'keeps capabilities.'),
    ...shown.map(({ name }) => `has the secret ${name} in its environment.`),
  ];
}

function mountedSecrets({ volumes = [] }: PodSpec): string[] {
  return volumes.flatMap(({ secret, projected }) => [
    ...(secret?.secretName ? [secret.secretName] : []),
    ...(projected?.sources ?? []).flatMap((source) => source.secret?.name ?? []),
  ]);
}

/** `<workload>-secrets`, and the certificates of servers. */
/** Made by the chart of auth-token-manager; one service mounts the keys of it that hold access tokens. */
const TOKENS = 'auth-token-manager-tokens';
const TOKEN_READER = 'pre-processor-sidecar';

function isKnownSecret(name: string): boolean {
  const workload = name.replace(/-(secrets|tls)$/, '');
  return workload !== name && (isServiceName(workload) || isWorkloadName(workload));
}

/** Passwords of PostgreSQL are set by its jobs while it runs: a restart would only shut it. */
const withoutRestart: readonly string[] = Object.values(databases).map(({ server }) => server);

/** What runs on reads its Secret when it starts. */
function rotationErrors({ owner, labels, annotations, spec }: Pod): string[] {
  const name = labels['app.kubernetes.io/name'] ?? '';
  const isConcerned = ['Deployment', 'StatefulSet'].includes(owner.kind) && !withoutRestart.includes(name);
  const hasSecrets = mountedSecrets(spec).some((secret) => secret.endsWith('-secrets'));
  const isUnheard = isConcerned && hasSecrets && !annotations['checksum/secrets'];
  return wrong(isUnheard, `a new secret would not restart ${owner.kind} ${owner.metadata.name}.`);
}

/** A Secret in a chart has nothing in it, and a ConfigMap no secret. */
function plainSecretErrors(objects: readonly RenderedObject[]): string[] {
  return objects.flatMap((object) => {
    const { data = {}, stringData = {} } = object as {
      data?: Record<string, string>;
      stringData?: Record<string, string>;
    };
    const names = Object.keys({ ...data, ...stringData });
    if (object.kind === 'Secret') return names.map((name) => `the Secret ${object.metadata.name} carries ${name}.`);
    if (object.kind !== 'ConfigMap') return [];
    return names
      .filter((name) => SECRET.test(name))
      .map((name) => `the ConfigMap ${object.metadata.name} carries ${name}.`);
  });
}

/** What pods are spread over: nodes and zones. */
const ZONES = ['kubernetes.io/hostname', 'topology.kubernetes.io/zone'];

/** A budget and a spread where there is more than one pod, and only there. */
function budgetErrors(objects: readonly RenderedObject[], pods: readonly Pod[]): string[] {
  return pods
    .filter(({ owner }) => ['Deployment', 'StatefulSet'].includes(owner.kind))
    .flatMap((pod) => {
      const name = pod.owner.metadata.name;
      const scaler = objects.find(({ kind, metadata }) => kind === 'HorizontalPodAutoscaler' && metadata.name === name);
      const least = (scaler?.spec as { minReplicas?: number } | undefined)?.minReplicas;
      const given = (pod.owner.spec as { replicas?: number }).replicas;
      const isScaled = scaler !== undefined || objects.some(({ kind }) => kind === 'ScaledObject');
      const isMany = isScaled || (least ?? given ?? 1) > 1;
      const hasBudget = objects.some((object) => object.kind === 'PodDisruptionBudget' && selects(object, pod));
      const spread = pod.spec.topologySpreadConstraints ?? [];
      const hasSpread = isMany
        ? ZONES.every((zone) => spread.some((each) => each.topologyKey === zone))
        : spread.length > 0;
      const metrics = (scaler?.spec as { metrics?: { type: string }[] } | undefined)?.metrics ?? [];
      const isOfPod = metrics.some(({ type }) => type === 'Resource');
      return [
        ...wrong(isScaled && given !== undefined, `${name} has a number of replicas beside what scales it.`),
        ...wrong(isOfPod, `${name} is scaled by the CPU of its whole pod, the mesh's proxy included.`),
        ...wrong(
          isMany !== hasBudget,
          `${name} has ${hasBudget ? 'a' : 'no'} budget, and ${isMany ? 'several pods' : 'one pod'}.`,
        ),
        ...wrong(
          isMany !== hasSpread,
          `${name} is ${hasSpread ? '' : 'not '}spread, and has ${isMany ? 'several pods' : 'one pod'}.`,
        ),
      ];
    });
}

/** Whatever selects pods finds some in its own chart. */
function selectorErrors(objects: readonly RenderedObject[], pods: readonly Pod[]): string[] {
  return objects
    .filter(({ kind }) => ['Service', 'Deployment', 'StatefulSet', 'PodDisruptionBudget'].includes(kind))
    .filter((object) => selectorOf(object) !== null && !pods.some((pod) => selects(object, pod)))
    .map(({ kind, metadata }) => `the ${kind} ${metadata.name} selects no pod.`);
}

function selects(object: RenderedObject, { labels }: Pod): boolean {
  return Object.entries(selectorOf(object) ?? { none: '' }).every(([label, value]) => labels[label] === value);
}

function selectorOf(object: RenderedObject): Record<string, string> | null {
  const { selector } = (object.spec ?? {}) as { selector?: Record<string, unknown> };
  if (!selector) return null;
  return (object.kind === 'Service' ? selector : (selector.matchLabels ?? null)) as Record<string, string> | null;
}

/** What is true of a service of ours: its identity, port, endpoints, shutdown, mesh and test. */
function serviceErrors(
  service: ServiceName,
  profile: string,
  objects: readonly RenderedObject[],
  pods: readonly Pod[],
): string[] {
  const { port, namespace } = services[service];
  const own = pods.find(({ labels }) => labels['app.kubernetes.io/name'] === service);
  const test = pods.find(({ labels }) => labels['app.kubernetes.io/name'] === `${service}-test`);
  const container = own?.spec.containers?.[0];
  if (!own || !container) return ['it has no pod of its name.'];
  const elsewhere = objects.filter(({ metadata }) => metadata.namespace && metadata.namespace !== namespace);
  return [
    ...elsewhere.map(
      ({ kind, metadata }) => `the ${kind} ${metadata.name} is in ${metadata.namespace}, not ${namespace}.`,
    ),
    ...portErrors(port, container, objects),
    ...(own.owner.kind === 'CronJob' ? [] : probeErrors(container, profile)),
    ...wrong(own.spec.serviceAccountName !== service, 'its service account has another name.'),
    ...wrong(own.spec.securityContext?.runAsUser !== 65532, 'it does not run as 65532.'),
    ...wrong(own.annotations['linkerd.io/inject'] !== 'enabled', 'it is not in the mesh.'),
    ...wrong(port !== null && !trustsItsProxy(container), "it takes the mesh's proxy for every reader's address."),
    ...wrong(!own.annotations['checksum/config'], 'a new setting would not restart it.'),
    ...wrong(!test, '`helm test` has no pod.'),
    ...wrong(
      test !== undefined && port !== null && !JSON.stringify(test.spec).includes('/v1/health'),
      '`helm test` does not ask for /v1/health.',
    ),
  ];
}

function portErrors(port: number | null, { ports = [] }: Container, objects: readonly RenderedObject[]): string[] {
  const given = ports.map(({ containerPort }) => containerPort);
  const offered = objects
    .filter(({ kind }) => kind === 'Service')
    .flatMap(({ spec }) => (spec as { ports?: { port: number }[] }).ports ?? [])
    .map((each) => each.port);
  const expected = JSON.stringify(port === null ? [] : [port]);
  return [
    ...wrong(JSON.stringify(given) !== expected, `its container has the ports ${given}, and the topology ${port}.`),
    ...wrong(JSON.stringify(offered) !== expected, `its Service has the ports ${offered}, and the topology ${port}.`),
  ];
}

/** The mesh's proxy connects from an address of the pod; what the settings of all services name is kept beside it. */
function trustsItsProxy({ env = [] }: Container): boolean {
  const own = env.find(({ valueFrom }) => valueFrom?.fieldRef?.fieldPath === 'status.podIPs')?.name;
  const trusted = env.find(({ name }) => name === 'ALT_TRUSTED_PROXIES')?.value?.split(',') ?? [];
  // Kubernetes puts in what stands before: so the address comes first.
  const isBefore =
    env.findIndex(({ name }) => name === own) < env.findIndex(({ name }) => name === 'ALT_TRUSTED_PROXIES');
  return (
    isBefore && ['127.0.0.1', '::1', `$(${own})`, '$(ALT_TRUSTED_PROXIES)'].every((each) => trusted.includes(each))
  );
}

function probeErrors({ startupProbe, livenessProbe, readinessProbe }: Container, profile: string): string[] {
  const isOpen = (probe: Probe | undefined) => probe?.tcpSocket !== undefined;
  if (profile === 'schedule-mode') {
    const isAsked = [startupProbe, livenessProbe, readinessProbe].every((probe) => probe?.exec !== undefined);
    return wrong(!isAsked, 'under schedule-mode each probe is an exec.');
  }
  return [
    ...wrong(
      startupProbe?.httpGet?.path !== '/v1/live' && !isOpen(startupProbe),
      'its startup probe does not ask for /v1/live.',
    ),
    ...wrong(livenessProbe?.httpGet?.path !== '/v1/live', 'its liveness probe does not ask for /v1/live.'),
    ...wrong(readinessProbe?.httpGet?.path !== '/v1/ready', 'its readiness probe does not ask for /v1/ready.'),
  ];
}

function wrong(isWrong: boolean, sentence: string): string[] {
  return isWrong ? [sentence] : [];
}
