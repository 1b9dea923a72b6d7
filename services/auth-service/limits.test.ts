import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTestAuthService, type TestAuthService, type TestSession } from './testing.ts';

let auth: TestAuthService;
let ada: TestSession;
beforeEach(async () => {
  auth = await startTestAuthService({ ALT_REGISTRATION: 'open' });
  ada = await auth.register('ada@example.org');
});
afterEach(() => auth.stop());

test.each([
  ['POST', '/v1/auth/csrf', 120, 60],
  ['POST', '/v1/auth/refresh', 60, 60],
  ['GET', '/v1/auth/validate', 600, 60],
  ['GET', '/v1/user/audit/export', 10, 3600],
  ['GET', '/v1/auth/audit/export', 10, 3600],
] as const)(
  '%s %s is answered %i times to an account in its window, over all processes, and says when to come back',
  async (method, path, limit, windowSeconds) => {
    const other = await auth.another();
    const processes = [auth, other];
    for (let index = 0; index < limit; index += 1) {
      const answer = await processes[index % 2]?.request(method, path, { as: ada, from: `192.0.2.${index % 200}` });
      await answer?.arrayBuffer();
      expect(answer?.status).toBe(200);
      const cookie = answer?.headers.getSetCookie().find((item) => item.startsWith('alt_session='));
      if (cookie) ada.cookie = cookie.split(';')[0] ?? '';
    }
    const refused = await auth.request(method, path, { as: ada });
    expect(refused.status).toBe(429);
    const document = await refused.json();
    expect(document.code).toBe('too-many-requests');
    const seconds = Number(refused.headers.get('retry-after'));
    expect(seconds).toBe(document.retryAfterSeconds);
    expect(seconds).toBeLessThanOrEqual(windowSeconds);
    expect(seconds).toBeGreaterThan(0);
    await other.request(method, path, { as: ada });
    const lines = await auth.rows.all({
      name: 'limited',
      text: "select outcome, account_id from audit_log where action = 'rate-limited'",
    });
    expect(lines).toEqual([{ outcome: 'blocked', account_id: ada.user.id }]);
    const eve = await auth.register('eve@example.org');
    expect((await auth.request(method, path, { as: eve })).status).toBe(200);
    await auth.rows.script(`update throttles set window_started_at = now() - interval '${windowSeconds} seconds'`);
    expect((await auth.request(method, path, { as: ada })).status).toBe(200);
  },
);
