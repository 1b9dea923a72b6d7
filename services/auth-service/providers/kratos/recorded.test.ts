import { freePort } from '@alt/testing/free-port.ts';
import { afterEach, expect, test } from 'vitest';
import { startTestAuthService } from '../../testing.ts';
import { describeReading } from '../contract.ts';
import { openRecorded } from './recording.ts';
import { kratosSettings } from './testing.ts';

let close = () => {};
afterEach(() => close());

// The whole contract runs against a real Kratos in `npm run test:kratos`; here its recorded answers stand in for it.
describeReading('Kratos, as recorded', async (environment) => {
  const recorded = await openRecorded();
  close = recorded.close;
  const { KRATOS_PUBLIC_URL: publicUrl, KRATOS_ADMIN_URL: adminUrl } = recorded;
  return startTestAuthService({ ...kratosSettings({ publicUrl, adminUrl }), ...environment });
});

test('where Kratos does not answer, nobody is let in and the health says so', async () => {
  const nowhere = `http://127.0.0.1:${await freePort()}`;
  const auth = await startTestAuthService(kratosSettings({ publicUrl: nowhere, adminUrl: nowhere }));
  try {
    const body = { email: 'ada@example.org', password: 'four green bicycles sing' };
    const answers = [
      await auth.request('POST', '/v1/auth/login', { body }),
      await auth.request('POST', '/v1/auth/register', { body }),
      await auth.request('POST', '/v1/auth/kratos', { headers: { cookie: 'alt_kratos_session=x' } }),
    ];
    for (const answer of answers) {
      expect([answer.status, (await answer.json()).code]).toEqual([503, 'unavailable']);
      expect(answer.headers.get('set-cookie')).toBeNull();
    }
    const health = await (await auth.request('GET', '/v1/health')).json();
    expect(health.status).toBe('failing');
    expect(health.dependencies.kratos).toContain('does not answer');
  } finally {
    await auth.stop();
  }
});
