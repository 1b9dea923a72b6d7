import type { Namespace } from './namespaces.ts';

type Workload = {
  namespace: Namespace | null;
  ports: Readonly<Record<string, number>>;
  isMeshed: boolean;
  purpose: string;
};

/** What others wrote and the platform stands on. On one machine an embedded default takes the place of each one needed. */
// biome-ignore format: a table is read in rows
export const workloads = {
  postgres:             { namespace: 'alt-database', ports: { sql: 5432 }, isMeshed: false, purpose: 'PostgreSQL, database `alt`' },
  'auth-postgres':      { namespace: 'alt-auth', ports: { sql: 5432 }, isMeshed: false, purpose: 'PostgreSQL, database `auth`; on one machine a database of the same server' },
  'kratos-postgres':    { namespace: 'alt-auth', ports: { sql: 5432 }, isMeshed: false, purpose: 'PostgreSQL, database `kratos`' },
  kratos:               { namespace: 'alt-auth', ports: { public: 4433, admin: 4434 }, isMeshed: true, purpose: 'Ory Kratos: identities' },
  meilisearch:          { namespace: 'alt-search', ports: { http: 7700 }, isMeshed: true, purpose: 'search engine' },
  clickhouse:           { namespace: 'alt-analytics', ports: { http: 8123 }, isMeshed: true, purpose: 'events and logs' },
  'envoy-proxy':        { namespace: 'alt-apps', ports: { general: 8080, oauth: 8081, llm: 8082, feeds: 8085, stats: 9901 }, isMeshed: true, purpose: 'the only way out of a cluster' },
  'nginx-external':     { namespace: 'alt-ingress', ports: { http: 80, https: 443 }, isMeshed: true, purpose: 'the single public origin of a cluster' },
  cloudflared:          { namespace: 'alt-ingress', ports: {}, isMeshed: false, purpose: 'Cloudflare tunnel, off unless configured' },
  oathkeeper:           { namespace: 'platform', ports: { proxy: 4455 }, isMeshed: true, purpose: 'checks tokens in front of the platform API' },
  hasura:               { namespace: 'platform', ports: { http: 8080 }, isMeshed: true, purpose: 'GraphQL over the database' },
  'registry-secret-sync': { namespace: 'platform', ports: {}, isMeshed: false, purpose: 'job: the registry secret from Vault' },
  'hasura-vault-role':  { namespace: 'platform', ports: {}, isMeshed: false, purpose: 'job: the Vault role of the platform' },
  vault:                { namespace: 'vault', ports: { http: 8200 }, isMeshed: false, purpose: 'secrets' },
  'vault-injector':     { namespace: 'vault', ports: { webhook: 8080 }, isMeshed: false, purpose: 'puts the Vault agent into pods' },
  'cert-manager':       { namespace: 'cert-manager', ports: { webhook: 10250 }, isMeshed: false, purpose: 'certificates' },
  linkerd:              { namespace: 'linkerd', ports: { identity: 8080, destination: 8086, policy: 8090, webhook: 8443 }, isMeshed: false, purpose: 'control plane of the mesh' },
  'keda-operator':      { namespace: 'keda', ports: {}, isMeshed: false, purpose: 'chooses the number of pipeline workers by their queues, where it is installed' },
  'kube-dns':           { namespace: 'kube-system', ports: { dns: 53 }, isMeshed: false, purpose: 'names' },
  'kube-apiserver':     { namespace: null, ports: { https: 443 }, isMeshed: false, purpose: 'the Kubernetes API' },
  prometheus:           { namespace: 'monitoring', ports: { http: 9090 }, isMeshed: true, purpose: 'metrics and alerts' },
  backup:               { namespace: 'alt-operations', ports: {}, isMeshed: false, purpose: 'job: backups of every store' },
  'otel-collector':     { namespace: 'alt-operations', ports: { grpc: 4317, http: 4318 }, isMeshed: false, purpose: 'traces, where an endpoint is configured' },
} as const satisfies Record<string, Workload>;

export type WorkloadName = keyof typeof workloads;

export function isWorkloadName(name: string): name is WorkloadName {
  return Object.hasOwn(workloads, name);
}

/** Ends of a flow that are not one workload. */
export const groups = {
  internet: 'everything outside',
  'every-pod': 'each pod in a namespace of ours',
  'meshed-pod': "each pod that carries the mesh's proxy",
  'every-service': 'each of our services',
  'migration-job': 'the jobs that migrate a database, in the namespace of its owner',
  'test-pod': 'the pods of `helm test`, beside the service that they test',
} as const;

export type GroupName = keyof typeof groups;

/**
 * Between meshed pods traffic arrives at the proxy on this port, whatever port the flow names. Each flow between
 * meshed pods therefore opens it as well; it is no flow of its own, or everything meshed could talk to everything.
 */
export const meshInboundPort = 4143;
