import { statement } from '@alt/database';
import { createTestDatabase, type TestDatabase } from '@alt/database/testing.ts';
import { createLocalJWKSet, exportJWK, generateKeyPair, jwtVerify } from 'jose';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTokenIssuer } from './tokens.ts';
import { createVault } from './vault.ts';

const HOUR_MS = 3_600_000;
const START = Date.parse('2026-03-01T12:00:00Z');
const subject = {
  account_id: '0198c000-0000-7000-8000-000000000001',
  tenant_id: '0198c000-0000-7000-8000-000000000002',
  role: 'owner' as const,
  email: 'ada@example.org',
  name: 'Ada',
  sessionId: '0198c000-0000-7000-8000-000000000003',
  keyId: null,
  scope: 'full' as const,
  provedAt: new Date('2026-11-21T10:00:00Z'),
  isSuspended: false,
  ownsInstance: false,
};

let database: TestDatabase;
let time = START;

beforeEach(async () => {
  time = START;
  database = await createTestDatabase({ databases: ['auth'] });
});
afterEach(() => database.drop());

/** A process of its own, with its own memory of the keys and the clock of the test. */
const startProcess = (secretKey = 'a key of the tests, forty characters long') =>
  createTokenIssuer({
    vault: createVault(secretKey),
    database: database.connectAs('auth_service'),
    rotationMs: 24 * HOUR_MS,
    now: () => new Date(time),
  });

type Issuer = ReturnType<typeof startProcess>;

const kidOf = (token: string): string => JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid;
const kidsOf = async (issuer: Issuer) => (await issuer.keySet()).keys.map(({ kid }) => kid);

async function verify(token: string, issuer: Issuer) {
  const options = { algorithms: ['EdDSA'], issuer: 'auth-service', audience: 'alt', currentDate: new Date(time) };
  return (await jwtVerify(token, createLocalJWKSet(await issuer.keySet()), options)).payload;
}

test('a token names the account, its tenant, role and session, and lives for five minutes', async () => {
  const issuer = startProcess();
  const { token, expiresAt } = await issuer.issue(subject);
  expect(expiresAt.getTime()).toBe(START + 300_000);
  expect(await verify(token, issuer)).toMatchObject({
    sub: subject.account_id,
    tenant: subject.tenant_id,
    role: 'owner',
    email: 'ada@example.org',
    name: 'Ada',
    session: subject.sessionId,
    key: null,
    scope: 'full',
    instance_owner: false,
    exp: START / 1000 + 300,
  });
  time += 301_000;
  await expect(verify(token, issuer)).rejects.toThrow('exp');
  const owner = await issuer.issue({ ...subject, ownsInstance: true });
  expect(await verify(owner.token, issuer)).toMatchObject({ instance_owner: true });
});

test('processes that start at once agree on the keys', async () => {
  const sets = await Promise.all([startProcess(), startProcess(), startProcess(), startProcess()].map(kidsOf));
  expect(sets[0]).toHaveLength(2);
  for (const set of sets) expect(set).toEqual(sets[0]);
});

test('the next key is published a whole rotation before it signs', async () => {
  const issuer = startProcess();
  for (let day = 0; day < 5; day += 1) {
    const published = await kidsOf(issuer);
    const signing = kidOf((await issuer.issue(subject)).token);
    time += 24 * HOUR_MS;
    const next = kidOf((await issuer.issue(subject)).token);
    expect(next).not.toBe(signing);
    expect(published).toContain(next);
  }
});

test('a token of a retired key is verified until it ends; then the key goes', async () => {
  const issuer = startProcess();
  await issuer.keySet();
  time += 24 * HOUR_MS - 1000;
  const { token } = await issuer.issue(subject);
  time += 4 * 60_000;
  expect(kidOf((await issuer.issue(subject)).token)).not.toBe(kidOf(token));
  expect((await verify(token, startProcess())).sub).toBe(subject.account_id);
  time += HOUR_MS;
  expect(await kidsOf(issuer)).not.toContain(kidOf(token));
  expect(await kidsOf(startProcess())).toHaveLength(2);
});

const keyRows = statement<{ id: string; text: string }>('t_keys', 'select id, s::text as text from signing_keys s');

test('the database has no key in the clear that signs, also where an earlier release left one', async () => {
  const issuer = startProcess();
  const { token } = await issuer.issue(subject);
  const superuser = database.superuser('auth');
  const secret = (await exportJWK((await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true })).privateKey))
    .d;
  await superuser.script(`insert into signing_keys (id, public_jwk, private_jwk, active_from)
    values ('of-an-earlier-release', '{}', '{"kty": "OKP", "d": "${secret}"}', '2026-03-03T12:00:00Z')`);
  expect(await kidsOf(startProcess())).toHaveLength(3);
  const rows = await superuser.all(keyRows);
  expect(rows).toHaveLength(3);
  for (const { text } of rows) {
    expect(text).not.toContain('"d"');
    expect(text).not.toContain(secret);
  }
  expect((await verify(token, startProcess())).sub).toBe(subject.account_id);
});

test('with another ALT_SECRET_KEY the start says what to do, and leaves the keys as they are', async () => {
  await startProcess().keySet();
  const before = await database.superuser('auth').all(keyRows);
  await expect(startProcess('another key of the tests, as long as that').keySet()).rejects.toMatchObject({
    name: 'ConfigError',
    message: expect.stringContaining('delete from signing_keys'),
  });
  time += 30 * 24 * HOUR_MS;
  await expect(startProcess('another key of the tests, as long as that').keySet()).rejects.toThrow('ALT_SECRET_KEY');
  expect(await database.superuser('auth').all(keyRows)).toEqual(before);
  await database.superuser('auth').script('delete from signing_keys');
  expect(await kidsOf(startProcess('another key of the tests, as long as that'))).toHaveLength(2);
});

test('after weeks of rest the published key signs, and a restart changes nothing', async () => {
  const published = await kidsOf(startProcess());
  time += 30 * 24 * HOUR_MS;
  const { token } = await startProcess().issue(subject);
  expect(published).toContain(kidOf(token));
  expect(kidOf((await startProcess().issue(subject)).token)).toBe(kidOf(token));
  expect((await verify(token, startProcess())).sub).toBe(subject.account_id);
});
