import { authServiceEndpoints, exchange, problems } from '@alt/contracts';
import { statement } from '@alt/database';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestAuthService, type TestAuthService, type TestSession } from './testing.ts';

let auth: TestAuthService;
let ada: TestSession;
beforeAll(async () => {
  auth = await startTestAuthService({ ALT_REGISTRATION: 'open' });
  ada = await auth.register('ada@example.org');
});
afterAll(() => auth.stop());

const endpointsWithBody = authServiceEndpoints.filter(({ body }) => body !== undefined);
const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.constantFrom('', '\0', '💥', '\ud800'));

/** Bodies that the endpoint's own schema refuses: no JSON at all, other shapes, and right names with wrong values. */
const badBody = (schema: { safeParse(value: unknown): { success: boolean } } | undefined) => {
  const fields = fc.constantFrom('email', 'password', 'name', 'code', 'currentPassword');
  const json = fc.oneof(fc.jsonValue(), fc.dictionary(fields, fc.oneof(fc.jsonValue(), anyText)));
  const refused = json
    .map((value) => JSON.stringify(value))
    .filter((text) => schema?.safeParse(JSON.parse(text)).success === false);
  return fc.oneof(
    refused,
    fc.string().filter((text) => !isJson(text)),
  );
};

/** Everything but the counters and the time a session was last seen. */
async function stateOf(): Promise<string> {
  const tables = ['accounts', 'credentials', 'access_keys', 'tenants', 'memberships', 'audit_log', 'outbox'];
  const texts = tables.map((table) =>
    auth.rows.all(statement(`state_${table}`, `select md5(string_agg(t::text, ',' order by t::text)) from ${table} t`)),
  );
  return JSON.stringify(await Promise.all(texts));
}

async function expectProblem(answer: Response): Promise<void> {
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.status).toBeLessThan(500);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  const { code, detail, status } = await answer.json();
  expect(Object.keys(problems)).toContain(code);
  expect(status).toBe(answer.status);
  expect(detail.length).toBeGreaterThan(10);
}

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

test.each(endpointsWithBody.map((endpoint) => [endpoint.name, endpoint] as const))(
  '%s: a bad body gets a problem document and changes nothing',
  async (_name, endpoint) => {
    const before = await stateOf();
    await fc.assert(
      fc.asyncProperty(badBody(endpoint.body), async (body) => {
        await expectProblem(await auth.request(endpoint.method, endpoint.path, { as: ada, body }));
      }),
      { numRuns: 60 },
    );
    expect(await stateOf()).toBe(before);
  },
);

test('a key id of any bytes is unknown', async () => {
  const before = await stateOf();
  await fc.assert(
    fc.asyncProperty(anyText, async (text) => {
      const id = encodeURIComponent(text.toWellFormed()) || '%00';
      await expectProblem(await auth.request('DELETE', `/v1/user/api-keys/${id}`, { as: ada }));
    }),
    { numRuns: 100 },
  );
  expect(await stateOf()).toBe(before);
});

test('any cookie and any bearer are nobody', async () => {
  let asked = 0;
  const headerText = fc.string().map((text) => text.replace(/[^\x21-\x7e]/g, '') || 'x');
  await fc.assert(
    fc.asyncProperty(headerText, headerText, async (cookie, bearer) => {
      const headers = { cookie: `alt_session=${cookie}`, authorization: `Bearer ${bearer}` };
      // Each from an address of its own: what all of them ask for together looks like an attack.
      asked += 1;
      const from = `203.0.113.${asked % 250}`;
      expect((await auth.request('GET', '/v1/auth/validate', { headers, from })).status).toBe(401);
      const { cookie: only } = headers;
      expect((await auth.request('GET', '/v1/auth/validate', { headers: { cookie: only }, from })).status).toBe(401);
    }),
    { numRuns: 60 },
  );
});

test('an exchange of anything unknown is refused', async () => {
  await fc.assert(
    fc.asyncProperty(anyText, anyText, anyText, async (sessionCookie, bearer, address) => {
      await expectProblem(await auth.peer(exchange.path, { sessionCookie, address }));
      await expectProblem(await auth.peer(exchange.path, { bearer, address }));
    }),
    { numRuns: 60 },
  );
});

test.each(
  authServiceEndpoints
    .filter(({ access }) => access === 'reader')
    .map((endpoint) => [endpoint.name, endpoint] as const),
)('%s: nobody is refused', async (_name, endpoint) => {
  const answer = await auth.request(endpoint.method, endpoint.path.replace(':id', ada.user.id), {
    from: '192.0.2.99', // the properties above took what one address may ask for at once
    ...(endpoint.body ? { body: {} } : {}),
  });
  expect((await answer.json()).code).toBe('not-signed-in');
});
