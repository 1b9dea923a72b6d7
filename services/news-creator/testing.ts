import { createEgress } from '@alt/egress';
import {
  createHost,
  createLogger,
  generateServiceKey,
  listen,
  type PeerFetch,
  parseConfig,
  parseTrustedProxies,
  publicHalf,
} from '@alt/service-kit';
import type { ServiceName } from '@alt/topology';
import { service } from './service.ts';

export interface TestNewsCreator {
  /** How a service reaches it, and how somebody without a token does. */
  peer: PeerFetch;
  as(name: ServiceName): Promise<PeerFetch>;
  /** Posts JSON as pre-processor. */
  post(path: string, body: unknown, init?: { signal?: AbortSignal }): Promise<Response>;
  stop(): Promise<void>;
}

/**
 * news-creator with these settings, reached as its peers reach it, in this process or over HTTP. Nothing is opened for it but
 * what it is configured for.
 */
export async function startTestNewsCreator(
  environment: Record<string, string> = {},
  { isOverHttp = false }: { isOverHttp?: boolean } = {},
): Promise<TestNewsCreator> {
  const names = ['news-creator', 'pre-processor', 'alt-backend', 'search-indexer'] as const;
  const keys = await Promise.all(names.map((name) => generateServiceKey(name)));
  const all = keys.map(publicHalf);
  const stopping = new AbortController();
  const egress = createEgress({ userAgent: 'Alt/test' });
  let handler: ((request: Request) => Promise<Response>) | null = null;
  let baseUrl = 'http://localhost:11434';
  const hostOf = (name: ServiceName) =>
    createHost({
      name,
      environment,
      log: createLogger(process.env.LOG_LEVEL ?? 'silent'),
      signal: stopping.signal,
      database: null,
      listener: null,
      egress,
      keys: { own: keys[names.indexOf(name as (typeof names)[number])] ?? { kid: '' }, all },
      publicUrl: new URL('http://localhost:8000'),
      trustedProxies: parseTrustedProxies(''),
      reach: () => ({
        baseUrl,
        dispatch: async (request) => {
          if (isOverHttp) return fetch(request);
          if (!handler) throw new Error('news-creator is not running');
          return handler(request);
        },
      }),
    });
  const settings = parseConfig('news-creator', service.config, { PORT: '8000', ...environment });
  const running = await service.start(settings, hostOf('news-creator') as never);
  handler = running.fetch ?? null;
  const server = handler && isOverHttp ? await listen(handler, { port: 0, hostname: '127.0.0.1' }) : null;
  if (server) baseUrl = `http://127.0.0.1:${server.port}`;
  const peer = hostOf('pre-processor').peer('news-creator');
  return {
    peer,
    as: async (name) => hostOf(name).peer('news-creator'),
    post: (path, body, init = {}) =>
      peer(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        ...init,
      }),
    async stop() {
      stopping.abort();
      handler = null;
      await server?.stop();
      await running.stop();
      await egress.close();
    },
  };
}
