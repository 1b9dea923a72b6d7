import { type Endpoint, endpoint, type Role } from '@alt/contracts';
import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { createApp } from './app.ts';
import { createCourtesy } from './courtesy.ts';
import { createLogger } from './log.ts';
import { type Reader, type Route, route } from './route.ts';
import type { Host } from './service.ts';

const MINUTE_MS = 60_000;

const base = { method: 'GET', access: 'reader', summary: 'for the test', statuses: [200], problems: [] } as const;
const endpoints = {
  plain: endpoint({ ...base, name: 'plain', path: '/plain' }),
  admins: endpoint({ ...base, name: 'admins', path: '/admins', role: 'admin' }),
  proven: endpoint({ ...base, name: 'proven', path: '/proven', needsProof: true }),
  instance: endpoint({ ...base, name: 'instance', path: '/instance', needsInstanceOwner: true }),
  own: endpoint({ ...base, name: 'own', path: '/own', worksSuspended: true }),
};

function ask(path: string, as: Partial<Reader>): Promise<Response> {
  const reader: Reader = {
    userId: '018f0000-0000-7000-8000-000000000001',
    tenantId: '018f0000-0000-7000-8000-0000000000ff',
    role: 'member',
    email: 'ada@example.org',
    name: 'Ada',
    sessionId: 'a session',
    keyId: null,
    scope: 'full',
    csrfToken: null,
    provedAt: new Date(Date.now() - MINUTE_MS),
    isSuspended: false,
    ownsInstance: false,
    ...as,
  };
  const host = {
    name: 'alt-backend',
    log: createLogger('silent'),
    signal: new AbortController().signal,
    metrics: new Registry(),
    courtesy: createCourtesy(),
    address: () => '192.0.2.1',
  } as unknown as Host;
  const routes: Route[] = Object.values(endpoints).map((declared) =>
    route(declared as unknown as Endpoint, async () => new Response('done')),
  );
  return createApp({ host, routes, identify: async () => reader }).fetch(new Request(`http://alt.example${path}`));
}

it.each<[Role, number]>([
  ['owner', 200],
  ['admin', 200],
  ['member', 403],
  ['reader', 403],
])('what asks for an admin answers an %s with %i', async (role, status) => {
  const response = await ask('/admins', { role });
  expect(response.status).toBe(status);
  if (status === 403) expect(await response.json()).toMatchObject({ code: 'forbidden' });
});

it('what needs proof takes a fresh one of a browser, and no key', async () => {
  expect((await ask('/proven', {})).status).toBe(200);
  const stale = await ask('/proven', { provedAt: new Date(Date.now() - 16 * MINUTE_MS) });
  expect(await stale.json()).toMatchObject({ status: 403, code: 'proof-required' });
  const key = await ask('/proven', { sessionId: null, keyId: 'a key', provedAt: null });
  expect(await key.json()).toMatchObject({ status: 403, code: 'forbidden' });
});

it('a suspended tenant reaches what says so, and nothing else', async () => {
  expect(await (await ask('/plain', { isSuspended: true })).json()).toMatchObject({ code: 'tenant-suspended' });
  expect((await ask('/own', { isSuspended: true })).status).toBe(200);
});

it('what is the business of the owner of the instance answers nobody else, whatever their role', async () => {
  expect((await ask('/instance', { ownsInstance: true })).status).toBe(200);
  const other = await ask('/instance', { role: 'owner' });
  expect(await other.json()).toMatchObject({ status: 403, code: 'forbidden' });
  expect((await ask('/instance', { ownsInstance: true, scope: 'reader-clients' })).status).toBe(403);
});
