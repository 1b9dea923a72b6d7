import { createApp, type Service } from '@alt/service-kit';
import { distFolder } from './build.ts';
import { type Config, config } from './config.ts';
import { createFileServer } from './server.ts';

/** The web app's files, and the health answers that every service gives. */
export const service: Service<Config, 'alt-frontend'> = {
  name: 'alt-frontend',
  config,
  async start(_config, host) {
    const serveFile = await createFileServer(distFolder);
    const app = createApp({ host, routes: [] });
    return {
      async fetch(request) {
        const { pathname } = new URL(request.url);
        return pathname.startsWith('/v1/') || pathname === '/metrics' ? app.fetch(request) : serveFile(request);
      },
      async stop() {},
    };
  },
};
