import type { ServiceName } from './services.ts';
import type { GroupName, WorkloadName } from './workloads.ts';

export type NodeName = ServiceName | WorkloadName | GroupName;

/** `cluster`: one workload a pod behind network policies. `machine`: one process, or a process a service, on one host. */
export type Shape = 'machine' | 'cluster';

export type Flow = {
  /** F: stated by the system description. N: added by decision (docs/decisions). M: exists on one machine only. */
  id: `${'F' | 'N' | 'M'}${number}`;
  shape: Shape | 'both';
  from: NodeName;
  to: NodeName;
  /** The ports of the target; `own` where the target is a group or listens where it likes. */
  ports: readonly number[] | 'own';
  /** `connect` is HTTP through a forward proxy: CONNECT, or an absolute request target. */
  protocol: 'http' | 'https' | 'connect' | 'postgres' | 'dns' | 'otlp' | 'any';
  purpose: string;
  /** The section of the system description that names it, or `decision`. */
  source: string;
};

/** Everything that may talk to something. What is not here is refused. An id may have several rows, one for each pair. */
// biome-ignore format: a table is read in rows
export const flows = [
  { id: 'F01', shape: 'cluster', from: 'alt-frontend', to: 'kratos', ports: [4433], protocol: 'http', purpose: 'self-service pages and whoami, passed on at the same origin', source: 'architecture §6, §7, §10' },
  { id: 'F02', shape: 'both', from: 'alt-frontend', to: 'auth-service', ports: [8080], protocol: 'http', purpose: 'is there a session, before `/` is answered', source: 'architecture §7, §8.1' },
  { id: 'F04', shape: 'both', from: 'alt-backend', to: 'auth-service', ports: [8080], protocol: 'http', purpose: 'exchange of cookie, key or app password for a user token', source: 'architecture §7, §8.2, §10' },
  { id: 'F05', shape: 'both', from: 'alt-backend', to: 'postgres', ports: [5432], protocol: 'postgres', purpose: 'subscriptions, entries, state', source: 'architecture §7, §8.2' },
  { id: 'F06', shape: 'both', from: 'alt-backend', to: 'sidecar-proxy', ports: [8085], protocol: 'connect', purpose: 'discovery, images, WebSub hubs, webhooks, save-to', source: 'core services §4, §5; architecture §8.2' },
  { id: 'F07', shape: 'cluster', from: 'sidecar-proxy', to: 'envoy-proxy', ports: [8080], protocol: 'connect', purpose: 'what alt-backend sends outside', source: 'core services §4; architecture §7, §11' },
  { id: 'F08', shape: 'both', from: 'auth-service', to: 'auth-postgres', ports: [5432], protocol: 'postgres', purpose: 'accounts, sessions, keys', source: 'architecture §5, §7, §8.1' },
  { id: 'F09', shape: 'cluster', from: 'kratos', to: 'kratos-postgres', ports: [5432], protocol: 'postgres', purpose: "Kratos' identities", source: 'architecture §5, §7; orchestration §3' },
  { id: 'F10', shape: 'cluster', from: 'auth-service', to: 'kratos', ports: [4433], protocol: 'http', purpose: 'sessions of the Kratos provider', source: 'architecture §8.1' },
  { id: 'F11', shape: 'both', from: 'pre-processor', to: 'postgres', ports: [5432], protocol: 'postgres', purpose: 'feeds and articles', source: 'architecture §6, §7, §8.3' },
  { id: 'F12', shape: 'both', from: 'pre-processor', to: 'news-creator', ports: [11434], protocol: 'http', purpose: 'the summarise stage', source: 'architecture §6, §7, §8.6' },
  { id: 'F13', shape: 'cluster', from: 'pre-processor', to: 'envoy-proxy', ports: [8085], protocol: 'connect', purpose: 'feeds and pages', source: 'architecture §6, §8.3' },
  { id: 'F14', shape: 'both', from: 'search-indexer', to: 'postgres', ports: [5432], protocol: 'postgres', purpose: 'articles to index', source: 'architecture §6, §7, §8.4' },
  { id: 'F15', shape: 'both', from: 'search-indexer', to: 'meilisearch', ports: [7700], protocol: 'http', purpose: 'the Meilisearch engine', source: 'architecture §6, §7, §8.4' },
  { id: 'F16', shape: 'both', from: 'tag-generator', to: 'postgres', ports: [5432], protocol: 'postgres', purpose: 'keyphrases and tags', source: 'architecture §6, §7, §8.5' },
  { id: 'F17', shape: 'both', from: 'tag-generator', to: 'news-creator', ports: [11434], protocol: 'http', purpose: 'tags refined by a model', source: 'architecture §7, §8.5' },
  { id: 'F18', shape: 'both', from: 'news-creator', to: 'auth-service', ports: [8080], protocol: 'http', purpose: 'check of the reader for whom it answers', source: 'architecture §6, §8.6' },
  { id: 'F19', shape: 'both', from: 'news-creator', to: 'alt-backend', ports: [9000], protocol: 'http', purpose: "passages and article text, with the reader's token", source: 'architecture §6, §8.6 (as 8080)' },
  { id: 'F20', shape: 'both', from: 'news-creator', to: 'postgres', ports: [5432], protocol: 'postgres', purpose: 'summaries and recaps', source: 'architecture §6, §8.6' },
  { id: 'F21', shape: 'cluster', from: 'news-creator', to: 'envoy-proxy', ports: [8082], protocol: 'connect', purpose: 'the configured model servers', source: 'architecture §6, §8.6' },
  { id: 'F22', shape: 'both', from: 'pre-processor-sidecar', to: 'postgres', ports: [5432], protocol: 'postgres', purpose: 'subscriptions and state to synchronise', source: 'architecture §6' },
  { id: 'F23', shape: 'cluster', from: 'pre-processor-sidecar', to: 'envoy-proxy', ports: [8081], protocol: 'connect', purpose: 'Inoreader', source: 'architecture §6, §8.7' },
  { id: 'F24', shape: 'cluster', from: 'auth-token-manager', to: 'envoy-proxy', ports: [8081], protocol: 'connect', purpose: 'OAuth2 token endpoints', source: 'architecture §7, §8.8, §10' },
  { id: 'F25', shape: 'both', from: 'alt-backend', to: 'pre-processor', ports: [9200], protocol: 'http', purpose: 'refresh now, full text on request, WebSub callbacks', source: 'architecture §6, §8.3' },
  { id: 'F26', shape: 'both', from: 'alt-backend', to: 'search-indexer', ports: [9300], protocol: 'http', purpose: 'search', source: 'architecture §6, §8.4' },
  { id: 'F28', shape: 'both', from: 'alt-backend', to: 'news-creator', ports: [11434], protocol: 'http', purpose: 'answers over the passages that search found', source: 'architecture §6, §8.6' },
  { id: 'F29', shape: 'cluster', from: 'nginx-external', to: 'alt-frontend', ports: [3000], protocol: 'http', purpose: 'the web app', source: 'architecture §5; orchestration §3' },
  { id: 'F30', shape: 'cluster', from: 'nginx-external', to: 'alt-backend', ports: [9000], protocol: 'http', purpose: "the users' API", source: 'orchestration §3' },
  { id: 'F31', shape: 'cluster', from: 'internet', to: 'nginx-external', ports: [80, 443], protocol: 'https', purpose: 'readers', source: 'architecture §5; orchestration §3' },
  { id: 'F31', shape: 'cluster', from: 'cloudflared', to: 'nginx-external', ports: [80, 443], protocol: 'https', purpose: 'readers, through the tunnel', source: 'architecture §5' },
  { id: 'F32', shape: 'cluster', from: 'envoy-proxy', to: 'internet', ports: [80, 443, 8080, 8443], protocol: 'any', purpose: 'the way out', source: 'core services §4, §5; architecture §7' },
  { id: 'F33', shape: 'cluster', from: 'oathkeeper', to: 'tenant-service', ports: [9500], protocol: 'http', purpose: 'tenants, behind the token check', source: 'backend deployment' },
  { id: 'F33', shape: 'cluster', from: 'oathkeeper', to: 'arch-repo-service', ports: [9510], protocol: 'http', purpose: 'projects, behind the token check', source: 'backend deployment' },
  { id: 'F34', shape: 'cluster', from: 'nginx-external', to: 'oathkeeper', ports: [4455], protocol: 'http', purpose: 'the routes that Oathkeeper guards', source: 'backend deployment; orchestration §3' },
  { id: 'F35', shape: 'cluster', from: 'oathkeeper', to: 'kratos', ports: [4433], protocol: 'http', purpose: 'session check', source: 'backend deployment' },
  { id: 'F35', shape: 'cluster', from: 'oathkeeper', to: 'auth-service', ports: [8080], protocol: 'http', purpose: 'token check', source: 'backend deployment' },
  { id: 'F36', shape: 'cluster', from: 'arch-repo-service', to: 'vault', ports: [8200], protocol: 'http', purpose: 'secrets, by the agent in the pod', source: 'backend deployment' },
  { id: 'F36', shape: 'cluster', from: 'tenant-service', to: 'vault', ports: [8200], protocol: 'http', purpose: 'secrets, by the agent in the pod', source: 'backend deployment' },
  { id: 'F36', shape: 'cluster', from: 'hasura-sync-service', to: 'vault', ports: [8200], protocol: 'http', purpose: 'secrets, by the agent in the pod', source: 'backend deployment' },
  { id: 'F37', shape: 'both', from: 'arch-repo-service', to: 'postgres', ports: [5432], protocol: 'postgres', purpose: 'projects', source: 'backend deployment' },
  { id: 'F37', shape: 'both', from: 'hasura-sync-service', to: 'postgres', ports: [5432], protocol: 'postgres', purpose: 'the schema to follow', source: 'backend deployment' },
  { id: 'F37', shape: 'cluster', from: 'hasura', to: 'postgres', ports: [5432], protocol: 'postgres', purpose: 'GraphQL queries', source: 'backend deployment' },
  { id: 'F38', shape: 'both', from: 'hasura-sync-service', to: 'hasura', ports: [8080], protocol: 'http', purpose: 'metadata', source: 'backend deployment' },
  { id: 'F39', shape: 'cluster', from: 'registry-secret-sync', to: 'vault', ports: [8200], protocol: 'http', purpose: 'the registry secret', source: 'backend deployment' },
  { id: 'F39', shape: 'cluster', from: 'registry-secret-sync', to: 'kube-apiserver', ports: [443], protocol: 'https', purpose: 'writes that secret', source: 'backend deployment' },
  { id: 'F39', shape: 'cluster', from: 'hasura-vault-role', to: 'vault', ports: [8200], protocol: 'http', purpose: 'the role of the platform', source: 'backend deployment' },
  { id: 'F39', shape: 'cluster', from: 'hasura-vault-role', to: 'kube-apiserver', ports: [443], protocol: 'https', purpose: 'service accounts that the role names', source: 'backend deployment' },
  { id: 'F40', shape: 'cluster', from: 'auth-token-manager', to: 'kube-apiserver', ports: [443], protocol: 'https', purpose: 'its one Secret and its lease', source: 'architecture §7, §8.8' },
  { id: 'F41', shape: 'cluster', from: 'every-pod', to: 'kube-dns', ports: [53], protocol: 'dns', purpose: 'names, over UDP and TCP', source: 'architecture §6, §10' },
  { id: 'F42', shape: 'cluster', from: 'meshed-pod', to: 'linkerd', ports: [8080, 8086, 8090], protocol: 'any', purpose: 'identity, destination, policy', source: 'architecture §6, §10' },

  { id: 'N01', shape: 'cluster', from: 'nginx-external', to: 'auth-service', ports: [8080], protocol: 'http', purpose: 'one public origin', source: 'decision' },
  { id: 'N02', shape: 'cluster', from: 'nginx-external', to: 'tenant-service', ports: [9500], protocol: 'http', purpose: 'one public origin, until Oathkeeper stands in front', source: 'decision' },
  { id: 'N02', shape: 'cluster', from: 'nginx-external', to: 'arch-repo-service', ports: [9510], protocol: 'http', purpose: 'one public origin, until Oathkeeper stands in front', source: 'decision' },
  { id: 'N03', shape: 'both', from: 'alt-backend', to: 'tag-generator', ports: [9400], protocol: 'http', purpose: 'rename, merge, hide and promote tags', source: 'decision' },
  { id: 'N04', shape: 'cluster', from: 'auth-service', to: 'kratos', ports: [4434], protocol: 'http', purpose: 'the admin API of Kratos', source: 'decision' },
  { id: 'N05', shape: 'cluster', from: 'kratos', to: 'auth-service', ports: [8080], protocol: 'http', purpose: 'webhooks, and mail handed over for sending', source: 'decision' },
  { id: 'N06', shape: 'cluster', from: 'migration-job', to: 'postgres', ports: [5432], protocol: 'postgres', purpose: 'migrations', source: 'decision' },
  { id: 'N06', shape: 'cluster', from: 'migration-job', to: 'auth-postgres', ports: [5432], protocol: 'postgres', purpose: 'migrations', source: 'decision' },
  { id: 'N06', shape: 'cluster', from: 'migration-job', to: 'kratos-postgres', ports: [5432], protocol: 'postgres', purpose: 'migrations', source: 'decision' },
  { id: 'N07', shape: 'cluster', from: 'backup', to: 'postgres', ports: [5432], protocol: 'postgres', purpose: 'backup', source: 'decision' },
  { id: 'N07', shape: 'cluster', from: 'backup', to: 'auth-postgres', ports: [5432], protocol: 'postgres', purpose: 'backup', source: 'decision' },
  { id: 'N07', shape: 'cluster', from: 'backup', to: 'kratos-postgres', ports: [5432], protocol: 'postgres', purpose: 'backup', source: 'decision' },
  { id: 'N07', shape: 'cluster', from: 'backup', to: 'clickhouse', ports: [8123], protocol: 'http', purpose: 'backup', source: 'decision' },
  { id: 'N07', shape: 'cluster', from: 'backup', to: 'meilisearch', ports: [7700], protocol: 'http', purpose: 'backup', source: 'decision' },
  { id: 'N08', shape: 'cluster', from: 'prometheus', to: 'every-service', ports: 'own', protocol: 'http', purpose: 'metrics', source: 'decision' },
  { id: 'N08', shape: 'cluster', from: 'prometheus', to: 'envoy-proxy', ports: [9901], protocol: 'http', purpose: 'metrics: a listener that passes reading only', source: 'decision' },
  { id: 'N08', shape: 'cluster', from: 'prometheus', to: 'meshed-pod', ports: [4191], protocol: 'http', purpose: "metrics of the mesh's proxies", source: 'decision' },
  { id: 'N09', shape: 'cluster', from: 'alt-backend', to: 'clickhouse', ports: [8123], protocol: 'http', purpose: 'analytics events', source: 'decision' },
  { id: 'N10', shape: 'both', from: 'every-service', to: 'rask-log-aggregator', ports: [9600], protocol: 'http', purpose: 'logs, where it runs', source: 'decision' },
  { id: 'N10', shape: 'cluster', from: 'rask-log-aggregator', to: 'clickhouse', ports: [8123], protocol: 'http', purpose: 'logs', source: 'decision' },
  { id: 'N11', shape: 'cluster', from: 'cloudflared', to: 'internet', ports: [443, 7844], protocol: 'any', purpose: "the tunnel, to Cloudflare's ranges only", source: 'decision' },
  { id: 'N12', shape: 'cluster', from: 'auth-service', to: 'envoy-proxy', ports: [8080], protocol: 'connect', purpose: 'OIDC issuers, and the mail relay by CONNECT', source: 'decision' },
  { id: 'N13', shape: 'both', from: 'arch-repo-service', to: 'news-creator', ports: [11434], protocol: 'http', purpose: 'briefs', source: 'decision' },
  { id: 'N13', shape: 'both', from: 'arch-repo-service', to: 'search-indexer', ports: [9300], protocol: 'http', purpose: 'search inside a project', source: 'decision' },
  { id: 'N14', shape: 'both', from: 'tenant-service', to: 'auth-service', ports: [8080], protocol: 'http', purpose: 'exchange of cookie or key for a user token; mails with invitations', source: 'decision' },
  { id: 'N14', shape: 'both', from: 'arch-repo-service', to: 'auth-service', ports: [8080], protocol: 'http', purpose: 'exchange of cookie or key for a user token; who is in the tenant', source: 'decision' },
  { id: 'N15', shape: 'cluster', from: 'test-pod', to: 'every-service', ports: 'own', protocol: 'http', purpose: 'helm test, each of its own service', source: 'decision' },
  { id: 'N15', shape: 'cluster', from: 'test-pod', to: 'envoy-proxy', ports: [9901], protocol: 'http', purpose: 'helm test, each of its own workload', source: 'decision' },
  { id: 'N15', shape: 'cluster', from: 'test-pod', to: 'nginx-external', ports: [80, 443], protocol: 'https', purpose: 'helm test, each of its own workload', source: 'decision' },
  { id: 'N15', shape: 'cluster', from: 'test-pod', to: 'kratos', ports: [4433, 4434], protocol: 'http', purpose: 'helm test, each of its own workload', source: 'decision' },
  { id: 'N15', shape: 'cluster', from: 'test-pod', to: 'postgres', ports: [5432], protocol: 'postgres', purpose: 'helm test, each of its own workload', source: 'decision' },
  { id: 'N15', shape: 'cluster', from: 'test-pod', to: 'auth-postgres', ports: [5432], protocol: 'postgres', purpose: 'helm test, each of its own workload', source: 'decision' },
  { id: 'N15', shape: 'cluster', from: 'test-pod', to: 'kratos-postgres', ports: [5432], protocol: 'postgres', purpose: 'helm test, each of its own workload', source: 'decision' },
  { id: 'N15', shape: 'cluster', from: 'test-pod', to: 'meilisearch', ports: [7700], protocol: 'http', purpose: 'helm test, each of its own workload', source: 'decision' },
  { id: 'N15', shape: 'cluster', from: 'test-pod', to: 'clickhouse', ports: [8123], protocol: 'http', purpose: 'helm test, each of its own workload', source: 'decision' },
  { id: 'N16', shape: 'cluster', from: 'kube-apiserver', to: 'cert-manager', ports: 'own', protocol: 'https', purpose: 'admission webhook', source: 'decision' },
  { id: 'N16', shape: 'cluster', from: 'kube-apiserver', to: 'linkerd', ports: 'own', protocol: 'https', purpose: 'admission webhook', source: 'decision' },
  { id: 'N16', shape: 'cluster', from: 'kube-apiserver', to: 'vault-injector', ports: 'own', protocol: 'https', purpose: 'admission webhook', source: 'decision' },
  { id: 'N17', shape: 'both', from: 'every-service', to: 'otel-collector', ports: [4317, 4318], protocol: 'otlp', purpose: 'traces, where an endpoint is configured', source: 'decision' },
  { id: 'N17', shape: 'cluster', from: 'envoy-proxy', to: 'otel-collector', ports: [4317, 4318], protocol: 'otlp', purpose: 'traces, where an endpoint is configured', source: 'decision' },
  { id: 'N18', shape: 'both', from: 'tenant-service', to: 'auth-postgres', ports: [5432], protocol: 'postgres', purpose: 'tenants, memberships, invitations', source: 'decision' },
  { id: 'N19', shape: 'cluster', from: 'oathkeeper', to: 'hasura', ports: [8080], protocol: 'http', purpose: 'GraphQL, behind the token check', source: 'decision' },
  { id: 'N20', shape: 'both', from: 'tenant-service', to: 'alt-backend', ports: [9000], protocol: 'http', purpose: "a tenant's use of its limits; its feeds and reading state for export and import; word that it changed", source: 'decision' },
  { id: 'N21', shape: 'both', from: 'tenant-service', to: 'arch-repo-service', ports: [9510], protocol: 'http', purpose: "a tenant's projects for export and import", source: 'decision' },
  { id: 'N22', shape: 'cluster', from: 'envoy-proxy', to: 'internet', ports: [465, 587], protocol: 'any', purpose: 'the mail relay that is configured; the proxy lets through no other host on these ports', source: 'decision' },
  { id: 'N23', shape: 'cluster', from: 'migration-job', to: 'meilisearch', ports: [7700], protocol: 'http', purpose: "makes search-indexer's key", source: 'decision' },
  { id: 'N24', shape: 'cluster', from: 'keda-operator', to: 'postgres', ports: [5432], protocol: 'postgres', purpose: 'the length of a queue, as the role queue_reader', source: 'decision' },

  { id: 'M01', shape: 'machine', from: 'gateway', to: 'alt-frontend', ports: [3000], protocol: 'http', purpose: 'the web app', source: 'decision' },
  { id: 'M02', shape: 'machine', from: 'gateway', to: 'alt-backend', ports: [9000], protocol: 'http', purpose: "the users' API", source: 'decision' },
  { id: 'M03', shape: 'machine', from: 'gateway', to: 'auth-service', ports: [8080], protocol: 'http', purpose: 'sign-in and account', source: 'decision' },
  { id: 'M04', shape: 'machine', from: 'gateway', to: 'tenant-service', ports: [9500], protocol: 'http', purpose: 'tenants and invitations', source: 'decision' },
  { id: 'M05', shape: 'machine', from: 'gateway', to: 'arch-repo-service', ports: [9510], protocol: 'http', purpose: 'projects', source: 'decision' },
  { id: 'M06', shape: 'machine', from: 'internet', to: 'gateway', ports: [8000], protocol: 'http', purpose: 'readers', source: 'decision' },
  { id: 'M07', shape: 'machine', from: 'pre-processor', to: 'sidecar-proxy', ports: [8085], protocol: 'connect', purpose: 'feeds and pages', source: 'decision' },
  { id: 'M08', shape: 'machine', from: 'pre-processor-sidecar', to: 'sidecar-proxy', ports: [8085], protocol: 'connect', purpose: 'Inoreader', source: 'decision' },
  { id: 'M09', shape: 'machine', from: 'auth-token-manager', to: 'sidecar-proxy', ports: [8085], protocol: 'connect', purpose: 'OAuth2 token endpoints', source: 'decision' },
  { id: 'M10', shape: 'machine', from: 'auth-service', to: 'sidecar-proxy', ports: [8085], protocol: 'connect', purpose: 'OIDC issuers, and the mail relay by CONNECT', source: 'decision' },
  { id: 'M11', shape: 'machine', from: 'news-creator', to: 'sidecar-proxy', ports: [8085], protocol: 'connect', purpose: 'the configured model servers', source: 'decision' },
  { id: 'M12', shape: 'machine', from: 'sidecar-proxy', to: 'internet', ports: [80, 443, 8080, 8443], protocol: 'any', purpose: 'the way out', source: 'decision' },
  { id: 'M13', shape: 'machine', from: 'auth-token-manager', to: 'postgres', ports: [5432], protocol: 'postgres', purpose: 'tokens, where no Kubernetes keeps them', source: 'decision' },
  { id: 'M14', shape: 'machine', from: 'rask-log-aggregator', to: 'postgres', ports: [5432], protocol: 'postgres', purpose: 'logs, where no ClickHouse keeps them', source: 'decision' },
] as const satisfies readonly Flow[];

type FlowRow = (typeof flows)[number];

/** Whatever the flow table lets a service talk to. */
export type TargetOf<Name extends ServiceName> = Extract<FlowRow, { from: Name | 'every-service' }>['to'];

export type FlowId = FlowRow['id'];
