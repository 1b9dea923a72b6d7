/** Namespaces of a cluster. `others` are run by their own projects: the flow table names them, nothing here deploys them. */
export const namespaces = {
  'alt-apps': { owner: 'alt', purpose: 'what readers talk to, and the two proxies that lead out' },
  'alt-auth': { owner: 'alt', purpose: 'identities, sessions and their databases' },
  'alt-database': { owner: 'alt', purpose: 'the database of everything but identities' },
  'alt-search': { owner: 'alt', purpose: 'the search engine' },
  'alt-analytics': { owner: 'alt', purpose: 'the store of events and logs' },
  'alt-processing': { owner: 'alt', purpose: 'the pipeline: fetch, clean, summarise, tag, index' },
  'alt-ingress': { owner: 'alt', purpose: 'the single way in' },
  'alt-operations': { owner: 'alt', purpose: 'rules, dashboards, backups' },
  platform: { owner: 'alt', purpose: 'tenants, projects, and the gateway in front of them' },
  'kube-system': { owner: 'others', purpose: 'names' },
  linkerd: { owner: 'others', purpose: 'the service mesh' },
  'cert-manager': { owner: 'others', purpose: 'certificates' },
  monitoring: { owner: 'others', purpose: 'Prometheus, Alertmanager, Grafana and what they ask' },
  vault: { owner: 'others', purpose: 'secrets' },
  keda: { owner: 'others', purpose: 'scaling by the length of queues, where it is installed' },
} as const satisfies Record<string, { owner: 'alt' | 'others'; purpose: string }>;

export type Namespace = keyof typeof namespaces;
