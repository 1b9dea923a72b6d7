import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CommandResult, createTemporaryFolder, runInTest } from '../../cli/testing.ts';
import { type Client, register } from '../client.ts';
import { eventually, type Machine, startMachine } from '../harness.ts';

let machine: Machine;
let folder: Awaited<ReturnType<typeof createTemporaryFolder>>;
let ada: Client;
beforeAll(async () => {
  machine = await startMachine('one process', {
    environment: { ALT_REGISTRATION: 'open', ALT_TENANT_UPKEEP_SECONDS: '0.1' },
  });
  folder = await createTemporaryFolder();
  ada = await register(machine.origin, 'ada@example.org');
}, 240_000);
afterAll(async () => {
  await machine?.stop();
  await folder?.remove();
});

const alt = (...words: string[]) => runInTest(['tenant', ...words], { ALT_DATA_DIR: machine.dataDir });
const well = ({ code, remarks, output }: CommandResult) => {
  expect([code, remarks]).toEqual([0, '']);
  return output;
};

test('the public origin leads to tenant-service, and no way leads to what is internal', async () => {
  expect((await ada.get('/v1/tenants')).json.items).toMatchObject([{ isPersonal: true, isCurrent: true }]);
  expect((await ada.post('/v1/invitations/look', { secret: 'x' })).status).toBe(404);
  const { paths } = (await ada.get('/v1/openapi.json')).json;
  expect(Object.keys(paths)).toContain('/v1/tenants/current/members/{id}');
  expect((await ada.get('/v1/tenants/current/limits')).json.items[0]).toMatchObject({ kind: 'users', used: 1 });
  for (const id of ['x', ada.origin])
    expect((await ada.get(`/internal/tenants/${encodeURIComponent(id)}/usage`)).status).toBe(404);
});

test('an archive is fetched and brought through the public origin, byte for byte', async () => {
  expect((await ada.post('/v1/tenants/current/export')).status).toBe(202);
  await eventually(async () => (await ada.get('/v1/tenants/current/export')).json.state === 'done', 'an archive');
  const headers = { cookie: ada.cookie, 'x-csrf-token': ada.csrfToken };
  const fetched = await fetch(`${machine.origin}/v1/tenants/current/export/file`, { headers });
  const bytes = Buffer.from(await fetched.arrayBuffer());
  expect(bytes).toHaveLength(Number(fetched.headers.get('content-length')));
  expect(gunzipSync(bytes).toString()).toContain('"name":"ada"');
  const brought = await fetch(`${machine.origin}/v1/tenants/import`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/gzip' },
    body: bytes,
  });
  const job = (await brought.json()) as { id: string; sizeBytes: number };
  expect([brought.status, job.sizeBytes]).toEqual([202, bytes.length]);
  const at = `/v1/tenants/import/${job.id}`;
  await eventually(async () => (await ada.get(at)).json.state === 'done', 'an import');
  const made = (await ada.get(at)).json.tenantId;
  expect((await ada.get('/v1/tenants')).json.items).toMatchObject([
    { isPersonal: true },
    { id: made, isPersonal: false },
  ]);
  well(await alt('delete', made, '--yes'));
});

test('teams are made, listed, put on plans, limited, suspended and resumed', async () => {
  expect(well(await alt('list'))).toContain('There is no team yet');
  expect(well(await alt('list', '--all'))).toContain('ada (personal)');
  expect(
    well(await alt('add', 'The Team', '--owner', 'Ada@example.org', '--slug', 'the-team', '--plan', 'small')),
  ).toContain('Made the team The Team');
  expect((await ada.get('/v1/tenants')).json.items).toMatchObject([
    {},
    { name: 'The Team', slug: 'the-team', role: 'owner' },
  ]);
  well(await alt('limits', 'the-team', 'feeds=7', 'projects=none'));
  well(await alt('plan', 'the-team', 'team'));
  expect(well(await alt('list'))).toMatch(/the-team +The Team +1 +team feeds=7 projects=none .* well/);
  well(await alt('limits', 'the-team', 'feeds=plan'));
  well(await alt('suspend', 'the-team', '--reason', 'not paid'));
  expect(well(await alt('list'))).toMatch(/team projects=none .* suspended: not paid/);
  well(await alt('resume', 'the-team'));
  expect(well(await alt('list'))).toContain('well');
});

test.each([
  [['plan', 'nobody', 'team'], 1, 'There is no tenant "nobody"'],
  [['plan', 'the-team', 'gold'], 2, 'There is no plan "gold". There are: unlimited, small'],
  [['limits', 'the-team', 'moons=3'], 2, 'There is no limit "moons"'],
  [['limits', 'the-team', 'feeds=many'], 2, 'give a number, "none" or "plan"'],
  [['add', 'Other'], 2, 'Say whose it is'],
  [['add', 'Other', '--owner', 'nobody@example.org'], 1, 'There is no account nobody@example.org'],
  [['add', 'Other', '--owner', 'ada@example.org', '--slug', 'the-team'], 1, 'is taken'],
  [['delete', 'the-team'], 1, 'Say --yes'],
  [['import', '/nowhere', '--owner', 'ada@example.org'], 1, 'There is no file'],
])('%j is refused with a sentence', async (words, code, sentence) => {
  const result = await alt(...words);
  expect([result.code, result.output]).toEqual([code, '']);
  expect(result.remarks).toContain(sentence);
});

test('a team leaves as a file, goes, and comes back from the file', async () => {
  const file = path.join(folder.path, 'team.ndjson.gz');
  const exported = await alt('export', 'the-team', file);
  expect([exported.code, exported.output]).toEqual([0, expect.stringContaining('holds The Team')]);
  expect(gunzipSync(await readFile(file)).toString()).toContain('"slug":"the-team"');
  expect((await alt('export', 'the-team', file)).remarks).toContain('exists');

  expect(well(await alt('delete', 'the-team', '--yes'))).toContain('The Team is gone');
  expect((await ada.get('/v1/tenants')).json.items).toHaveLength(1);
  const imported = await alt('import', file, '--owner', 'ada@example.org');
  expect([imported.code, imported.output]).toEqual([0, expect.stringContaining('ada@example.org is its owner')]);
  expect(well(await alt('list'))).toMatch(/the-team +The Team +1 +team projects=none/);
  expect((await ada.get('/v1/tenants')).json.items).toMatchObject([{}, { name: 'The Team', role: 'owner' }]);

  const broken = await alt('import', path.join(machine.dataDir, 'secrets.json'), '--owner', 'ada@example.org');
  expect([broken.code, broken.remarks]).toEqual([1, expect.stringContaining('not an archive')]);
  const personal = (await ada.get('/v1/tenants')).json.items[0].id;
  expect((await alt('delete', personal, '--yes')).remarks).toContain('goes with its account only');
  expect(existsSync(file)).toBe(true);
});
