// `npm run topology`: writes what follows from packages/topology: tables and diagrams of ARCHITECTURE.md, and the cluster's policies.
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  databases,
  egressListenerOf,
  egressListeners,
  type Flow,
  flows,
  type Namespace,
  type NodeName,
  namespaces,
  publicRoutes,
  type Shape,
  serviceNames,
  services,
  storeOf,
  workloads,
} from '@alt/topology';
import { writeEdgeFiles } from './deploy/edge/files.ts';
import { writeFoundation } from './deploy/foundation.ts';
import { writePolicyFiles } from './deploy/policies/files.ts';
import { flowchart } from './flowchart.ts';

const root = path.dirname(import.meta.dirname);
const document = path.join(root, 'ARCHITECTURE.md');

/** The marked regions of ARCHITECTURE.md, each between `<!-- derived:name -->` and `<!-- /derived -->`. */
export const regions: Readonly<Record<string, () => string>> = {
  'topology-ports': portsTable,
  'topology-workloads': workloadsTable,
  'topology-routes': routesTable,
  'topology-egress': egressTable,
  'topology-machine': () => fenced(machineDiagram()),
  'topology-cluster': () => fenced(clusterDiagram()),
};

/** Sentences that say which regions are missing or no longer follow from the topology; none when all do. */
export async function topologyDrift(): Promise<string[]> {
  const text = await readFile(document, 'utf8');
  const missing = missingRegions(text).map((name) => `ARCHITECTURE.md lacks the region <!-- derived:${name} -->.`);
  const isStale = withDerivedRegions(text) !== text;
  return isStale ? [...missing, 'ARCHITECTURE.md does not follow packages/topology; run `npm run topology`.'] : missing;
}

/** The document with every region's content derived anew. */
export function withDerivedRegions(text: string): string {
  return text.replaceAll(/(<!-- derived:([a-z-]+) -->\n).*?(<!-- \/derived -->)/gs, (region, start, name, end) => {
    const derive = regions[name];
    return derive ? `${start}\n${derive()}\n\n${end}` : region;
  });
}

function missingRegions(text: string): string[] {
  return Object.keys(regions).filter((name) => !text.includes(`<!-- derived:${name} -->`));
}

function portsTable(): string {
  const rows = serviceNames.map((name) => {
    const { namespace, port, purpose } = services[name];
    const store = storeOf(name);
    const isBuilt = existsSync(path.join(root, 'services', name, 'service.ts'));
    return [
      isBuilt ? `**${name}**` : `${name} (planned)`,
      purpose,
      port ?? 'job',
      namespace ?? '–',
      store ? `\`${store.database}\` as \`${store.role}\`` : '–',
    ];
  });
  return table(['service', 'what it does', 'port', 'namespace on a cluster', 'database and role'], rows);
}

function workloadsTable(): string {
  const rows = Object.entries(workloads).map(([name, { namespace, ports, purpose }]) => [
    name,
    purpose,
    Object.entries(ports)
      .map(([use, port]) => `${port} ${use}`)
      .join(', ') || '–',
    namespace ?? '–',
  ]);
  return table(['workload', 'what it is', 'ports', 'namespace'], rows);
}

function routesTable(): string {
  const rows = publicRoutes.map((route) => [
    route.prefix === '/' ? 'everything else' : `\`${route.prefix}\` and below`,
    route.to,
    [route.shape === 'cluster' && 'cluster only', 'isGuarded' in route && 'behind Oathkeeper where that stands']
      .filter(Boolean)
      .join(', ') || '–',
  ]);
  return table(['path', 'answered by', 'remarks'], rows);
}

function egressTable(): string {
  const rows = egressListeners.map(({ proxy, port, shape, reach }) => {
    const users = (where: Shape) =>
      serviceNames
        .filter((name) => {
          const listener = egressListenerOf(name, where);
          return listener?.proxy === proxy && listener.port === port;
        })
        .join(', ');
    return [`${proxy}:${port}`, reach, shape === 'cluster' ? '–' : users('machine'), users('cluster')];
  });
  return table(['listener', 'leads to', 'used on one machine by', 'used on a cluster by'], rows);
}

/** What talks to what on one machine; what only answers optional settings is left out. */
export function machineDiagram(): string {
  const isShown = (name: NodeName) =>
    name in services || name === 'internet' || Object.values(databases).some(({ server }) => server === name);
  return flowchart(
    [{ title: 'one machine', holds: (name) => name !== 'internet' }],
    flowsIn('machine').filter(({ from, to }) => isShown(from) && isShown(to)),
  );
}

/** What talks to what on a cluster, without what serves every pod: names, mesh, secrets, metrics, backups, tests. */
export function clusterDiagram(): string {
  const omitted: readonly Namespace[] = [
    'kube-system',
    'linkerd',
    'vault',
    'cert-manager',
    'monitoring',
    'alt-operations',
  ];
  const isShown = (name: NodeName) => {
    const namespace = namespaceOf(name);
    return name === 'internet' || (namespace !== null && !omitted.includes(namespace));
  };
  const groups = Object.keys(namespaces).map((namespace) => ({
    title: namespace,
    holds: (name: NodeName) => namespaceOf(name) === namespace,
  }));
  return flowchart(
    groups,
    flowsIn('cluster').filter(({ from, to }) => isShown(from) && isShown(to)),
  );
}

function flowsIn(shape: Shape): Flow[] {
  return flows.filter((flow) => flow.shape === shape || flow.shape === 'both');
}

function namespaceOf(name: NodeName): Namespace | null {
  const places: Record<string, { namespace: Namespace | null }> = { ...services, ...workloads };
  return places[name]?.namespace ?? null;
}

function fenced(diagram: string): string {
  return `\`\`\`mermaid\n${diagram}\n\`\`\``;
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(line)].join('\n');
}

if (process.argv[1] === import.meta.filename) {
  if (process.argv.includes('--write')) {
    writeFoundation();
    await writeFile(document, withDerivedRegions(await readFile(document, 'utf8')));
    await writePolicyFiles();
    await writeEdgeFiles();
  }
  const drift = await topologyDrift();
  for (const sentence of drift) console.error(sentence);
  process.exitCode = drift.length > 0 ? 1 : 0;
}
