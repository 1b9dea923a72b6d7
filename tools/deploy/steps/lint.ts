import path from 'node:path';
import type { KubernetesObject } from '../render.ts';
import { toolPath } from '../tools.ts';
import { type Check, counting, execute, type Step } from './step.ts';

type Finding = {
  Check: string;
  Diagnostic: { Message: string };
  Object: { K8sObject: { Namespace: string; Name: string; GroupVersionKind: { Kind: string } } };
};
type Report = { Checks: { name: string }[] | null; Reports: Finding[] | null };

type Exception = { check: string; of(object: KubernetesObject): boolean; reason: string };

/** Findings that are none, where a check as a whole is wanted and its configuration knows no such case. */
const exceptions: readonly Exception[] = [
  {
    check: 'no-liveness-probe no-readiness-probe',
    of: ({ kind }) => ['Job', 'CronJob', 'Pod'].includes(kind),
    reason: 'What runs to its end is asked by its exit code; a Pod of its own is a test.',
  },
  {
    check: 'no-readiness-probe',
    of: ({ metadata }) => metadata.name === 'kratos-courier',
    reason: 'Nobody calls it: there is no traffic that readiness could hold back.',
  },
  {
    check: 'job-ttl-seconds-after-finished',
    of: ({ kind, metadata }) => kind === 'Job' && metadata.annotations?.['helm.sh/hook-delete-policy'] !== undefined,
    reason: 'Helm deletes it before the next one; until then its output is worth reading.',
  },
  {
    check: 'job-ttl-seconds-after-finished',
    of: ({ kind }) => kind === 'CronJob',
    reason: 'A finished job goes by its age or by the number of later ones, whichever is first: both are meant.',
  },
  {
    check: 'no-rolling-update-strategy',
    of: ({ spec }) => strategyOf(spec) === undefined,
    reason: 'Rolling is what Kubernetes does unless told otherwise.',
  },
  {
    check: 'no-rolling-update-strategy',
    of: ({ metadata }) => metadata.name === 'kratos-courier',
    reason: 'Two at a time would send a mail twice.',
  },
  {
    check: 'exposed-services privileged-ports unsafe-sysctls',
    of: ({ metadata }) => metadata.name === 'nginx-external',
    reason: 'It is the way in: 80 and 443 by F31, which a safe sysctl lets any user open, behind a load balancer.',
  },
  {
    check: 'access-to-secrets',
    of: ({ metadata }) => metadata.name === 'auth-token-manager',
    reason: 'Its one Secret, by name: docs/decisions/2026-11-21-reading-the-flows.md (F40).',
  },
  {
    check: 'env-var-secret',
    of: (object) => !namesOfEnvironment(object).some((name) => /secret/i.test(name) && name !== 'ALT_SECRETS_DIR'),
    reason: 'ALT_SECRETS_DIR is the folder in which the secrets lie as files.',
  },
];

/** kube-linter over all objects of a profile at once, for it also looks whether what one names is there. */
export const lintStep: Step = {
  name: 'kube-linter',
  needs: ['helm', 'kube-linter'],
  async run({ rendering, renderedFolder }): Promise<Check> {
    const folder = await renderedFolder();
    const { rendered } = await rendering();
    // A chart alone under schedule-mode is judged without the rest: what it names cannot be there.
    const profiles = [...new Set(rendered.map(({ profile }) => profile))].filter(
      (profile) => profile !== 'schedule-mode',
    );
    const results = await Promise.all(
      profiles.map((profile) => {
        const objects = rendered.filter((each) => each.profile === profile).flatMap(({ objects }) => objects);
        return lint(path.join(folder, profile), profile, objects);
      }),
    );
    const checks = Math.max(0, ...results.map(({ checks }) => checks));
    return {
      errors: results.flatMap(({ errors }) => errors),
      counted: `${counting(profiles.length, 'profile')}, ${counting(checks, 'check')}`,
    };
  },
};

/** The findings in a folder of objects, and how many checks were made of each. */
export async function lint(
  folder: string,
  profile: string,
  objects: readonly KubernetesObject[],
): Promise<{ errors: string[]; checks: number }> {
  const config = path.join(path.dirname(import.meta.dirname), 'kube-linter.yaml');
  const { stdout, stderr } = await execute(toolPath('kube-linter'), [
    'lint',
    folder,
    '--config',
    config,
    '--format',
    'json',
  ]);
  if (!stdout.trim().startsWith('{')) throw new Error(`kube-linter gave no report: ${stderr || stdout}`);
  const { Checks, Reports } = JSON.parse(stdout) as Report;
  const errors = (Reports ?? [])
    .filter((finding) => !isExcepted(finding, objects))
    .map(({ Check, Diagnostic, Object: { K8sObject } }) => {
      const { Namespace, Name, GroupVersionKind } = K8sObject;
      return `${profile}: ${GroupVersionKind.Kind} ${Namespace}/${Name}: ${Diagnostic.Message} (${Check})`;
    });
  return { errors: [...new Set(errors)], checks: (Checks ?? []).length };
}

function isExcepted({ Check, Object: { K8sObject } }: Finding, objects: readonly KubernetesObject[]): boolean {
  const { Namespace, Name, GroupVersionKind } = K8sObject;
  const object = objects.find(
    ({ kind, metadata }) =>
      kind === GroupVersionKind.Kind && metadata.name === Name && (metadata.namespace ?? '') === Namespace,
  );
  return object !== undefined && exceptions.some(({ check, of }) => check.split(' ').includes(Check) && of(object));
}

function strategyOf(spec: unknown): unknown {
  const { strategy, updateStrategy } = (spec ?? {}) as Record<string, { type?: string } | undefined>;
  return strategy?.type ?? updateStrategy?.type;
}

type Container = { env?: { name: string }[] };
type PodSpec = { containers?: Container[]; initContainers?: Container[] };
type PodHolder = PodSpec & {
  template?: { spec?: PodSpec };
  jobTemplate?: { spec?: { template?: { spec?: PodSpec } } };
};

function namesOfEnvironment({ spec }: KubernetesObject): string[] {
  const holder = (spec ?? {}) as PodHolder;
  const pod = holder.jobTemplate?.spec?.template?.spec ?? holder.template?.spec ?? holder;
  return [...(pod.initContainers ?? []), ...(pod.containers ?? [])].flatMap(({ env = [] }) =>
    env.map(({ name }) => name),
  );
}
