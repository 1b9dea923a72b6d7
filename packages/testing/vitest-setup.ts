import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startTestServer } from '@alt/database/test-server.ts';
import type { TestProject } from 'vitest/node';

/**
 * Gives a test run one Postgres, which starts when the first test asks for it: a run without database tests pays
 * nothing. The tests ask over HTTP because they run in other processes (see `@alt/database/testing.ts`).
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  let server: ReturnType<typeof startTestServer> | null = null;
  const http = createServer(async (_request, response) => {
    try {
      server ??= startTestServer();
      const { superuser, passwords } = await server;
      response.end(JSON.stringify({ superuser, passwords }));
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
  };
}
