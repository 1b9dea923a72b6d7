import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { flows } from '@alt/topology';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { describedFlows, deviations, machineDecision } from './described-flows.ts';
import { createEvaluator, type Endpoint, type NetworkPolicy, networkPoliciesOf, type Protocol } from './evaluate.ts';
import { policyDrift, policyFiles } from './files.ts';
import { ends, matrixDifferences } from './matrix.ts';
import { committedPolicies } from './read.ts';

const decisions = path.resolve(import.meta.dirname, '../../../docs/decisions');

describe('the flow table', () => {
  const clusterRows = flows
    .filter(({ shape }) => shape !== 'machine')
    .map(({ id, from, to, ports }) => JSON.stringify([id, from, to, ports]));
  const isDeviation = (kind: 'added' | 'left out') => (row: string) => {
    const [id, from, to] = JSON.parse(row);
    return deviations.some((each) => each.kind === kind && each.row.join() === [id, from, to].join());
  };

  it('of a cluster is the one that was described, but for the deviations', () => {
    const described = describedFlows.map((row) => JSON.stringify(row));
    expect(clusterRows.filter((row) => !isDeviation('added')(row)).sort()).toEqual(
      described.filter((row) => !isDeviation('left out')(row)).sort(),
    );
    expect(deviations.filter(({ row }) => !clusterRows.some((each) => each.includes(`"${row.join('","')}"`)))).toEqual(
      deviations.filter(({ kind }) => kind === 'left out'),
    );
  });

  it('deviates only where a decision names the row', async () => {
    for (const { row, decision } of deviations) {
      const page = await readFile(path.join(decisions, decision), 'utf8');
      expect([row[0], page.includes(row[0])]).toEqual([row[0], true]);
    }
    const page = await readFile(path.join(decisions, machineDecision), 'utf8');
    expect(page).toMatch(/`M` numbers/);
  });
});

describe('the committed network policies', () => {
  let policies: NetworkPolicy[] = [];
  beforeAll(async () => {
    policies = await committedPolicies();
  });

  it('follow from the topology', async () => {
    expect(await policyDrift()).toEqual([]);
  });

  it('open what the flow table allows and nothing else, at both ends, for every pair, port and protocol', () => {
    expect(matrixDifferences(policies)).toEqual([]);
  });

  const changed = (name: string, change: (policy: NetworkPolicy) => void) => {
    const copies = structuredClone(policies);
    const policy = copies.find(({ metadata }) => metadata.name === name);
    if (!policy) throw new Error(`There is no policy ${name}.`);
    change(policy);
    return matrixDifferences(copies, { protocols: ['TCP'], namespace: policy.metadata.namespace });
  };

  it.each<[string, string, (policy: NetworkPolicy) => void, RegExp]>([
    [
      'a caller is dropped',
      'postgres',
      ({ spec }) => spec.ingress.shift(),
      /^alt-backend → postgres:5432\/TCP is closed at/,
    ],
    [
      'a way out is dropped',
      'tag-generator',
      ({ spec }) => spec.egress.pop(),
      /^tag-generator → news-creator:11434\/TCP is closed at/,
    ],
    [
      'a peer becomes two, of which either will do',
      'auth-postgres',
      ({ spec }) => split(spec.ingress),
      /^stranger in alt-auth → auth-postgres:5432\/TCP is open at/,
    ],
    [
      'a port is another',
      'search-indexer',
      ({ spec }) => renumber(spec.ingress),
      /→ search-indexer:9301\/TCP|→ search-indexer:9300\/TCP is closed at/,
    ],
    [
      'no port is named',
      'alt-backend',
      ({ spec }) => delete spec.ingress[0]?.ports,
      /→ alt-backend:\d+\/TCP is open at/,
    ],
    [
      'metadata is no exception any more',
      'envoy-proxy-f32-out',
      ({ spec }) => narrow(spec.egress),
      /^envoy-proxy → address 169\.254\.169\.254:80\/TCP is open at/,
    ],
    ['a direction is left to chance', 'meilisearch', ({ spec }) => spec.policyTypes.pop(), /^$/],
    [
      'all may enter',
      'clickhouse',
      ({ spec }) => delete spec.ingress[0]?.from,
      /^stranger in default → clickhouse:8123\/TCP is open at/,
    ],
    ['names are asked of anybody', 'allow-dns', ({ spec }) => delete spec.egress[0]?.to, /:53\/TCP is open at/],
  ])('are seen to be wrong when %s', (_, name, change, sentence) => {
    const differences = changed(name, change);
    // Default deny stands in a policy of its own, so one that leaves out a direction opens nothing.
    if (sentence.source === '^$') expect(differences).toEqual([]);
    else expect(differences.filter((each) => sentence.test(each))).not.toEqual([]);
  });

  it('are seen to be wrong when default deny is missing', () => {
    const without = policies.filter(({ metadata }) => metadata.name !== 'default-deny');
    expect(matrixDifferences(without, { protocols: ['TCP'], namespace: 'alt-apps' })).toContain(
      'stranger in default → stranger in alt-apps:22/TCP is open at stranger in alt-apps, and no flow allows it.',
    );
  });

  it('select each workload by its one name, in its own namespace', () => {
    const own = policies.filter(({ metadata }) => ends.some(({ name }) => name === metadata.name));
    for (const { metadata, spec } of own) {
      expect(spec.podSelector).toEqual({ matchLabels: { 'app.kubernetes.io/name': metadata.name } });
      expect(ends.find(({ name }) => name === metadata.name)?.namespace).toBe(metadata.namespace);
    }
    const keys = policies.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('the evaluator', () => {
  const pod = (name: string, namespace: string) => ({ name, namespace, labels: { app: name }, address: '10.0.0.1' });
  const policy = (spec: unknown) =>
    networkPoliciesOf([{ kind: 'NetworkPolicy', metadata: { name: 'p', namespace: 'a' }, spec }]);

  const isOpen = (
    policies: NetworkPolicy[],
    from: Endpoint,
    to: Endpoint,
    port: number,
    protocol: Protocol = 'TCP',
  ) => {
    const { mayLeave, mayEnter } = createEvaluator(policies)(from, to);
    return mayLeave(port, protocol) && mayEnter(port, protocol);
  };

  it('takes an end that no policy selects for open, and adds policies up', () => {
    expect(isOpen([], pod('x', 'a'), pod('y', 'b'), 80)).toBe(true);
    const denied = policy({ podSelector: {}, policyTypes: ['Ingress'] });
    expect(isOpen(denied, pod('x', 'b'), pod('y', 'a'), 80)).toBe(false);
    expect(isOpen(denied, pod('y', 'a'), pod('x', 'b'), 80)).toBe(true);
    const opened = policy({
      podSelector: { matchLabels: { app: 'y' } },
      policyTypes: ['Ingress'],
      ingress: [{ from: [{ podSelector: {} }], ports: [{ protocol: 'TCP', port: 80, endPort: 90 }] }],
    });
    const both = [...denied, ...opened];
    expect([80, 90, 91].map((port) => isOpen(both, pod('x', 'a'), pod('y', 'a'), port))).toEqual([true, true, false]);
    expect(isOpen(both, pod('x', 'b'), pod('y', 'a'), 80)).toBe(false);
    expect(isOpen(both, pod('x', 'a'), pod('y', 'a'), 80, 'UDP')).toBe(false);
  });

  it('refuses to guess at what it does not know', () => {
    expect(() =>
      policy({ podSelector: {}, policyTypes: ['Ingress'], ingress: [{ ports: [{ port: 'http' }] }] }),
    ).toThrow();
    expect(() => policy({ podSelector: {}, ingress: [] })).toThrow();
  });
});

describe("the mesh's policies", () => {
  type Resource = { kind: string; metadata: { name: string; namespace: string }; spec: Record<string, never> };
  const objects = Object.entries(policyFiles())
    .filter(([name]) => /linkerd-(policy|authorization)/.test(name))
    .flatMap(([, text]) =>
      parseAllDocuments(text.replaceAll(/\{\{.*\}\}/g, '[]')).map((document) => document.toJS() as Resource),
    );
  const named = (kind: string) =>
    new Map(
      objects
        .filter((each) => each.kind === kind)
        .map((each) => [`${each.metadata.namespace}/${each.metadata.name}`, each]),
    );

  it('refer only to what stands beside them', () => {
    for (const { metadata, spec } of named('AuthorizationPolicy').values()) {
      const { targetRef, requiredAuthenticationRefs } = spec as unknown as {
        targetRef: { kind: string; name: string };
        requiredAuthenticationRefs: { kind: string; name: string }[];
      };
      for (const { kind, name } of [targetRef, ...requiredAuthenticationRefs]) {
        expect([metadata.name, kind, name, named(kind).has(`${metadata.namespace}/${name}`)]).toEqual([
          metadata.name,
          kind,
          name,
          true,
        ]);
      }
    }
    expect(named('AuthorizationPolicy').size).toBeGreaterThan(60);
  });

  it('name exactly the callers of the flow table for each port', () => {
    const identities = (server: string) =>
      [...named('AuthorizationPolicy').values()]
        .filter(({ spec }) => JSON.stringify(spec).includes(`"Server","name":"${server}"`))
        .map(({ metadata }) => metadata.name.replace(`${server}-from-`, ''))
        .sort();
    expect(identities('search-indexer-9300')).toEqual(['alt-backend', 'arch-repo-service', 'prometheus']);
    expect(identities('envoy-proxy-8085')).toEqual(['pre-processor']);
    expect(identities('envoy-proxy-9901')).toEqual(['prometheus']);
    expect(identities('kratos-4434')).toEqual(['auth-service']);
    expect(identities('alt-backend-9000')).toEqual(['news-creator', 'nginx-external', 'prometheus', 'tenant-service']);
  });

  it('open whole ports to who has no identity for the jobs of two stores, and nowhere else', () => {
    const opened = [...named('AuthorizationPolicy').values()].filter(({ spec }) =>
      /"targetRef":\{[^}]*"Server".*"NetworkAuthentication"/.test(JSON.stringify(spec)),
    );
    expect(opened.map(({ metadata }) => metadata.name).sort()).toEqual([
      'clickhouse-8123-jobs',
      'meilisearch-7700-jobs',
    ]);
  });

  it('leave the one port of sidecar-proxy HTTP, and let every method through to its one caller', () => {
    expect(named('Server').get('alt-apps/sidecar-proxy-8085')?.spec).toMatchObject({ proxyProtocol: 'HTTP/1' });
    const all = named('HTTPRoute').get('alt-apps/sidecar-proxy-8085-all');
    expect(all?.spec).toMatchObject({ rules: [{ matches: [{ path: { type: 'PathPrefix', value: '/' } }] }] });
    expect(JSON.stringify(all)).not.toContain('method');
  });
});

type Ingress = NetworkPolicy['spec']['ingress'];

/** The common mistake: a dash too many, and the peer is any pod of that namespace, or any pod of that name. */
function split(rules: Ingress): void {
  for (const rule of rules) {
    rule.from = rule.from?.flatMap(({ namespaceSelector, podSelector }) => [{ namespaceSelector }, { podSelector }]);
  }
}

function renumber(rules: Ingress): void {
  for (const { ports = [] } of rules) {
    for (const port of ports) port.port = (port.port ?? 0) + 1;
  }
}

function narrow(rules: NetworkPolicy['spec']['egress']): void {
  for (const { ipBlock } of rules.flatMap(({ to = [] }) => to)) {
    if (ipBlock) ipBlock.except = ipBlock.except?.filter((range) => !range.startsWith('169.254.'));
  }
}
