import {
  altBackendEndpoints,
  archRepoServiceEndpoints,
  authServiceEndpoints,
  type Endpoint,
  tenantServiceEndpoints,
} from '@alt/contracts';
import { expect, test } from 'vitest';
import { accountHandlers } from './fake-accounts.ts';
import { annotationHandlers } from './fake-annotations.ts';
import { createFakeApi } from './fake-api.ts';
import { connectionHandlers } from './fake-connections.ts';
import { enrichmentHandlers } from './fake-enrichment.ts';
import { importHandlers } from './fake-imports.ts';
import { projectHandlers } from './fake-projects.ts';
import { readingHandlers } from './fake-reading.ts';
import { ruleHandlers } from './fake-rules.ts';
import { securityHandlers } from './fake-security.ts';
import { fakePassword } from './fake-state.ts';
import { statisticsHandlers } from './fake-statistics.ts';
import { subscriptionHandlers } from './fake-subscriptions.ts';
import { tagHandlers } from './fake-tags.ts';
import { teamHandlers } from './fake-team.ts';

/** What the web app does not call, or only links to. */
const notFaked = new Set([
  'refresh',
  'readProfile',
  'readStats',
  // The page of the log has a test against the service itself.
  'instanceLogs',
  'instanceLogHistogram',
  'followInstanceLogs',
  'readRecap',
  'readRecapFeed',
  'readRecapMail',
  'endRecapMail',
  'confirmRecapMail',
  'changeProjects',
  'readProjectSection',
  'readPublished',
  'readPublishedFeed',
  'startTenantImport',
  'readTenantImport',
  'listAllTenants',
  'suspendTenant',
  'resumeTenant',
  'changeTenantPlan',
  // Ways in that the page does not offer yet.
  'enterByKratos',
  'readSingleSignOn',
  'startSingleSignOn',
  'finishSingleSignOn',
  'linkSingleSignOn',
  'confirmBySingleSignOn',
  'readOwnSingleSignOn',
  'unlinkSingleSignOn',
]);

test('the fake knows every endpoint of the contract that the web app calls', () => {
  const faked = new Set(
    [
      ...accountHandlers,
      ...readingHandlers,
      ...annotationHandlers,
      ...subscriptionHandlers,
      ...importHandlers,
      ...enrichmentHandlers,
      ...tagHandlers,
      ...projectHandlers,
      ...ruleHandlers,
      ...statisticsHandlers,
      ...connectionHandlers,
      ...securityHandlers,
      ...teamHandlers,
    ].map(([endpoint]) => endpoint),
  );
  const missing = [
    ...authServiceEndpoints,
    ...altBackendEndpoints,
    ...tenantServiceEndpoints,
    ...archRepoServiceEndpoints,
  ].filter((endpoint: Endpoint) => !faked.has(endpoint) && !notFaked.has(endpoint.name));
  expect(missing.map(({ name }) => name)).toEqual([]);
});

test('its answers satisfy the contract: ten thousand entries, page by page, in all views', async () => {
  const api = createFakeApi();
  const call = (path: string, init: RequestInit = {}) =>
    api.fetch(new Request(new URL(path, 'http://alt.example'), init));
  const login = await call('/v1/auth/login', {
    method: 'POST',
    body: JSON.stringify({ email: 'ada@example.org', password: fakePassword }),
  });
  const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? '';
  const read = async (path: string) => (await call(path, { headers: { cookie } })).json();
  for (const path of [
    '/v1/auth/validate',
    '/v1/settings',
    '/v1/subscriptions',
    '/v1/folders',
    '/v1/counters',
    '/v1/search?q=tide',
  ]) {
    expect([path, await read(path)]).toEqual([path, expect.anything()]);
  }
  let cursor: string | null = '';
  let count = 0;
  while (cursor !== null) {
    // The handler parses each of its answers with the contract's schema and throws where it does not fit.
    const page = (await read(`/v1/entries?limit=200${cursor && `&cursor=${cursor}`}`)) as {
      items: unknown[];
      nextCursor: string | null;
    };
    count += page.items.length;
    cursor = page.nextCursor;
  }
  expect(count).toBe(10_000);
  expect((await call('/v1/entries')).status).toBe(401);
  expect((await call('/v1/entries/mark-read', { method: 'POST', headers: { cookie }, body: '{}' })).status).toBe(403);
});
