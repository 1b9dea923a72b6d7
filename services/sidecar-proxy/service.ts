import type { IncomingMessage, ServerResponse } from 'node:http';
import { createApp, type Service } from '@alt/service-kit';
import { type Config, config } from './config.ts';
import { createProxyMetrics } from './metrics.ts';
import { startProxyServer } from './proxy.ts';

/** Opens its own port, because CONNECT is nothing that a fetch handler could answer; health and metrics live there too. */
export const service: Service<Config, 'sidecar-proxy'> = {
  name: 'sidecar-proxy',
  config,
  start: async (settings, host) => {
    const app = createApp({ host, routes: [] });
    const proxy = await startProxyServer({
      ...settings,
      ...createProxyMetrics(host.metrics),
      log: host.log,
      tracer: host.tracer,
      onRequest: (request, response) => void answer(app.fetch, request, response),
    });
    host.log.info({ port: proxy.port }, 'sidecar-proxy listens');
    return { stop: proxy.stop };
  },
};

/** Requests to the proxy itself have no body and small answers. */
async function answer(
  fetch: (request: Request) => Promise<Response>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const url = URL.parse(incoming.url ?? '/', 'http://localhost');
  if (!url || (incoming.method !== 'GET' && incoming.method !== 'HEAD')) return void outgoing.writeHead(404).end();
  const response = await fetch(new Request(url, { method: incoming.method }));
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.end(Buffer.from(await response.arrayBuffer()));
}
