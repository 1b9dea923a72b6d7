import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseAllDocuments } from 'yaml';
import { type NetworkPolicy, networkPoliciesOf } from './evaluate.ts';
import { policyFiles } from './files.ts';
import { apiServer } from './matrix.ts';

/** The policies of YAML in which the values of a cluster stand in place of the templates' fields. */
export function parsePolicies(text: string): NetworkPolicy[] {
  const filled = text
    .replaceAll('{{ .Values.apiServer.cidr }}', `${apiServer.address}/32`)
    .replaceAll('{{ .Values.apiServer.port }}', String(apiServer.port));
  return networkPoliciesOf(parseAllDocuments(filled).map((document) => document.toJS()));
}

/** All policies as they are committed. */
export async function committedPolicies(): Promise<NetworkPolicy[]> {
  const folder = path.resolve(import.meta.dirname, '../../../skaffold');
  const texts = await Promise.all(
    Object.keys(policyFiles())
      .filter((name) => !name.includes('linkerd-a') && !name.endsWith('linkerd-policy.yaml'))
      .map((name) => readFile(path.join(folder, name), 'utf8')),
  );
  return texts.flatMap(parsePolicies);
}
