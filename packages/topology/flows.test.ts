import { describe, expect, it } from 'vitest';
import {
  addressOf,
  covers,
  databases,
  egressListenerOf,
  egressListeners,
  egressProxyUrl,
  type Flow,
  flows,
  isFlowAllowed,
  isServiceName,
  isWorkloadName,
  membersOf,
  publicRoutes,
  publicServiceOf,
  type RefusedFlow,
  refusedFlows,
  serviceNames,
  services,
  storeOf,
  workloads,
} from './index.ts';

const allowed: readonly Flow[] = flows;
const refused: readonly RefusedFlow[] = refusedFlows;

describe('the flow table', () => {
  it('names only ports on which the target listens', () => {
    const wrong = allowed.filter(({ to, ports }) => {
      if (ports === 'own' || !(isServiceName(to) || isWorkloadName(to))) return false;
      const known: readonly (number | null)[] = isServiceName(to)
        ? [services[to].port]
        : Object.values(workloadPorts(to));
      return ports.some((port) => !known.includes(port));
    });
    expect(wrong).toEqual([]);
  });

  it('lists each pair once per id and shape', () => {
    const keys = allowed.map(({ id, from, to }) => `${id} ${from} ${to}`);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('keeps what exists on one machine only apart from the cluster', () => {
    const clusterOnly = (name: string) =>
      isWorkloadName(name) && ['envoy-proxy', 'nginx-external', 'kratos'].includes(name);
    expect(
      allowed.filter(({ shape, from, to }) => shape !== 'cluster' && (clusterOnly(from) || clusterOnly(to))),
    ).toEqual([]);
    expect(allowed.filter(({ id, shape }) => id.startsWith('M') !== (shape === 'machine'))).toEqual([]);
    expect(allowed.filter(({ shape, from, to }) => shape !== 'machine' && [from, to].includes('gateway'))).toEqual([]);
  });

  it('gives every service with a database a way to it, and no other service one', () => {
    for (const name of serviceNames) {
      const store = storeOf(name);
      for (const [database, { server }] of Object.entries(databases)) {
        expect([name, database, isFlowAllowed(name, server)]).toEqual([name, database, store?.database === database]);
      }
    }
    expect(storeOf('pre-processor-sidecar')).toEqual({ database: 'alt', role: 'pre_processor_sidecar' });
  });

  it('answers for pairs, ports and shapes', () => {
    expect(isFlowAllowed('news-creator', 'alt-backend', { port: 9000 })).toBe(true);
    expect(isFlowAllowed('news-creator', 'alt-backend', { port: 8080 })).toBe(false);
    expect(isFlowAllowed('pre-processor', 'sidecar-proxy', { shape: 'machine' })).toBe(true);
    expect(isFlowAllowed('pre-processor', 'sidecar-proxy', { shape: 'cluster' })).toBe(false);
    expect(isFlowAllowed('prometheus', 'search-indexer', { port: 9300 })).toBe(true);
    expect(isFlowAllowed('alt-frontend', 'kube-dns')).toBe(true);
    expect(isFlowAllowed('nginx-external', 'search-indexer')).toBe(false);
  });
});

describe('the refused flows', () => {
  it.each(refused.map((rule) => [`${rule.id} ${rule.from.join(', ')}`, rule] as const))(
    '%s: no row allows it',
    (_, rule) => {
      const standing = allowed.filter((flow) => isCovered(rule, flow)).map(({ id }) => id);
      expect(new Set(standing)).toEqual(new Set(rule.except));
    },
  );

  it('leave the internet to the proxies and the tunnel', () => {
    const whoMay = new Set(allowed.filter(({ to }) => to === 'internet').map(({ from }) => from));
    expect([...whoMay]).toEqual(['envoy-proxy', 'cloudflared', 'sidecar-proxy']);
  });
});

describe('egress', () => {
  it('has one listener for each service that may go out, and none for the others', () => {
    const out = (shape: 'machine' | 'cluster') =>
      Object.fromEntries(
        serviceNames.flatMap((name) => {
          const listener = egressListenerOf(name, shape);
          return listener ? [[name, `${listener.proxy}:${listener.port}`]] : [];
        }),
      );
    expect(out('cluster')).toEqual({
      'alt-backend': 'sidecar-proxy:8085',
      'auth-service': 'envoy-proxy:8080',
      'sidecar-proxy': 'envoy-proxy:8080',
      'pre-processor': 'envoy-proxy:8085',
      'pre-processor-sidecar': 'envoy-proxy:8081',
      'auth-token-manager': 'envoy-proxy:8081',
      'news-creator': 'envoy-proxy:8082',
    });
    expect(new Set(Object.values(out('machine')))).toEqual(new Set(['sidecar-proxy:8085']));
    expect(Object.keys(out('machine'))).not.toContain('sidecar-proxy');
  });

  it('describes every listener that a flow uses', () => {
    const used = new Set(
      allowed.filter(({ protocol }) => protocol === 'connect').map(({ to, ports }) => `${to}:${ports}`),
    );
    expect(new Set(egressListeners.map(({ proxy, port }) => `${proxy}:${port}`))).toEqual(used);
    const listener = egressListenerOf('pre-processor', 'cluster');
    expect(listener && egressProxyUrl(listener, 'cluster')).toBe('http://envoy-proxy.alt-apps.svc.cluster.local:8085');
    expect(addressOf('meilisearch', 7700, 'machine')).toBe('http://127.0.0.1:7700');
  });
});

describe('the public origin', () => {
  it.each([
    ['/v1/auth/login', 'auth-service'],
    ['/v1/user/api-keys/1', 'auth-service'],
    ['/v1/tenants', 'tenant-service'],
    ['/v1/invitations/x', 'tenant-service'],
    ['/v1/projects/1', 'arch-repo-service'],
    ['/v1/authors', 'alt-backend'],
    ['/v1/health', 'alt-backend'],
    ['/v1/graphql', 'alt-backend'],
    ['/accounts/ClientLogin', 'alt-backend'],
    ['/reader/api/0/token', 'alt-backend'],
    ['/fever/', 'alt-backend'],
    ['/readers', 'alt-frontend'],
    ['/v10', 'alt-frontend'],
    ['/', 'alt-frontend'],
    ['/metrics', null],
  ])('%s is answered by %s', (pathname, service) => {
    expect(publicServiceOf(pathname)).toBe(service);
  });

  it('leads only where the gateway and nginx-external may go', () => {
    for (const { to, shape, ...route } of publicRoutes) {
      if (shape === 'both') expect([to, isFlowAllowed('gateway', to)]).toEqual([to, true]);
      const hop = 'isGuarded' in route ? 'oathkeeper' : 'nginx-external';
      expect([to, isFlowAllowed(hop, to, { shape: 'cluster' })]).toEqual([to, true]);
    }
  });
});

function isCovered(rule: RefusedFlow, flow: Flow): boolean {
  const isPair = rule.from.some((from) => meets(from, flow.from)) && rule.to.some((to) => meets(to, flow.to));
  const { ports } = rule;
  return isPair && (ports === 'all' || flow.ports === 'own' || flow.ports.some((port) => ports.includes(port)));
}

/** Whether two ends, either of which may be a group, have a member in common. */
function meets(one: Flow['from'], other: Flow['from']): boolean {
  return membersOf(one).some((member) => covers(other, member));
}

function workloadPorts(name: string): Record<string, number> {
  return isWorkloadName(name) ? { ...workloads[name].ports } : {};
}
