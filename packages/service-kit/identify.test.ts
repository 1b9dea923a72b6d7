import { Problem } from '@alt/contracts';
import { expect, it } from 'vitest';
import { createIdentify } from './identify.ts';

const signedIn = new Request('http://test/', { headers: { cookie: 'alt_session=abc' } });

it('passes on that the database of auth-service is away, and asks again when it is back', async () => {
  const document = new Problem('database-unavailable', 'Not now.').toDocument();
  const answers = [Response.json(document, { status: 503 }), new Response(null, { status: 401 })];
  const identify = createIdentify(async () => answers.shift() ?? new Response(null, { status: 500 }));
  await expect(identify(signedIn, '127.0.0.1')).rejects.toMatchObject({ code: 'database-unavailable', status: 503 });
  expect(await identify(signedIn, '127.0.0.1')).toBe(null);
});
