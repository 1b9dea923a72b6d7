import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { chartMeshFiles, sharedMeshObjects } from './linkerd.ts';
import { chartPolicyFiles, sharedPolicyFiles } from './network-policies.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const sharedFolder = '01-foundation/charts/network-policies/templates';

/** Every derived file of policies, by its path below `skaffold/`. */
export function policyFiles(): Record<string, string> {
  const shared = Object.entries(sharedPolicyFiles()).map(([name, text]) => [`${sharedFolder}/${name}`, text]);
  const charts = Object.entries(chartPolicyFiles()).map(([folder, text]) => [
    `${folder}/templates/network-policy.yaml`,
    text,
  ]);
  const mesh = Object.entries(chartMeshFiles()).map(([folder, text]) => [
    `${folder}/templates/linkerd-policy.yaml`,
    text,
  ]);
  return Object.fromEntries([
    ...shared,
    [`${sharedFolder}/linkerd-authorization.yaml`, sharedMeshObjects()],
    ...charts,
    ...mesh,
  ]);
}

/** Sentences for the files that no longer follow from the topology. */
export async function policyDrift(): Promise<string[]> {
  const checks = Object.entries(policyFiles()).map(async ([name, text]) => {
    const committed = await readFile(path.join(root, 'skaffold', name), 'utf8').catch(() => null);
    if (committed === text) return [];
    return [
      `skaffold/${name} ${committed === null ? 'is missing' : 'does not follow packages/topology'}; run \`npm run topology\`.`,
    ];
  });
  return (await Promise.all(checks)).flat();
}

/** Writes all of them. */
export async function writePolicyFiles(): Promise<void> {
  for (const [name, text] of Object.entries(policyFiles())) {
    const file = path.join(root, 'skaffold', name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  }
}
