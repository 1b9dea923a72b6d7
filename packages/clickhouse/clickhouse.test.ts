import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startClickHouse } from '@alt/testing/clickhouse/clickhouse.ts';
import { expect, onTestFinished, test } from 'vitest';
import { openClickHouse } from './index.ts';

const open = (place: Partial<Parameters<typeof openClickHouse>[0]> & { url: string }) => {
  const client = openClickHouse({ timeoutMs: 60_000, ...place });
  onTestFinished(() => client.close());
  return client;
};

async function serve(listener: RequestListener): Promise<{ url: string; asked: IncomingMessage[] }> {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    listener(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

test('account and database are those of the address, unless they are given by themselves', async () => {
  const engine = await startClickHouse();
  onTestFinished(() => engine.stop());
  const { host } = new URL(engine.url);
  const select = { query: 'select currentDatabase() as name', format: 'JSONEachRow' } as const;
  const written = `http://${engine.user}:${encodeURIComponent(engine.password)}@${host}/${engine.database}`;
  const nameOf = async (client: ReturnType<typeof open>) => (await client.query(select)).json();
  expect(await nameOf(open({ url: written }))).toEqual([{ name: engine.database }]);
  const wrong = `http://nobody:nothing@${host}/nowhere`;
  expect(await nameOf(open({ ...engine, url: wrong }))).toEqual([{ name: engine.database }]);
  await expect(nameOf(open({ url: wrong }))).rejects.toThrow(/Authentication failed/);
}, 120_000);

test('a redirect is an error, and whoever it leads to is not asked', async () => {
  const other = await serve((_request, response) => response.end());
  const redirecting = await serve((_request, response) => response.writeHead(307, { location: other.url }).end());
  const client = open({ url: redirecting.url, user: 'alt', password: 'secret' });
  await expect(client.query({ query: 'select 1' })).rejects.toThrow();
  await expect(client.command({ query: 'select 1' })).rejects.toThrow();
  expect([redirecting.asked.length, other.asked.length]).toEqual([2, 0]);
});

test('a server that never answers is given up', async () => {
  const silent = await serve(() => undefined);
  const client = open({ url: silent.url, timeoutMs: 50 });
  await expect(client.query({ query: 'select 1' })).rejects.toThrow(/timeout/i);
});
