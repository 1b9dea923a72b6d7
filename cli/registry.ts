import type { Service } from '@alt/service-kit';
import type { ServiceName } from '@alt/topology';
import type { Environment } from './settings.ts';

/** The services that exist, each loaded when it is started. */
export const registry = {
  // First to start and last to stop: the others send their log lines there.
  'rask-log-aggregator': async () => (await import('../services/rask-log-aggregator/service.ts')).service,
  'sidecar-proxy': async () => (await import('../services/sidecar-proxy/service.ts')).service,
  'auth-service': async () => (await import('../services/auth-service/service.ts')).service,
  'tenant-service': async () => (await import('../services/tenant-service/service.ts')).service,
  'news-creator': async () => (await import('../services/news-creator/service.ts')).service,
  'pre-processor': async () => (await import('../services/pre-processor/service.ts')).service,
  'tag-generator': async () => (await import('../services/tag-generator/service.ts')).service,
  'search-indexer': async () => (await import('../services/search-indexer/service.ts')).service,
  'arch-repo-service': async () => (await import('../services/arch-repo-service/service.ts')).service,
  'alt-backend': async () => (await import('../services/alt-backend/service.ts')).service,
  'alt-frontend': async () => (await import('../services/alt-frontend/service.ts')).service,
  gateway: async () => (await import('../services/gateway/service.ts')).service,
} as const;

/**
 * Services that nobody calls: they work by a schedule of their own, or once by `alt run`. In `alt up` one that nothing is
 * configured for is not even loaded.
 */
export const jobs = {
  'auth-token-manager': {
    load: async () => (await import('../services/auth-token-manager/service.ts')).service,
    isConfigured: ({ INOREADER_CLIENT_ID }: Environment) => Boolean(INOREADER_CLIENT_ID),
  },
  'pre-processor-sidecar': {
    load: async () => (await import('../services/pre-processor-sidecar/service.ts')).service,
    isConfigured: ({ INOREADER_CLIENT_ID }: Environment) => Boolean(INOREADER_CLIENT_ID),
  },
} as const;

export type BuiltService = keyof typeof registry;
export type JobName = keyof typeof jobs;
/** Whatever has code here. */
export type LoadedName = BuiltService | JobName;

export const builtServices = Object.keys(registry) as BuiltService[];

export const jobNames = Object.keys(jobs) as JobName[];

export function isBuilt(name: string): name is BuiltService {
  return Object.hasOwn(registry, name);
}

export function isJob(name: string): name is JobName {
  return Object.hasOwn(jobs, name);
}

/** A service whose peers and configuration the starter need not know: the topology and its own schema know them. */
export type AnyService = Service<unknown, ServiceName>;

export async function loadService(name: LoadedName): Promise<AnyService> {
  const load = isJob(name) ? jobs[name].load : registry[name];
  return (await load()) as unknown as AnyService;
}
