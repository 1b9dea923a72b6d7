import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import type { Terminal } from '../terminal.ts';
import { deploymentSecrets, type Existing, TUNNEL } from './deployment.ts';

/** A Secret as `kubectl get secrets -A -o json` shows it; values in base64. */
export interface KubernetesSecret {
  metadata: {
    name: string;
    namespace: string;
    resourceVersion?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  type?: string;
  data?: Record<string, string>;
}

/** Of the Secrets in a file (`-` is standard input) those that are ours by name and namespace. */
export async function readCluster(file: string, { input }: Terminal): Promise<KubernetesSecret[]> {
  const given = file === '-' ? await text(input) : readFileSync(file, 'utf8');
  const list = JSON.parse(given) as { items: KubernetesSecret[] };
  const all = [...(await deploymentSecrets()), TUNNEL];
  const ours = new Map(all.map(({ name, namespace }) => [name, namespace as string]));
  return list.items.filter(({ metadata }) => ours.get(metadata.name) === metadata.namespace);
}

/** Their values, decoded. */
export function existingIn(secrets: readonly KubernetesSecret[]): Existing {
  return new Map(secrets.map(({ metadata, data = {} }) => [metadata.name, decode(data)]));
}

/** What a folder of `secrets make --dir` holds. */
export function readFolders(folder: string): Existing {
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return new Map(
    folders.map(({ name }) => {
      const files = readdirSync(path.join(folder, name)).filter((file) => !file.endsWith('.new'));
      return [name, Object.fromEntries(files.map((key) => [key, readFileSync(path.join(folder, name, key), 'utf8')]))];
    }),
  );
}

function decode(data: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]),
  );
}
