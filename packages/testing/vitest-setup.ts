import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { makeDataFolder, startTestServer } from '@alt/database/test-server.ts';
import type { TestProject } from 'vitest/node';

/**
 * Gives a test run one Postgres and one new data folder. Each is made when the first test asks for it: a run without
 * database tests pays nothing. The tests ask over HTTP because they run in other processes (`@alt/database/testing.ts`).
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  let server: ReturnType<typeof startTestServer> | null = null;
  let folder: ReturnType<typeof makeDataFolder> | null = null;
  const answer = async ({ url: pathname }: IncomingMessage, body: unknown): Promise<unknown> => {
    if (pathname === '/data-folder') {
      folder ??= makeDataFolder();
      return (await folder).path;
    }
    server ??= startTestServer();
    const { superuser, passwords, execute } = await server;
    if (pathname === '/execute') return execute(body as string[]);
    return { superuser, passwords };
  };
  const http = createServer(async (request, response) => {
    try {
      const body = request.method === 'POST' ? await json(request) : null;
      response.end(JSON.stringify((await answer(request, body)) ?? null));
    } catch (error) {
      response.writeHead(500).end(error instanceof Error ? error.message : String(error));
    }
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  project.provide('testServerUrl', `http://127.0.0.1:${(http.address() as AddressInfo).port}/`);
  return async () => {
    http.close();
    http.closeAllConnections();
    const running = await server?.catch(() => null);
    await running?.stop();
    await (await folder?.catch(() => null))?.remove();
  };
}
