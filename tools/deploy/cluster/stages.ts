// What kwok plays in place of kubelets and of operators: pods come up without being run, and what an operator would answer is there.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse, stringify } from 'yaml';
import { goModule, toolSource } from '../tools.ts';

type Expression = { key: string; operator: string; values?: string[] };
type Stage = {
  apiVersion: string;
  kind: 'Stage';
  metadata: { name: string };
  spec: {
    resourceRef: { apiGroup: string; kind: string };
    selector: { matchExpressions: Expression[] };
    next: { statusTemplate?: string; delete?: boolean };
    [field: string]: unknown;
  };
};

/** Images whose tag begins so never start: what an upgrade that fails is tried with. */
export const BROKEN_TAG = 'b0b0b0b0';

const isBroken: Expression = {
  key: `.spec.containers.[].image | select( contains(":${BROKEN_TAG}") )`,
  operator: 'Exists',
};
const isSound: Expression = { ...isBroken, operator: 'DoesNotExist' };
const isJob: Expression = { key: '.metadata.ownerReferences.[].kind', operator: 'In', values: ['Job'] };
const isHook: Expression = { key: '.metadata.annotations["helm.sh/hook"]', operator: 'Exists' };

/**
 * kwok's configuration: its own stages for nodes and pods, but that pods of broken images stay as they are or fail, and pods
 * of `helm test` end well; and one answer for each kind that an operator would answer. `log` is what every pod says.
 */
export async function kwokConfiguration(log: string): Promise<string> {
  const [initialize, heartbeat, ready, complete, removed] = await Promise.all([
    shipped('node/fast/node-initialize.yaml'),
    shipped('node/heartbeat-with-lease/node-heartbeat-with-lease.yaml'),
    shipped('pod/fast/pod-ready.yaml'),
    shipped('pod/fast/pod-complete.yaml'),
    shipped('pod/fast/pod-delete.yaml'),
  ]);
  const stages = [
    ...[
      initialize,
      heartbeat,
      removed,
      withAlso(ready, 'pod-ready', [isSound]),
      withAlso(complete, 'pod-complete', []),
    ],
    withInstead(complete, 'test-complete', isJob, isHook),
    failedJob(),
    answer('load-balancer', 'v1', 'Service', ADDRESS, [
      { key: '.spec.type', operator: 'In', values: ['LoadBalancer'] },
    ]),
    ...CERTIFICATE_KINDS.map((kind) => answer(`ready-${kind.toLowerCase()}`, 'cert-manager.io/v1', kind, READY)),
  ];
  const said = {
    apiVersion: 'kwok.x-k8s.io/v1alpha1',
    kind: 'ClusterLogs',
    metadata: { name: 'said' },
    spec: { logs: [{ logsFile: log }] },
  };
  return [...stages, said].map((document) => stringify(document)).join('---\n');
}

const CERTIFICATE_KINDS = ['ClusterIssuer', 'Issuer', 'Certificate'];
const READY = `conditions:
- type: Ready
  status: "True"
  reason: Played
  message: kwok answers for cert-manager
  lastTransitionTime: {{ Now | Quote }}
`;
const ADDRESS = `loadBalancer:
  ingress:
  - ip: 203.0.113.10
`;

async function shipped(file: string): Promise<Stage> {
  const source = await goModule(...toolSource('kwok'));
  return parse(await readFile(path.join(source, 'kustomize', 'stage', file), 'utf8')) as Stage;
}

function withAlso(stage: Stage, name: string, expressions: readonly Expression[]): Stage {
  const matchExpressions = [...stage.spec.selector.matchExpressions, ...expressions];
  return { ...stage, metadata: { name }, spec: { ...stage.spec, selector: { matchExpressions } } };
}

function withInstead(stage: Stage, name: string, out: Expression, into: Expression): Stage {
  const kept = stage.spec.selector.matchExpressions.filter(({ key }) => key !== out.key);
  return { ...stage, metadata: { name }, spec: { ...stage.spec, selector: { matchExpressions: [...kept, into] } } };
}

/** A job of a broken image ends badly at once. */
function failedJob(): Stage {
  return stage('job-failed', 'v1', 'Pod', 'phase: Failed\nreason: Broken\n', [
    isBroken,
    isJob,
    { key: '.spec.nodeName', operator: 'Exists' },
    { key: '.status.phase', operator: 'In', values: ['Pending'] },
  ]);
}

/** A status for whatever has none yet. */
function answer(name: string, apiGroup: string, kind: string, status: string, which: Expression[] = []): Stage {
  const [field] = status.split(':');
  const key = field === 'loadBalancer' ? '.status.loadBalancer.ingress' : `.status.${field}`;
  return stage(name, apiGroup, kind, status, [{ key, operator: 'DoesNotExist' }, ...which]);
}

function stage(name: string, apiGroup: string, kind: string, statusTemplate: string, which: Expression[]): Stage {
  const selector = {
    matchExpressions: [{ key: '.metadata.deletionTimestamp', operator: 'DoesNotExist' }, ...which],
  };
  const spec = { resourceRef: { apiGroup, kind }, selector, next: { statusTemplate } };
  return { apiVersion: 'kwok.x-k8s.io/v1alpha1', kind: 'Stage', metadata: { name }, spec };
}
