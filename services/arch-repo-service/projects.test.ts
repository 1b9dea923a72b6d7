import { statement } from '@alt/database';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { proposeCodes } from './codes.ts';
import { makePerson, openRepo, type TestRepo } from './testing.ts';

const ada = makePerson(1);
const ben = makePerson(2);
const cleo = makePerson(3);
const owner = makePerson(4, { role: 'owner' });
const onlooker = makePerson(5, { role: 'reader' });
const stranger = makePerson(6, { tenant: 2, role: 'owner' });

let repo: TestRepo;
beforeAll(async () => {
  repo = await openRepo();
  // Everybody has been here once.
  for (const as of [ada, ben, cleo, owner, onlooker, stranger]) await repo.call('GET', '/v1/projects', { as });
});
afterAll(() => repo.drop());

let made = 0;
/** A project of Ada's with these members. */
async function project(members: { who: typeof ada; role: string }[] = [], visibility = 'members') {
  made += 1;
  const body = { title: `Batteries ${made}`, code: `B-${made}`, visibility };
  const { status, json } = await repo.call('POST', '/v1/projects', { as: ada, body });
  expect(status).toBe(201);
  for (const { who, role } of members) {
    const path = `/v1/projects/${json.id}/members/${who.userId}`;
    expect((await repo.call('PUT', path, { as: ada, body: { role } })).status).toBe(201);
  }
  return json.id as string;
}

test('a project says when something in it changed last, without another version of itself', async () => {
  const id = await project();
  await repo.superuser.script(`update projects set updated_at = '2026-01-01' where id = '${id}';
    update project_activity set at = '2026-01-02' where project_id = '${id}'`);
  const path = `/v1/projects/${id}`;
  expect((await repo.call('GET', path, { as: ada })).json.updatedAt).toBe('2026-01-02T00:00:00.000Z');
  await repo.call('POST', `${path}/sections`, { as: ada, body: { title: 'A' } });
  const { updatedAt, version } = (await repo.call('GET', path, { as: ada })).json;
  expect(Date.parse(updatedAt)).toBeGreaterThan(Date.parse('2026-01-03'));
  expect(version).toBe(1);
});

test('whoever makes a project leads it; nobody else sees it but owners and admins of the tenant', async () => {
  const { status, json, headers } = await repo.call('POST', '/v1/projects', {
    as: ada,
    body: { title: 'Solid-state batteries', description: 'Who builds them, and when' },
  });
  expect(status).toBe(201);
  expect(json).toMatchObject({
    code: 'SOLID-STATE',
    title: 'Solid-state batteries',
    visibility: 'members',
    status: 'active',
    version: 1,
    role: 'lead',
    memberCount: 1,
    articleCount: 0,
    deletedAt: null,
  });
  expect(headers.get('etag')).toBe('"v1"');
  const path = `/v1/projects/${json.id}`;
  expect((await repo.call('GET', path, { as: ada })).json).toEqual(json);
  expect((await repo.call('GET', path, { as: owner })).json).toMatchObject({ role: 'lead' });
  for (const as of [ben, onlooker, stranger]) {
    const refused = await repo.call('GET', path, { as });
    expect([refused.status, refused.json.code]).toEqual([404, 'not-found']);
    const listed = await repo.call('GET', '/v1/projects?limit=200', { as });
    expect(listed.json.items.map(({ id }: { id: string }) => id)).not.toContain(json.id);
  }
  expect((await repo.call('GET', path)).status).toBe(401);
});

test('a role says what one may do: viewers look, editors write, leads decide who is in it', async () => {
  const id = await project([
    { who: ben, role: 'editor' },
    { who: cleo, role: 'viewer' },
  ]);
  const section = (as: typeof ada) =>
    repo.call('POST', `/v1/projects/${id}/sections`, { as, body: { title: 'Costs' } });
  const rename = (as: typeof ada) =>
    repo.call('PATCH', `/v1/projects/${id}`, { as, body: { title: 'X' }, headers: { 'if-match': '*' } });
  const invite = (as: typeof ada) =>
    repo.call('PUT', `/v1/projects/${id}/members/${onlooker.userId}`, { as, body: { role: 'viewer' } });
  expect((await section(ben)).status).toBe(201);
  expect((await section(cleo)).json.code).toBe('forbidden');
  expect((await rename(ben)).json.code).toBe('forbidden');
  expect((await invite(ben)).json.code).toBe('forbidden');
  expect((await invite(cleo)).json.code).toBe('forbidden');
  expect((await rename(owner)).status).toBe(200);
  expect((await invite(ada)).status).toBe(201);
  // A reader of the tenant looks at most, whatever the project says.
  await repo.call('PUT', `/v1/projects/${id}/members/${onlooker.userId}`, { as: ada, body: { role: 'lead' } });
  expect((await repo.call('GET', `/v1/projects/${id}`, { as: onlooker })).json.role).toBe('viewer');
  expect((await section(onlooker)).json.code).toBe('forbidden');
  expect((await repo.call('POST', '/v1/projects', { as: onlooker, body: { title: 'Mine' } })).status).toBe(403);
});

test('what the tenant may see, everybody of it looks at and nobody of another', async () => {
  const id = await project([], 'tenant');
  expect((await repo.call('GET', `/v1/projects/${id}`, { as: ben })).json.role).toBe('viewer');
  expect((await repo.call('GET', `/v1/projects/${id}/activity`, { as: onlooker })).status).toBe(200);
  expect((await repo.call('POST', `/v1/projects/${id}/sections`, { as: ben, body: { title: 'X' } })).status).toBe(403);
  expect((await repo.call('GET', `/v1/projects/${id}`, { as: stranger })).status).toBe(404);
});

test('the last lead stays one; of two who leave at once, one stays', async () => {
  const id = await project([{ who: ben, role: 'editor' }]);
  const of = (who: typeof ada) => `/v1/projects/${id}/members/${who.userId}`;
  expect((await repo.call('DELETE', of(ada), { as: ada })).json.code).toBe('conflict');
  expect((await repo.call('PUT', of(ada), { as: ada, body: { role: 'viewer' } })).json.code).toBe('conflict');
  await repo.call('PUT', of(ben), { as: ada, body: { role: 'lead' } });
  const left = await Promise.all([ada, ben].map((as) => repo.call('DELETE', of(as), { as })));
  expect(left.map(({ status }) => status).toSorted()).toEqual([204, 409]);
});

test('nobody of another tenant, and nobody who was never here, becomes a member', async () => {
  const id = await project();
  for (const userId of [stranger.userId, makePerson(99).userId]) {
    const refused = await repo.call('PUT', `/v1/projects/${id}/members/${userId}`, {
      as: ada,
      body: { role: 'viewer' },
    });
    expect(refused.json.code).toBe('not-found');
  }
  const people = await repo.call('GET', '/v1/projects/people', { as: ada });
  expect(people.json.items.map(({ name }: { name: string }) => name)).toEqual(
    [1, 2, 3, 4, 5].map((digit) => `Person ${digit}`),
  );
});

describe('versions', () => {
  test('a change asks for the version that was read, and refuses a stale one', async () => {
    const id = await project();
    const patch = (headers: Record<string, string>) =>
      repo.call('PATCH', `/v1/projects/${id}`, { as: ada, body: { title: 'New' }, headers });
    expect((await patch({})).json).toMatchObject({ status: 428, code: 'precondition-required' });
    const changed = await patch({ 'if-match': '"v1"' });
    expect([changed.status, changed.headers.get('etag'), changed.json.version]).toEqual([200, '"v2"', 2]);
    expect((await patch({ 'if-match': '"v1"' })).json).toMatchObject({ status: 412, code: 'precondition-failed' });
    expect((await patch({ 'if-match': 'W/"v2"' })).status).toBe(412);
    expect((await repo.call('DELETE', `/v1/projects/${id}`, { as: ada })).status).toBe(428);
  });

  test('of fifty changes at once from one version, exactly one is made', async () => {
    const id = await project();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        repo.call('PATCH', `/v1/projects/${id}`, {
          as: ada,
          body: { title: `Title ${n}` },
          headers: { 'if-match': '"v1"' },
        }),
      ),
    );
    const counts = Object.groupBy(answers, ({ status }) => String(status));
    expect([counts['200']?.length, counts['412']?.length]).toEqual([1, 49]);
    const { json } = await repo.call('GET', `/v1/projects/${id}`, { as: ada });
    expect(json).toMatchObject({ version: 2, title: counts['200']?.[0]?.json.title });
  });
});

describe('codes', () => {
  test('are made of the title', () => {
    const first = (title: string, count = 3) => [...proposeCodes(title).take(count)];
    expect(first('Élections européennes 2029')).toEqual(['ELECTIONS', 'ELECTIONS-2', 'ELECTIONS-3']);
    expect(first('AI in the EU')).toEqual(['AI-IN-THE-EU', 'AI-IN-THE-EU-2', 'AI-IN-THE-EU-3']);
    expect(first('電池')).toEqual(['P-1', 'P-2', 'P-3']);
    expect(first('2029')).toEqual(['P-1', 'P-2', 'P-3']);
    for (const code of proposeCodes('Supercalifragilistic').take(200)) expect(code).toMatch(/^[A-Z][A-Z0-9-]{1,15}$/);
  });

  test('of twenty projects that want the same code at once, one gets it; the others of the same title get another', async () => {
    const wish = (body: object) => repo.call('POST', '/v1/projects', { as: ada, body });
    const sameCode = await Promise.all(Array.from({ length: 20 }, () => wish({ title: 'Race', code: 'RACE' })));
    expect(sameCode.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(new Set(sameCode.filter(({ status }) => status !== 201).map(({ json }) => json.code))).toEqual(
      new Set(['name-taken']),
    );
    const sameTitle = await Promise.all(Array.from({ length: 20 }, () => wish({ title: 'Wind' })));
    expect(new Set(sameTitle.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(sameTitle.map(({ json }) => json.code)).size).toBe(20);
    const elsewhere = await repo.call('POST', '/v1/projects', { as: stranger, body: { title: 'Race', code: 'RACE' } });
    expect(elsewhere.status).toBe(201);
  });

  test('a code that another project has is refused in a change too', async () => {
    const [first, second] = [await project(), await project()];
    const { json } = await repo.call('GET', `/v1/projects/${first}`, { as: ada });
    const refused = await repo.call('PATCH', `/v1/projects/${second}`, {
      as: ada,
      body: { code: json.code },
      headers: { 'if-match': '*' },
    });
    expect([refused.status, refused.json.code]).toEqual([409, 'name-taken']);
  });
});

describe('standing', () => {
  test('an archived project can be read and not be changed, until it is restored', async () => {
    const id = await project();
    expect((await repo.call('POST', `/v1/projects/${id}/archive`, { as: ada })).json.status).toBe('archived');
    expect((await repo.call('GET', `/v1/projects/${id}`, { as: ada })).status).toBe(200);
    const section = () => repo.call('POST', `/v1/projects/${id}/sections`, { as: ada, body: { title: 'X' } });
    expect((await section()).json).toMatchObject({ status: 409, code: 'project-archived' });
    await repo.call('POST', `/v1/projects/${id}/restore`, { as: ada });
    expect((await section()).status).toBe(201);
  });

  test('a deleted project is gone for all but its leads, who take it back; after 30 days it goes for good', async () => {
    const id = await project([{ who: ben, role: 'editor' }]);
    const path = `/v1/projects/${id}`;
    expect((await repo.call('DELETE', path, { as: ada, headers: { 'if-match': '"v1"' } })).status).toBe(204);
    expect((await repo.call('GET', path, { as: ben })).status).toBe(404);
    expect((await repo.call('POST', `${path}/undelete`, { as: ben })).status).toBe(404);
    expect((await repo.call('GET', `${path}/sections`, { as: ada })).status).toBe(404);
    const deleted = await repo.call('GET', '/v1/projects?status=deleted&limit=200', { as: ada });
    expect(deleted.json.items.map((item: { id: string }) => item.id)).toContain(id);
    expect((await repo.call('POST', `${path}/undelete`, { as: ada })).json.deletedAt).toBe(null);
    expect((await repo.call('GET', path, { as: ben })).status).toBe(200);

    await repo.call('DELETE', path, { as: ada, headers: { 'if-match': '*' } });
    const purge = () => repo.database.one(statement<{ n: number }>('test_purge', 'select purge_projects(10) as n'));
    await repo.superuser.script(`update projects set deleted_at = now() - interval '29 days' where id = '${id}'`);
    expect(await purge()).toEqual({ n: 0 });
    await repo.superuser.script(`update projects set deleted_at = now() - interval '31 days' where id = '${id}'`);
    expect(await purge()).toEqual({ n: 1 });
    expect((await repo.call('POST', `${path}/undelete`, { as: ada })).status).toBe(404);
  });

  test('many projects change at once; those one does not lead, or of another tenant, are skipped and not counted', async () => {
    const [first, second] = [await project(), await project()];
    const others = await repo.call('POST', '/v1/projects', { as: ben, body: { title: 'Ben’s' } });
    const foreign = await repo.call('POST', '/v1/projects', { as: stranger, body: { title: 'Foreign' } });
    const ids = [first, second, others.json.id, foreign.json.id, first];
    const bulk = (body: object) => repo.call('POST', '/v1/projects/bulk', { as: ada, body });
    expect((await bulk({ action: 'archive', ids })).json).toEqual({ updated: 2 });
    expect((await bulk({ action: 'archive', ids })).json).toEqual({ updated: 0 });
    expect((await bulk({ action: 'restore', ids })).json).toEqual({ updated: 2 });
    expect((await bulk({ action: 'add-member', ids, userId: cleo.userId, role: 'viewer' })).json).toEqual({
      updated: 2,
    });
    expect((await bulk({ action: 'delete', ids })).json).toEqual({ updated: 2 });
    expect((await bulk({ action: 'undelete', ids })).json).toEqual({ updated: 2 });
    expect((await repo.call('GET', `/v1/projects/${others.json.id}`, { as: ben })).json).toMatchObject({
      status: 'active',
      version: 1,
      memberCount: 1,
    });
  });
});

test('whoever left the tenant does nothing in its projects, and what they wrote stays', async () => {
  const gone = makePerson(7);
  await repo.call('GET', '/v1/projects', { as: gone });
  const id = await project([{ who: gone, role: 'editor' }]);
  await repo.call('POST', `/v1/projects/${id}/notes`, { as: gone, body: { body: 'Remember the costs.' } });
  const leave = (sql: string) => repo.superuser.script(`${sql} where user_id = '${gone.userId}'`);
  await leave('update readers set purge_after = now()');
  expect((await repo.call('GET', `/v1/projects/${id}`, { as: gone })).status).toBe(404);
  await leave('delete from readers');
  expect((await repo.call('GET', `/v1/projects/${id}`, { as: ada })).json.memberCount).toBe(1);
  const notes = await repo.call('GET', `/v1/projects/${id}/notes`, { as: ada });
  expect(notes.json.items).toMatchObject([{ body: 'Remember the costs.', createdBy: null }]);
});

test('the projects of a tenant that goes go with its last reader', async () => {
  const lone = makePerson(8, { tenant: 3, role: 'owner' });
  await repo.call('POST', '/v1/projects', { as: lone, body: { title: 'Last' } });
  await repo.superuser.script(`update tenants set purge_after = now() where id = '${lone.tenantId}';
    delete from readers where tenant_id = '${lone.tenantId}'`);
  const left = statement('test_left', 'select id from projects where tenant_id = $1');
  expect(await repo.superuser.all(left, [lone.tenantId])).toEqual([]);
});

test('lists go by key: every project once, in pages of any size', async () => {
  const pager = makePerson(9, { tenant: 4 });
  const ids: string[] = [];
  for (let n = 0; n < 7; n += 1) {
    ids.unshift((await repo.call('POST', '/v1/projects', { as: pager, body: { title: `P ${n}` } })).json.id);
  }
  const seen: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const path: string = `/v1/projects?limit=3${cursor ? `&cursor=${cursor}` : ''}`;
    const { json } = await repo.call('GET', path, { as: pager });
    seen.push(...json.items.map(({ id }: { id: string }) => id));
    cursor = json.nextCursor;
  }
  expect(seen.toSorted()).toEqual(ids.toSorted());
  expect(seen).toEqual(seen.toSorted().toReversed());
  expect((await repo.call('GET', '/v1/projects?cursor=x', { as: pager })).json.code).toBe('invalid-cursor');
});

test('a colleague who has never been in projects is offered, added and mentioned; nobody else of another tenant is', async () => {
  const asked: string[] = [];
  const colleagues = [makePerson(7), makePerson(8, { role: 'reader' })].map(({ userId, name, email, role }) => ({
    id: userId,
    name,
    email,
    role,
  }));
  const other = await openRepo(undefined, async (path) => {
    asked.push(path);
    const isFirst = !path.includes('after=');
    return Response.json({ people: isFirst ? colleagues.slice(0, 1) : colleagues.slice(1), hasMore: isFirst });
  });
  try {
    const { json } = await other.call('GET', '/v1/projects/people', { as: ada });
    expect(json.items.map(({ name }: { name: string }) => name).toSorted()).toEqual([
      'Person 1',
      'Person 7',
      'Person 8',
    ]);
    expect(asked).toEqual([
      `/internal/tenants/${ada.tenantId}/people?limit=500`,
      `/internal/tenants/${ada.tenantId}/people?limit=500&after=${colleagues[0]?.id}`,
    ]);
    const { id } = (await other.call('POST', '/v1/projects', { as: ada, body: { title: 'Together' } })).json;
    const member = `/v1/projects/${id}/members/${colleagues[1]?.id}`;
    expect((await other.call('PUT', member, { as: ada, body: { role: 'viewer' } })).json.user.name).toBe('Person 8');
    const note = await other.call('POST', `/v1/projects/${id}/notes`, {
      as: ada,
      body: { body: 'Look, @Person 8', mentions: [colleagues[1]?.id] },
    });
    expect(note.json.mentions).toMatchObject([{ name: 'Person 8' }]);
    const unknown = `/v1/projects/${id}/members/${stranger.userId}`;
    expect((await other.call('PUT', unknown, { as: ada, body: { role: 'viewer' } })).status).toBe(404);
    // What they are is what their own token says, not what was written down of them.
    const theirs = await other.call('GET', '/v1/projects', { as: makePerson(8, { role: 'reader' }) });
    expect(theirs.json.items).toMatchObject([{ id }]);
  } finally {
    await other.drop();
  }
});
