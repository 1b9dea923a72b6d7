import { listen } from '@alt/service-kit';
import { buildFrontend, distFolder } from '../build.ts';
import { createFileServer } from '../server.ts';
import { createFakeApi, type FakeApi } from './fake-api.ts';
import type { FakeOptions } from './fake-state.ts';

export interface FakeSite {
  url: string;
  api: FakeApi;
  stop(): Promise<void>;
}

/** The built web app, served as in production, over the fake API; on a free port of loopback. */
export async function startFakeSite(options: FakeOptions = {}): Promise<FakeSite> {
  await buildFrontend();
  const serveFile = await createFileServer(distFolder);
  const api = createFakeApi(options);
  const server = await listen(
    async (request) => (new URL(request.url).pathname.startsWith('/v1/') ? api.fetch(request) : serveFile(request)),
    { port: 0, hostname: '127.0.0.1' },
  );
  return { url: `http://localhost:${server.port}`, api, stop: server.stop };
}
