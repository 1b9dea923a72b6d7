import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type DnsServer, startDnsServer } from './dns-server.ts';
import { type Platform, type Session, startTenants, until } from './platform.ts';

let platform: Platform;
let dns: DnsServer;
beforeEach(async () => {
  dns = await startDnsServer();
  platform = await startTenants({
    ALT_DNS_SERVERS: dns.address,
    ALT_TENANTS_PER_ACCOUNT: '5',
    ALT_TENANT_IMPORT_MB: '1',
  });
});
afterEach(async () => {
  await platform.stop();
  await dns.stop();
});

const codeOf = (answer: { status: number; json: { code?: string } | null }) => answer.json?.code ?? answer.status;
const begin = (as: Session) => platform.send('POST', '/v1/tenants/current/export', { as });
const file = async (as: Session) => (await platform.send('GET', '/v1/tenants/current/export/file', { as })).bytes;

async function exported(as: Session): Promise<Buffer> {
  expect((await begin(as)).status).toBe(202);
  await until('the archive', async () => {
    const { json } = await platform.send('GET', '/v1/tenants/current/export', { as });
    if (json.state === 'failed') throw new Error(json.error);
    return json.state === 'done';
  });
  return file(as);
}

const upload = (as: Session, bytes: Buffer) => platform.send('POST', '/v1/tenants/import', { as, body: bytes });

async function imported(as: Session, bytes: Buffer) {
  const begun = await upload(as, bytes);
  expect([begun.status, begun.json?.detail]).toEqual([202, undefined]);
  return until('the import', async () => {
    const { json } = await platform.send('GET', `/v1/tenants/import/${begun.json.id}`, { as });
    return (json.state === 'done' || json.state === 'failed') && json;
  });
}

interface Parts {
  [part: string]: Record<string, unknown>[];
}

/** The rows of an archive by part. */
function partsOf(archive: Buffer): Parts {
  const parts: Parts = {};
  let open = '';
  for (const line of gunzipSync(archive).toString().trimEnd().split('\n')) {
    const value = JSON.parse(line);
    if (value.part) open = value.part;
    if (value.part) parts[open] = [];
    if (value.row) parts[open]?.push(value.row);
  }
  return parts;
}

/** A team with everything: members of each role, invitations of each state, domains, settings, a plan of its own. */
async function furnish() {
  const owner = await platform.person('owner');
  const team = await platform.team(owner, 'Everything 株式会社');
  const admin = await platform.enter(await platform.person('admin'), team.tenantId, 'admin');
  const reader = await platform.enter(await platform.person('reader'), team.tenantId, 'reader');
  const change = {
    slug: 'everything',
    settings: { invitations: { allowedFor: 'member', emailDomains: ['example.org'] } },
  };
  await platform.send('PATCH', '/v1/tenants/current', { as: team, body: change, headers: { 'if-match': '*' } });
  const invite = async (body: object) =>
    (await platform.send('POST', '/v1/tenants/current/invitations', { as: admin, body })).json;
  const open = await invite({ email: 'open@example.org', role: 'reader' });
  const revoked = await invite({ email: 'revoked@example.org' });
  await platform.send('DELETE', `/v1/tenants/current/invitations/${revoked.id}`, { as: team });
  const used = await invite({});
  const guest = await platform.person('guest');
  const secret = new URL(used.link).hash.slice(1);
  await platform.send('POST', '/v1/invitations/accept', { as: guest, body: { secret } });
  const added = await platform.send('POST', '/v1/tenants/current/domains', {
    as: team,
    body: { domain: 'proven.example', role: 'member' },
  });
  dns.texts.set(added.json.record.name, [added.json.record.value]);
  await platform.send('POST', `/v1/tenants/current/domains/${added.json.id}/verify`, { as: team });
  await platform.send('POST', '/v1/tenants/current/domains', { as: team, body: { domain: 'unproven.example' } });
  await platform.run(`update tenants set plan = 'team', limit_overrides = '{"feeds": 77}',
    limits = '{"users": 25, "feeds": 77}' where id = '${team.tenantId}'`);
  return { owner, team, admin, reader, guest, openSecret: new URL(open.link).hash.slice(1) };
}

/** Deletes the tenant and waits until it is gone. */
async function removeForGood(team: Session, name: string) {
  await platform.send('DELETE', '/v1/tenants/current', { as: team, body: { name } });
  await platform.run(`update tenants set deletion_at = now() where id = '${team.tenantId}'`);
  await until('the end of the tenant', async () => {
    return (await platform.rows(`select from tenants where id = '${team.tenantId}'`)).length === 0;
  });
}

test('export, delete, import: row by row the same tenant, which can be exported again', async () => {
  const { owner, team, openSecret } = await furnish();
  const archive = await exported(team);
  const before = partsOf(archive);
  expect(Object.entries(before).map(([part, rows]) => [part, rows.length])).toEqual([
    ['tenant', 1],
    ['members', 4],
    ['invitations', 3],
    ['domains', 2],
    ['audit', expect.any(Number)],
    ['alt-backend', 0],
    ['arch-repo-service', 0],
  ]);
  await removeForGood(team, 'Everything 株式会社');

  const done = await imported(owner, archive);
  expect(done).toMatchObject({ state: 'done', error: null });
  const again = await platform.enter(owner, done.tenantId);
  const after = partsOf(await exported(again));
  const { id: _old, ...tenantBefore } = before.tenant?.[0] ?? {};
  const { id: _new, ...tenantAfter } = after.tenant?.[0] ?? {};
  expect(tenantAfter).toEqual(tenantBefore);
  expect(tenantAfter).toMatchObject({ plan: 'team', limitOverrides: { feeds: 77 }, slug: 'everything' });
  expect(after.members).toEqual(before.members);
  // Their ids are new, and so is their order.
  const bySecret = (rows: Parts[string] = []) =>
    rows.toSorted((a, b) => (String(a.secretHash) < String(b.secretHash) ? -1 : 1));
  expect(bySecret(after.invitations)).toEqual(bySecret(before.invitations));
  expect(after.domains).toEqual(before.domains);
  expect(after.audit?.slice(0, before.audit?.length)).toEqual(before.audit);
  expect(after.audit?.slice(before.audit?.length).map(({ action }) => action)).toContain('tenant-imported');

  const [row] = await platform.rows<{ limits: object; personal_of: null }>(
    `select limits, personal_of from tenants where id = '${done.tenantId}'`,
  );
  expect(row).toEqual({
    limits: { users: 25, feeds: 77, articlesKept: 1_000_000, llmRequestsPerMonth: 20_000, projects: 50 },
    personal_of: null,
  });
  expect((await platform.send('POST', '/v1/invitations/look', { body: { secret: openSecret } })).status).toBe(200);
  expect(done.tenantId).not.toBe(team.tenantId);
});

test('an archive says what it holds, is hashed part by part, and has no secret that opens anything', async () => {
  const { team, admin, openSecret } = await furnish();
  expect(codeOf(await begin(admin))).toBe('forbidden');
  const program = await platform.send('POST', '/v1/user/api-keys', { as: team, body: { name: 'script' } });
  expect(codeOf(await begin({ ...team, apiKey: program.json.key }))).toBe('forbidden');
  const archive = await exported(team);
  const lines = gunzipSync(archive).toString().trimEnd().split('\n');
  const manifest = JSON.parse(lines.at(-1) ?? '').manifest;
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ alt: 'tenant-archive', version: 1, tenantId: team.tenantId });
  for (const [part, rows] of Object.entries(partsOf(archive))) {
    const first = lines.indexOf(JSON.stringify({ part })) + 1;
    const texts = lines.slice(first, first + rows.length).map((line) => `${line.slice('{"row":'.length, -1)}\n`);
    const sha256 = createHash('sha256').update(texts.join('')).digest('hex');
    expect(manifest.parts).toContainEqual({ name: part, rows: rows.length, sha256 });
  }
  expect(manifest.remarks).toEqual([]);
  for (const secret of [openSecret, team.cookie.split('=')[1], program.json.key, team.csrfToken]) {
    expect(lines.join('\n')).not.toContain(secret);
  }
  const fetched = await platform.send('GET', '/v1/tenants/current/export/file', { as: team });
  expect(Number(fetched.headers.get('content-length'))).toBe(fetched.bytes.length);
  expect(fetched.headers.get('content-type')).toBe('application/gzip');
  const stranger = await platform.team(await platform.person('stranger'), 'Other');
  expect(codeOf(await platform.send('GET', '/v1/tenants/current/export/file', { as: stranger }))).toBe('not-found');
  expect(codeOf(await platform.send('GET', '/v1/tenants/current/export', { as: stranger }))).toBe('not-found');
  await platform.run(`update tenant_jobs set expires_at = now()`);
  await until(
    'the file to go',
    async () => codeOf(await platform.send('GET', '/v1/tenants/current/export/file', { as: team })) === 'not-found',
  );
});

test('what others keep of the tenant is in the archive, and goes back to them with who is who', async () => {
  const { owner, team, admin } = await furnish();
  const kept = Array.from({ length: 3_000 }, (_, n) => ({
    n,
    reader: n % 2 ? owner.id : admin.id,
    text: 'x'.repeat(200),
  }));
  platform.peers['alt-backend'] = async (request) => {
    expect(new URL(request.url).pathname).toBe(`/internal/tenants/${team.tenantId}/export`);
    return new Response(kept.map((row) => `${JSON.stringify(row)}\n`).join(''));
  };
  const archive = await exported(team);
  expect(partsOf(archive)['alt-backend']).toEqual(kept);
  await removeForGood(team, 'Everything 株式会社');

  const taken: { path: string; lines: unknown[] }[] = [];
  let failures = 1;
  platform.peers['alt-backend'] = async (request) => {
    const text = await request.text();
    failures -= 1;
    if (failures >= 0) return Response.json({ code: 'internal' }, { status: 500 });
    taken.push({
      path: new URL(request.url).pathname,
      lines: text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    });
    return Response.json({ rows: kept.length });
  };
  const importing = imported(owner, archive);
  await until('the first try to fail', async () => {
    const [row] = await platform.rows<{ n: number }>(
      `select count(*)::int as n from tenant_jobs where kind = 'import' and state = 'queued' and attempts = 1`,
    );
    return row?.n === 1;
  });
  await platform.run(`update tenant_jobs set next_attempt_at = now()`);
  const done = await importing;
  expect(done).toMatchObject({ state: 'done', error: null });
  expect(taken.map(({ path }) => path)).toEqual([`/internal/tenants/${done.tenantId}/import`]);
  const [who, ...rows] = taken[0]?.lines ?? [];
  expect(rows).toEqual(kept);
  expect(who).toMatchObject({ accounts: { [owner.id]: owner.id, [admin.id]: admin.id } });
  expect(await platform.rows(`select from tenants where name = 'Everything 株式会社'`)).toHaveLength(1);
});

test('an export that a restart interrupts is made by the next process', async () => {
  const { team } = await furnish();
  const reached = Promise.withResolvers<void>();
  platform.peers['alt-backend'] = (request) => {
    reached.resolve();
    return new Promise((_resolve, reject) =>
      request.signal.addEventListener('abort', () => reject(request.signal.reason)),
    );
  };
  await begin(team);
  await reached.promise;
  platform.peers['alt-backend'] = async () => new Response('{"made":"later"}\n');
  await platform.restart();
  await until(
    'the archive',
    async () => (await platform.send('GET', '/v1/tenants/current/export', { as: team })).json.state === 'done',
  );
  expect(partsOf(await file(team))['alt-backend']).toEqual([{ made: 'later' }]);
});

test('a worker that was killed loses its job to another when its lease is over; two exports at once are one', async () => {
  const { team } = await furnish();
  const all = Promise.withResolvers<void>();
  platform.peers['alt-backend'] = async () => {
    await all.promise;
    return new Response('{"n":1}\n');
  };
  const jobs = await Promise.all([begin(team), begin(team), begin(team)]);
  all.resolve();
  expect(new Set(jobs.map(({ json }) => json.id)).size).toBe(1);
  await until(
    'the archive',
    async () => (await platform.send('GET', '/v1/tenants/current/export', { as: team })).json.state === 'done',
  );
  await platform.run(
    `update tenant_jobs set state = 'running', claimed_by = 'dead', claimed_until = now() + interval '1 hour'`,
  );
  expect((await begin(team)).json.state).toBe('running');
  await platform.run(`update tenant_jobs set claimed_until = now()`);
  await until(
    'the archive',
    async () => (await platform.send('GET', '/v1/tenants/current/export', { as: team })).json.state === 'done',
  );
  expect(partsOf(await file(team)).members).toHaveLength(4);
});

test('of an archive from elsewhere, or brought by who did not own it, nobody becomes a member but who brings it', async () => {
  const { team, owner, admin } = await furnish();
  const archive = await exported(team);
  const foreign = gzipSync(gunzipSync(archive), { level: 1 }); // the same text, another file
  for (const [bringer, bytes] of [
    [await platform.person('thief'), archive],
    [admin, archive],
    [owner, foreign],
  ] as const) {
    const home = { ...bringer, ...(await platform.enter(bringer, bringer.personalTenantId)) };
    const done = await imported(home, bytes);
    expect(done.state).toBe('done');
    const inside = await platform.enter(bringer, done.tenantId);
    const members = (await platform.send('GET', '/v1/tenants/current/members', { as: inside })).json.items;
    expect(members.map(({ id, role }: { id: string; role: string }) => [id, role])).toEqual([[bringer.id, 'owner']]);
    const current = (await platform.send('GET', '/v1/tenants/current', { as: inside })).json;
    expect(current).toMatchObject({ plan: 'unlimited', slug: null });
    const domains = (await platform.send('GET', '/v1/tenants/current/domains', { as: inside })).json.items;
    expect(domains.map(({ state }: { state: string }) => state)).toEqual(['unverified', 'unverified']);
    // The record in the DNS is everybody's to read; copied into an archive it proves nothing.
    const tokens = JSON.stringify(partsOf(archive).domains);
    for (const { id, domain, record } of domains) {
      expect(tokens).not.toContain(record.value.split('=')[1]);
      const verified = await platform.send('POST', `/v1/tenants/current/domains/${id}/verify`, { as: inside });
      expect([domain, codeOf(verified)]).toEqual([domain, 'domain-unverified']);
    }
    const invited = (await platform.send('GET', '/v1/tenants/current/invitations', { as: inside })).json.items;
    const emails = invited
      .filter(({ state }: { state: string }) => state === 'open')
      .map(({ email }: { email: string }) => email);
    for (const other of [owner, admin].filter(({ id }) => id !== bringer.id)) expect(emails).toContain(other.email);
    expect(done.remarks.join(' ')).toContain('invited instead');
  }
});

test('whoever was suspended, or limited, is so again after an export and import', async () => {
  const { team, owner } = await furnish();
  const archive = await exported(team);
  await platform.run(
    `update tenants set plan = 'small', limit_overrides = '{}', suspended_at = now(), suspension_reason = 'spam' where id = '${team.tenantId}'`,
  );
  await platform.run(`select remove_tenant('${team.tenantId}', 'operator')`);
  const first = await imported(owner, archive);
  const standing = (id: string) =>
    platform.rows(
      `select plan, suspension_reason, suspended_at is not null as "isSuspended" from tenants where id = '${id}'`,
    );
  expect(await standing(first.tenantId)).toEqual([{ plan: 'small', suspension_reason: 'spam', isSuspended: true }]);
});

test('a damaged, changed, newer or endless archive is refused with a sentence and leaves nothing', async () => {
  const { team, owner } = await furnish();
  const archive = await exported(team);
  const text = gunzipSync(archive).toString();
  const before = await platform.rows('select id from tenants order by id');
  const cases: [string, Buffer, RegExp][] = [
    ['cut off', archive.subarray(0, archive.length - 40), /damaged|too early/],
    ['without its end', gzipSync(text.split('\n').slice(0, -2).join('\n')), /too early/],
    ['a row changed', gzipSync(text.replace('"role":"reader"', '"role":"owner"')), /changed or damaged/],
    ['another thing', gzipSync('{"hello":"world"}\n'), /not an archive/],
    ['newer', gzipSync(text.replace('"version":1', '"version":2')), /newer/],
    ['a bomb', gzipSync(Buffer.alloc(30 * 1024 * 1024, 'x\n')), /not an archive|more than|too long/],
    [
      'a bomb after its head',
      gzipSync(`${text.split('\n')[0]}\n{"part":"x"}\n${`{"row":${'1'.repeat(1000)}}\n`.repeat(25_000)}`),
      /more than/,
    ],
  ];
  for (const [what, bytes, sentence] of cases) {
    const failed = await imported(owner, bytes);
    expect([what, failed.state, failed.tenantId]).toEqual([what, 'failed', null]);
    expect([what, failed.error]).toEqual([what, expect.stringMatching(sentence)]);
  }
  for (const bytes of [Buffer.from('no gzip'), Buffer.alloc(0)])
    expect(codeOf(await upload(owner, bytes))).toBe('invalid-archive');
  expect(codeOf(await upload(owner, Buffer.concat([archive, Buffer.alloc(1024 * 1024)])))).toBe('body-too-large');
  expect(await platform.rows('select id from tenants order by id')).toEqual(before);
  expect(await platform.rows(`select from tenant_jobs where state = 'uploading'`)).toEqual([]);
});

test('an import that another service refuses for good is taken back, and names the reason', async () => {
  const { team, owner } = await furnish();
  platform.peers['alt-backend'] = async () => new Response('{"n":1}\n');
  const archive = await exported(team);
  const before = await platform.rows('select id from tenants order by id');
  platform.peers['alt-backend'] = async (request) => {
    await request.text();
    return Response.json(
      { type: 'x', title: 'x', status: 422, code: 'invalid-archive', detail: 'Row 1 is of no kind that is known.' },
      { status: 422 },
    );
  };
  const failed = await imported(owner, archive);
  expect(failed).toMatchObject({ state: 'failed', tenantId: null, error: 'Row 1 is of no kind that is known.' });
  expect(await platform.rows('select id from tenants order by id')).toEqual(before);
  expect((await platform.send('GET', `/v1/tenants/import/${failed.id}`, { as: team })).status).toBe(200);
  const stranger = await platform.person('stranger');
  expect((await platform.send('GET', `/v1/tenants/import/${failed.id}`, { as: stranger })).status).toBe(404);
});

test('an archive gives no more teams than one account may own', async () => {
  const owner = await platform.person('many');
  const teams = [];
  for (let n = 0; n < 5; n += 1) teams.push(await platform.team(owner, `Team ${n}`));
  const archive = await exported(teams[0] as Session);
  expect(await imported(owner, archive)).toMatchObject({ state: 'failed', error: expect.stringContaining('5 teams') });
});
