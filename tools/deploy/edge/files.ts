import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { stringify } from 'yaml';
import { derivedLine } from '../policies/write.ts';
import { type EnvoyPlaces, envoyConfiguration, hostPattern } from './envoy.ts';
import { clusterAddress, nginxConfiguration, nginxTemplate } from './nginx.ts';

const root = path.resolve(import.meta.dirname, '../../..');

/** Configuration that follows from the topology, by its path. In charts, places for values are fields of Helm's templates. */
export function edgeFiles(): Record<string, string> {
  return {
    'skaffold/04-core-services/charts/envoy-proxy/files/envoy.yaml': envoyTemplate(),
    'skaffold/06-application/charts/nginx-external/files/nginx.conf': `${derivedLine}\n${nginxTemplate()}`,
    'deploy/compose/envoy.yaml': composeEnvoy(),
    'deploy/compose/nginx.conf': composeNginx(),
  };
}

/** Sentences for what no longer follows. */
export async function edgeDrift(): Promise<string[]> {
  const checks = Object.entries(edgeFiles()).map(async ([name, text]) => {
    const committed = await readFile(path.join(root, name), 'utf8').catch(() => null);
    return committed === text ? [] : [`${name} does not follow packages/topology; run \`npm run topology\`.`];
  });
  return (await Promise.all(checks)).flat();
}

/** Writes them. */
export async function writeEdgeFiles(): Promise<void> {
  for (const [name, text] of Object.entries(edgeFiles())) {
    await mkdir(path.dirname(path.join(root, name)), { recursive: true });
    await writeFile(path.join(root, name), text);
  }
}

/** Envoy's configuration with fields of the chart's template in place of what a cluster decides. */
function envoyTemplate(): string {
  const hosts = (value: string) => `{{ include "envoy-proxy.hosts" .Values.${value} }}`;
  const places = {
    oauthHosts: hosts('hosts.oauth'),
    modelHosts: hosts('hosts.models'),
    mailRelays: hosts('hosts.mailRelays'),
    tracing: { host: '{{ .Values.tracing.host }}', port: '{{ .Values.tracing.port }}' },
  };
  const optional = yamlOf(places)
    .replaceAll(/^( +)tracing:\n(?:\1 .*\n)+/gm, whereTraced)
    .replaceAll(/^( +)- name: traces\n(?:\1 .*\n)+/gm, whereTraced)
    .replace("port_value: '{{ .Values.tracing.port }}'", 'port_value: {{ .Values.tracing.port }}');
  return `${derivedLine}\n${optional}`;
}

/** Hosts with their ports (`smtp.example.org:465`) that Compose's Envoy lets out beside the web, by the listener that leads there. */
export type ComposeHosts = { oauth: readonly string[]; models: readonly string[]; mailRelays: readonly string[] };

/** What the chart's values name as well: the one service whose accounts Alt can connect. */
export const composeHosts: ComposeHosts = { oauth: ['www.inoreader.com:443'], models: [], mailRelays: [] };

/** Compose has no values: its operator's hosts are written by `npm run compose:envoy`. There is no tracing. */
export function composeEnvoy({ oauth, models, mailRelays }: ComposeHosts = composeHosts): string {
  const places = {
    oauthHosts: hostPattern(oauth),
    modelHosts: hostPattern(models),
    mailRelays: hostPattern(mailRelays),
    tracing: null,
  };
  return `${derivedLine}\n${yamlOf(places)}`;
}

/** Services bear their names of the cluster in Compose, too; what terminates TLS stands in front. */
function composeNginx(): string {
  const text = nginxConfiguration({
    listen: 'listen 80;',
    trusted: '',
    scheme: 'http',
    redirect: '',
    strict: '',
    address: clusterAddress,
    guarded: (name) => name,
    guard: { upstream: '', routes: '' },
  });
  return `${derivedLine}\n${text}`;
}

function yamlOf(places: EnvoyPlaces): string {
  return stringify(envoyConfiguration(places), { lineWidth: 0, aliasDuplicateObjects: false, singleQuote: true });
}

function whereTraced(block: string): string {
  return `{{- if .Values.tracing.host }}\n${block}{{- end }}\n`;
}
