import type { Namespace } from './namespaces.ts';

type Service = {
  /** Where it runs on a cluster; null for what exists on one machine only. */
  namespace: Namespace | null;
  /** The port it listens on, on a cluster and in `alt serve`; null for a job, which nobody calls. */
  port: number | null;
  /** The database it uses, with a role named as itself (see stores.ts). */
  database: 'alt' | 'auth' | null;
  /** Whether its pods carry the mesh's proxy. */
  isMeshed: boolean;
  purpose: string;
};

/** Our own services: one folder each below `services/`. */
// biome-ignore format: a table is read in rows
export const services = {
  'alt-backend':           { namespace: 'alt-apps', port: 9000, database: 'alt', isMeshed: true, purpose: "the users' API: subscriptions, entries, state, OPML, events, images, reader clients" },
  'auth-service':          { namespace: 'alt-auth', port: 8080, database: 'auth', isMeshed: true, purpose: 'identities, sessions, CSRF, API keys, user tokens' },
  'alt-frontend':          { namespace: 'alt-apps', port: 3000, database: null, isMeshed: true, purpose: 'the web app and the small server of its files' },
  gateway:                 { namespace: null, port: 8000, database: null, isMeshed: false, purpose: 'the single public origin on one machine; on a cluster nginx-external' },
  'sidecar-proxy':         { namespace: 'alt-apps', port: 8085, database: null, isMeshed: true, purpose: 'egress: on one machine the only way out; on a cluster it goes out through envoy-proxy' },
  'pre-processor':         { namespace: 'alt-processing', port: 9200, database: 'alt', isMeshed: true, purpose: 'polls, parses, normalises and extracts' },
  'pre-processor-sidecar': { namespace: 'alt-processing', port: null, database: 'alt', isMeshed: true, purpose: 'Inoreader synchronisation, on a schedule' },
  'search-indexer':        { namespace: 'alt-processing', port: 9300, database: 'alt', isMeshed: true, purpose: 'index and query' },
  'tag-generator':         { namespace: 'alt-processing', port: 9400, database: 'alt', isMeshed: true, purpose: 'keyphrases and tags' },
  'news-creator':          { namespace: 'alt-processing', port: 11434, database: 'alt', isMeshed: true, purpose: 'summaries, answers, recaps; speaks the Ollama API' },
  'auth-token-manager':    { namespace: 'alt-processing', port: null, database: 'alt', isMeshed: true, purpose: 'OAuth2 tokens of external services, on a schedule' },
  'rask-log-aggregator':   { namespace: 'alt-processing', port: 9600, database: 'alt', isMeshed: true, purpose: 'structured logs into ClickHouse or Postgres' },
  'tenant-service':        { namespace: 'platform', port: 9500, database: 'auth', isMeshed: true, purpose: 'tenants, members, roles, invitations, limits' },
  'arch-repo-service':     { namespace: 'platform', port: 9510, database: 'alt', isMeshed: true, purpose: "projects: a team's dossiers" },
  'hasura-sync-service':   { namespace: 'platform', port: null, database: 'alt', isMeshed: true, purpose: "makes Hasura's metadata follow the database schema" },
} as const satisfies Record<string, Service>;

type Services = typeof services;

export type ServiceName = keyof Services;

/** Services that listen, and so can be called. */
export type ServerName = { [Name in ServiceName]: Services[Name]['port'] extends number ? Name : never }[ServiceName];

/** Services that listen on a cluster: all servers but the gateway, whose place nginx-external takes there. */
export type ClusterServerName = {
  [Name in ServerName]: Services[Name]['namespace'] extends Namespace ? Name : never;
}[ServerName];

export const serviceNames = Object.keys(services) as readonly ServiceName[];

export function isServiceName(name: string): name is ServiceName {
  return Object.hasOwn(services, name);
}

/** The port a service listens on unless it is configured otherwise. */
export function servicePort<Name extends ServerName>(name: Name): Services[Name]['port'] {
  return services[name].port;
}
