import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClient, PASSWORD, register } from './client.ts';
import { eventually, type Machine, startMachine } from './harness.ts';
import { tenantKnown } from './stored.ts';

const PATHS = ['/v1/folders', '/v1/projects', '/v1/tenants/current/members'];

let machine: Machine;
beforeAll(async () => {
  // What nobody tells of would not be seen before the test is over.
  machine = await startMachine('a process per service', {
    environment: { ALT_FOLLOW_SECONDS: '3600' },
    without: ['tag-generator', 'search-indexer', 'news-creator'],
  });
}, 240_000);
afterAll(() => machine?.stop());

test('where every service is a process of its own, a suspension and its end are known without waiting', async () => {
  const owner = await register(machine.origin, 'owner@example.org');
  const { id } = (await owner.post('/v1/tenants', { name: 'Held' })).json;
  const member = createClient(machine.origin);
  const email = 'owner@example.org';
  member.csrfToken = (await member.post('/v1/auth/login', { email, password: PASSWORD })).json.csrfToken;
  member.csrfToken = (await member.call('PUT', '/v1/user/tenant', { tenantId: id })).json.csrfToken;
  for (const path of PATHS) expect([path, (await member.get(path)).status]).toEqual([path, 200]);

  for (const isSuspended of [true, false, true, false]) {
    const path = `/v1/tenants/${id}/${isSuspended ? 'suspend' : 'resume'}`;
    expect((await owner.post(path, isSuspended ? { reason: 'test' } : undefined)).status).toBe(200);
    await tenantKnown(machine, id, isSuspended);
    for (const path of PATHS) {
      await eventually(async () => (await member.get(path)).status === (isSuspended ? 403 : 200), path, 20_000);
    }
  }
});
