import path from 'node:path';
import { schemaFolder, schemaKey } from '../schemas.ts';
import { KUBERNETES_VERSION, toolPath } from '../tools.ts';
import { type Check, counting, execute, type Step } from './step.ts';

type Report = {
  resources?: { filename: string; kind: string; name: string; version: string; status: string; msg: string }[];
  summary: { valid: number; invalid: number; errors: number; skipped: number };
};

/** Every rendered object keeps to the schema of its kind; a kind without a schema and a field that nobody knows are errors. */
export const schemaStep: Step = {
  name: 'schemas',
  needs: ['helm', 'kubeconform'],
  made: { name: 'the schemas of Kubernetes', key: schemaKey() },
  async run({ renderedFolder }): Promise<Check> {
    const { errors, valid } = await validate(await renderedFolder());
    return { errors, counted: counting(valid, 'valid object') };
  },
};

/** Judges every YAML file below a folder. */
export async function validate(folder: string): Promise<{ errors: string[]; valid: number }> {
  const schemas = await schemaFolder();
  const { stdout, stderr } = await execute(toolPath('kubeconform'), [
    ...['-strict', '-output', 'json', '-summary', '-n', '2', '-kubernetes-version', KUBERNETES_VERSION],
    ...['-schema-location', path.join(schemas, '{{ .Group }}', '{{ .ResourceKind }}_{{ .ResourceAPIVersion }}.json')],
    folder,
  ]);
  if (!stdout) throw new Error(`kubeconform said nothing but: ${stderr}`);
  const { resources = [], summary } = JSON.parse(stdout) as Report;
  const errors = resources
    .filter(({ status }) => status !== 'statusValid')
    .map(({ filename, kind, name, msg }) => `${path.relative(folder, filename)}: ${kind} ${name}: ${reasonOf(msg)}`);
  return { errors, valid: summary.valid };
}

/** What is wrong where, without the name of the schema's file. */
function reasonOf(message: string): string {
  return message.replace(/^.*?validation failed with '[^']*'\s*(- )?/s, '').replaceAll(/\s+/g, ' ');
}
