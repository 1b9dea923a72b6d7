// What charts of others' software must have of their own, because the library gives it to the charts of our services.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import type { ChartSource } from './reading.ts';
import { withoutPods } from './tests-check.ts';

const root = path.dirname(path.dirname(path.dirname(import.meta.dirname)));

type Image = { repository?: string; tag?: string; digest?: string };

/** Sentences about charts without a lowest Kubernetes, without a way to a private registry, and about tests with a Node of their own. */
export async function othersErrors(charts: readonly ChartSource[]): Promise<string[]> {
  const node = /^ARG NODE_IMAGE=(\S+)$/m.exec(await readFile(path.join(root, 'Dockerfile'), 'utf8'))?.[1] ?? '';
  const found = charts.map(async ({ name, layer, folder, isService, values }) => {
    const { kubeVersion } = parse(await readFile(path.join(folder, 'Chart.yaml'), 'utf8')) as { kubeVersion?: string };
    const hasPods = !isService && !(name in withoutPods);
    const { repository = '', tag = '', digest = '' } = (values.testImage ?? {}) as Image;
    const isOurs = values.testImage === undefined || `${repository}:${tag}@${digest}` === node;
    return [
      ...(kubeVersion ? [] : ['Chart.yaml names no kubeVersion.']),
      ...(hasPods && !Array.isArray(values.imagePullSecrets) ? ['it has no imagePullSecrets.'] : []),
      ...(isOurs ? [] : [`testImage is ${repository}:${tag}@${digest}, and the Dockerfile's is ${node}.`]),
    ].map((error) => `${layer}/${name}: ${error}`);
  });
  return (await Promise.all(found)).flat();
}
