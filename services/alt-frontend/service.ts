import { createApp, type Service } from '@alt/service-kit';
import { distFolder } from './build.ts';
import { type Config, config } from './config.ts';
import { createKratosPass } from './kratos.ts';
import { createFileServer } from './server.ts';

/** The web app's files, the pages of Kratos where that keeps identities, and the health answers that every service gives. */
export const service: Service<Config, 'alt-frontend'> = {
  name: 'alt-frontend',
  config,
  async start({ kratosUrl }, host) {
    const serveFile = await createFileServer(distFolder);
    const app = createApp({ host, routes: [] });
    const passOn =
      kratosUrl === null ? null : createKratosPass(kratosUrl, { host, authService: host.peer('auth-service') });
    return {
      async fetch(request) {
        const { pathname } = new URL(request.url);
        if (pathname.startsWith('/v1/') || pathname === '/metrics') return app.fetch(request);
        return passOn?.(request) ?? serveFile(request);
      },
      async stop() {},
    };
  },
};
