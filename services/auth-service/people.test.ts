import { listTenantPeople, type ResponseOf } from '@alt/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestAuthService, type TestAuthService, type TestSession } from './testing.ts';

let auth: TestAuthService;
let ada: TestSession;
let eve: TestSession;
let team = '';

beforeAll(async () => {
  auth = await startTestAuthService({ ALT_REGISTRATION: 'open' });
  ada = await auth.register('ada@example.org');
  eve = await auth.register('eve@example.org');
  team = ada.user.tenantId;
  await auth.rows.script(
    `insert into memberships (tenant_id, account_id, role)
       select '${team}', made.account_id, 'reader' from generate_series(1, 5) n,
         create_account('p' || n || '@example.org', 'P' || n, null, 'operator', false, '', null, 'owner', '') made;
     update accounts set disabled_at = now() where email = 'p5@example.org'`,
  );
});
afterAll(() => auth?.stop());

const ask = (path: string, caller: 'alt-backend' | 'arch-repo-service' = 'arch-repo-service') =>
  auth.peer(path.replace(':id', team), undefined, caller);
const read = async (query = '') => {
  const answer = await ask(`${listTenantPeople.path}${query}`);
  expect(answer.status).toBe(200);
  return (await answer.json()) as ResponseOf<typeof listTenantPeople>;
};

test('who is in a tenant is told with their names, page by page; nobody who is elsewhere or disabled', async () => {
  const { people, hasMore } = await read();
  expect(hasMore).toBe(false);
  expect(people.map(({ email, role }) => `${email} ${role}`).toSorted()).toEqual([
    'ada@example.org owner',
    'p1@example.org reader',
    'p2@example.org reader',
    'p3@example.org reader',
    'p4@example.org reader',
  ]);
  expect(JSON.stringify(people)).not.toContain(eve.user.id);
  const first = await read('?limit=3');
  const second = await read(`?limit=3&after=${first.people.at(-1)?.id}`);
  expect([first.hasMore, second.hasMore]).toEqual([true, false]);
  expect([...first.people, ...second.people]).toEqual(people);
});

test('no other service is told', async () => {
  expect((await ask(listTenantPeople.path, 'alt-backend')).status).toBe(404);
});
