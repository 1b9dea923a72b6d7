// Every chart is tested on the cluster: one with pods by `helm test`, one without by a hook that looks at what it made.
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { podsOf, type RenderedChart, type RenderedObject } from './rendered.ts';

/** Charts that make no pod and so have nothing that a test could ask, and how a hook of a layer looks at their objects. */
export const withoutPods: Readonly<Record<string, string>> = {
  namespaces: 'get, namespace, alt-apps,',
  'network-policies': 'get, networkpolicy, default-deny,',
  'ca-issuer': 'clusterissuer/alt-ca-issuer,',
  'common-config': 'get, configmap, common-config,',
  'common-secrets': 'get, secret, postgres-secrets,',
  monitoring: 'get, prometheusrules,',
  'backup-storage': 'get, persistentvolumeclaim, backups,',
};

/** Sentences about rendered charts that have pods and no test, and about those that are wrongly said to have no pod. */
export function testErrors(rendered: readonly RenderedChart[]): string[] {
  const withPods = rendered.filter(({ objects }) =>
    objects.some((object) => podsOf(object).length > 0 && !isTest(object)),
  );
  const names = new Set(withPods.map(({ chart }) => chart.name));
  const others = new Set(rendered.map(({ chart }) => chart.name).filter((name) => !names.has(name)));
  return [
    ...withPods
      .filter(({ objects }) => !objects.some(isTest))
      .map(
        ({ chart, profile }) =>
          `${chart.layer}/${chart.name} (${profile}): it has pods, and \`helm test\` has none to ask them.`,
      ),
    ...[...others]
      .filter((name) => !(name in withoutPods))
      .map((name) => `${name} makes no pod, and no hook is known to look at it.`),
    ...[...names]
      .filter((name) => name in withoutPods)
      .map((name) => `${name} makes pods: take it from the list of those that do not.`),
  ];
}

/** Sentences about charts without a pod whose objects no hook of any layer looks at. */
export async function unseenErrors(skaffold: string): Promise<string[]> {
  const layers = (await readdir(skaffold)).map((name) => path.join(skaffold, name, 'skaffold.yaml')).filter(existsSync);
  const texts = await Promise.all(layers.map((file) => readFile(file, 'utf8')));
  const commands = texts.flatMap((text) => text.match(/\[kubectl, .*\]/g) ?? []);
  return Object.entries(withoutPods)
    .filter(([, look]) => !commands.some((command) => command.includes(look)))
    .map(([name]) => `No hook looks at what ${name} makes.`);
}

function isTest({ metadata }: RenderedObject): boolean {
  return metadata.annotations?.['helm.sh/hook'] === 'test';
}
