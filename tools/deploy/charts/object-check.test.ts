import { describe, expect, it } from 'vitest';
import { objectErrors, type RenderedObject } from './object-check.ts';

type Json = { [key: string]: unknown };

const security = { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } };
const podSecurity = { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } };
const labels = (name: string) => ({
  'app.kubernetes.io/name': name,
  'app.kubernetes.io/part-of': 'alt',
  'app.kubernetes.io/component': 'worker',
});
const resources = { requests: { cpu: '50m', memory: '64Mi' }, limits: { memory: '128Mi' } };
const http = (at: string) => ({ httpGet: { path: at, port: 'http' } });
const metadata = { name: 'tag-generator', namespace: 'alt-processing' };
const selector = { matchLabels: { 'app.kubernetes.io/name': 'tag-generator' } };

/** tag-generator with two pods, as its chart renders it, as far as the check looks. */
function good(): RenderedObject[] {
  const container = {
    name: 'tag-generator',
    ports: [{ name: 'http', containerPort: 9400 }],
    env: [
      { name: 'LOG_LEVEL', value: 'info' },
      { name: 'POD_IPS', valueFrom: { fieldRef: { fieldPath: 'status.podIPs' } } },
      { name: 'ALT_TRUSTED_PROXIES', value: '127.0.0.1,::1,$(POD_IPS),$(ALT_TRUSTED_PROXIES)' },
    ],
    resources,
    securityContext: security,
    startupProbe: http('/v1/live'),
    livenessProbe: http('/v1/live'),
    readinessProbe: http('/v1/ready'),
  };
  const pod = {
    serviceAccountName: 'tag-generator',
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: podSecurity,
    topologySpreadConstraints: [
      { topologyKey: 'kubernetes.io/hostname' },
      { topologyKey: 'topology.kubernetes.io/zone' },
    ],
    containers: [container],
    volumes: [
      { name: 'tmp', emptyDir: { sizeLimit: '1Mi' } },
      { name: 'secrets', projected: { sources: [{ secret: { name: 'tag-generator-secrets' } }] } },
    ],
  };
  const annotations = { 'checksum/config': 'x', 'checksum/secrets': 'y', 'linkerd.io/inject': 'enabled' };
  const testPod = {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: podSecurity,
    containers: [
      { name: 'test', resources, securityContext: security, command: ['node', 'http://tag-generator/v1/health'] },
    ],
  };
  return [
    { kind: 'ConfigMap', metadata, data: { LOG_LEVEL: 'info' } },
    { kind: 'Service', metadata, spec: { selector: selector.matchLabels, ports: [{ port: 9400 }] } },
    {
      kind: 'Deployment',
      metadata,
      spec: {
        replicas: 2,
        selector,
        template: { metadata: { labels: labels('tag-generator'), annotations }, spec: pod },
      },
    },
    { kind: 'PodDisruptionBudget', metadata, spec: { selector } },
    {
      kind: 'Pod',
      metadata: {
        ...metadata,
        name: 'tag-generator-test',
        annotations: { 'helm.sh/hook': 'test' },
        ...{ labels: labels('tag-generator-test') },
      },
      spec: testPod,
    },
  ];
}

/** What is said when the value at a path is another; null takes it away. */
function errorsWith(at: string, value: unknown): string {
  const objects = good();
  const [kind, ...keys] = at.split('.');
  const last = keys.pop() ?? '';
  const start = objects.find((object) => object.kind === kind) as unknown as Json;
  const parent = keys.reduce<Json>((inner, key) => inner[key] as Json, start);
  if (value === null) delete parent[last];
  else parent[last] = value;
  const chart = { name: 'tag-generator', layer: '07-processing', namespace: 'alt-processing' };
  return objectErrors([{ chart, profile: 'prod', objects }]).join('\n');
}

const TEMPLATE = 'Deployment.spec.template';
const POD = `${TEMPLATE}.spec`;
const CONTAINER = `${POD}.containers.0`;

describe('rendered objects', () => {
  it('say nothing when they are right', () => {
    expect(errorsWith('ConfigMap.data.LOG_LEVEL', 'debug')).toBe('');
  });

  it.each<[string, unknown, string]>([
    [`${POD}.securityContext.runAsNonRoot`, false, 'it may run as root'],
    [`${POD}.securityContext.runAsUser`, 1000, 'does not run as 65532'],
    [`${POD}.securityContext.seccompProfile`, null, 'no seccomp profile'],
    [`${POD}.automountServiceAccountToken`, null, 'is given a token'],
    [`${POD}.enableServiceLinks`, true, 'adds to its environment'],
    [`${POD}.serviceAccountName`, 'default', 'service account has another name'],
    [`${POD}.topologySpreadConstraints`, [], 'is not spread'],
    [`${POD}.topologySpreadConstraints.1.topologyKey`, 'kubernetes.io/hostname', 'is not spread'],
    [`${POD}.volumes.0.emptyDir`, {}, 'the folder tmp may become as large as its node'],
    [`${POD}.volumes.1.projected.sources.0.secret.name`, 'everything', 'the Secret everything is in no list'],
    [`${CONTAINER}.securityContext.readOnlyRootFilesystem`, false, 'may write into its image'],
    [`${CONTAINER}.securityContext.allowPrivilegeEscalation`, null, 'may gain privileges'],
    [`${CONTAINER}.securityContext.capabilities`, null, 'keeps capabilities'],
    [`${CONTAINER}.resources.requests`, {}, 'requests no CPU or memory'],
    [`${CONTAINER}.resources.limits`, {}, 'has no limit of memory'],
    [`${CONTAINER}.env.0.name`, 'DATABASE_URL', 'has the secret DATABASE_URL in its environment'],
    [`${CONTAINER}.env.1.valueFrom.fieldRef.fieldPath`, 'status.hostIPs', "takes the mesh's proxy for every reader's"],
    [`${CONTAINER}.env.2.value`, '127.0.0.1/32', "takes the mesh's proxy for every reader's"],
    [`${CONTAINER}.ports.0.containerPort`, 9401, 'its container has the ports 9401'],
    [`${CONTAINER}.startupProbe.httpGet.path`, '/v1/ready', 'startup probe'],
    [`${CONTAINER}.livenessProbe.httpGet.path`, '/v1/ready', 'liveness probe'],
    [`${CONTAINER}.readinessProbe`, null, 'readiness probe'],
    [`${TEMPLATE}.metadata.labels`, labels('tag-maker'), 'no pod of its name'],
    [`${TEMPLATE}.metadata.annotations`, { 'linkerd.io/inject': 'enabled' }, 'a new secret would not restart'],
    [`${TEMPLATE}.metadata.annotations`, { 'checksum/config': 'x', 'checksum/secrets': 'y' }, 'not in the mesh'],
    ['Deployment.spec.replicas', 1, 'has a budget, and one pod'],
    ['Deployment.metadata', { name: 'tag-generator', namespace: 'default' }, 'is in default, not alt-processing'],
    ['Service.spec.ports', [{ port: 80 }], 'its Service has the ports 80'],
    ['Service.spec.selector', { app: 'x' }, 'the Service tag-generator selects no pod'],
    ['PodDisruptionBudget.spec.selector', { matchLabels: { app: 'x' } }, 'has no budget, and several pods'],
    ['ConfigMap.data', { SMTP_URL: 'smtps://u:p@x' }, 'carries SMTP_URL'],
    ['Pod.spec.containers.0.command', ['node'], 'does not ask for /v1/health'],
    ['Pod.metadata.labels', labels('test'), '`helm test` has no pod'],
  ])('are refused with %s: %j', (at, value, sentence) => {
    expect(errorsWith(at, value)).toContain(sentence);
  });

  it('restart with their Secret where they read it at their start; PostgreSQL, whose passwords are set while it runs, does not', () => {
    const said = (name: string) => {
      const volumes = [{ name: 'secrets', secret: { secretName: `${name}-secrets` } }];
      const template = { metadata: { labels: labels(name) }, spec: { volumes } };
      const objects = [{ kind: 'StatefulSet', metadata: { ...metadata, name }, spec: { selector, template } }];
      return objectErrors([{ chart: { name, layer: '02-infrastructure', namespace: '' }, profile: 'prod', objects }]);
    };
    const sentence = expect.stringContaining('a new secret would not restart');
    expect(said('meilisearch')).toContainEqual(sentence);
    expect(said('postgres')).not.toContainEqual(sentence);
  });

  it('are refused with a secret in a Secret, and with a number of replicas beside a scaler', () => {
    const chart = { name: 'tag-generator', layer: '07-processing', namespace: 'alt-processing' };
    const secret = {
      kind: 'Secret',
      metadata: { ...metadata, name: 'tag-generator-secrets' },
      data: { DATABASE_URL: 'eA==' },
    };
    const scaler = {
      kind: 'HorizontalPodAutoscaler',
      metadata,
      spec: { minReplicas: 2, metrics: [{ type: 'Resource' }] },
    };
    const said = objectErrors([{ chart, profile: 'prod', objects: [...good(), secret, scaler] }]).join('\n');
    expect(said).toContain('the Secret tag-generator-secrets carries DATABASE_URL');
    expect(said).toContain('a number of replicas beside what scales it');
    expect(said).toContain('is scaled by the CPU of its whole pod');
  });
});
