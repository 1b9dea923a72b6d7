import { databases, type Flow, isServiceName, isWorkloadName, type NodeName, services, workloads } from '@alt/topology';

type Group = { title: string; holds: (name: NodeName) => boolean };

/**
 * A Mermaid flowchart of flows: a subgraph for each group that holds an end of one, an edge for each pair.
 * Labels of several words are quoted and ids have no hyphens, so that no name can be read as syntax.
 */
export function flowchart(groups: readonly Group[], flows: readonly Flow[]): string {
  const names = [...new Set(flows.flatMap(({ from, to }) => [from, to]))];
  const lines = ['flowchart LR'];
  for (const [index, { title, holds }] of groups.entries()) {
    const inside = names.filter(holds);
    if (inside.length === 0) continue;
    lines.push(`  subgraph G${index}["${title}"]`, ...inside.map((name) => `    ${nodeOf(name)}`), '  end');
  }
  const outside = names.filter((name) => !groups.some(({ holds }) => holds(name)));
  lines.push(...outside.map((name) => `  ${nodeOf(name)}`));
  return [...lines, ...edgesOf(flows)].join('\n');
}

function nodeOf(name: NodeName): string {
  if (Object.values(databases).some(({ server }) => server === name)) return `${idOf(name)}[(${name})]`;
  const ports = portsOf(name);
  return ports.length > 0 ? `${idOf(name)}["${name}<br/>${ports.join(' ')}"]` : `${idOf(name)}([${name}])`;
}

function edgesOf(flows: readonly Flow[]): string[] {
  const portsByPair = new Map<string, Set<number | 'own'>>();
  for (const { from, to, ports } of flows) {
    const pair = `${idOf(from)} ${idOf(to)}`;
    const known = portsByPair.get(pair) ?? new Set();
    for (const port of ports === 'own' ? (['own'] as const) : ports) known.add(port);
    portsByPair.set(pair, known);
  }
  return [...portsByPair].map(([pair, ports]) => {
    const [from, to] = pair.split(' ');
    return `  ${from} -->|${[...ports].join(' ')}| ${to}`;
  });
}

function idOf(name: NodeName): string {
  return name.replaceAll('-', '_');
}

function portsOf(name: NodeName): number[] {
  if (isServiceName(name)) return [services[name].port].filter((port) => port !== null);
  return isWorkloadName(name) ? Object.values(workloads[name].ports) : [];
}
