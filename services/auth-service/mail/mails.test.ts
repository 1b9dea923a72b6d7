import { createServer } from 'node:http';
import { connect } from 'node:net';
import { statement } from '@alt/database';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { forgetProof, setUpTotp } from '../providers/testing.ts';
import { GOOD_PASSWORD, startTestAuthService, type TestAuthService, type TestSession } from '../testing.ts';
import { linkIn, openTestRelay, type ReceivedMail, type TestRelay, tokenIn } from './testing.ts';

const EMAIL = 'ada@example.org';
const NEXT_PASSWORD = 'seven quiet harbours wait';

let relay: TestRelay;
let auth: TestAuthService;
let ada: TestSession;
beforeEach(async () => {
  relay = await openTestRelay();
  auth = await startTestAuthService({ ALT_REGISTRATION: 'open', SMTP_URL: relay.url });
  ada = await auth.register(EMAIL);
  await mailsTo(EMAIL, 1); // the link that confirms the address
});
afterEach(async () => {
  await auth.stop();
  await relay.close();
});

const askRecovery = (email: string, headers: Record<string, string> = {}) =>
  auth.request('POST', '/v1/auth/recovery', { body: { email }, headers });
const recover = (token: string, password = NEXT_PASSWORD) =>
  auth.request('POST', '/v1/auth/recovery/complete', { body: { token, password } });
const codeOf = async (answer: Response) => (await answer.json()).code;

test('a link stands on the public address, whatever Host a request names, with its secret after the #', async () => {
  const headers = {
    host: 'evil.example',
    'x-forwarded-host': 'evil.example',
    forwarded: 'host=evil.example',
    origin: 'https://evil.example',
  };
  await askRecovery(EMAIL, headers);
  await auth.request('POST', '/v1/user/email', { as: ada, headers, body: { email: 'ada@other.example' } });
  const mails = [...(await mailsTo(EMAIL, 2)), ...(await mailsTo('ada@other.example', 1))];
  for (const mail of mails) {
    const link = linkIn(mail);
    expect(link.origin).toBe(auth.host.publicUrl.origin);
    expect(link.search).toBe('');
    expect(link.hash).toMatch(/^#token=[\w-]{43}$/);
    expect(JSON.stringify(mail)).not.toContain('evil');
  }
});

test('a link for a new password is good once, for half an hour, and not after a newer one', async () => {
  await askRecovery(EMAIL);
  const [, first] = await mailsTo(EMAIL, 2);
  await askRecovery(EMAIL);
  const second = (await mailsTo(EMAIL, 3)).at(-1);
  expect(await codeOf(await recover(tokenIn(first as ReceivedMail)))).toBe('link-expired');
  const token = tokenIn(second as ReceivedMail);
  expect(await codeOf(await recover(token, 'password'))).toBe('weak-password');
  const both = await Promise.all([recover(token), recover(token)]);
  expect(both.map(({ status }) => status).sort()).toEqual([204, 422]);
  expect(await codeOf(await recover(token))).toBe('link-expired');

  await askRecovery(EMAIL);
  // Another one says that the password changed.
  const late = (await mailsTo(EMAIL, 5)).findLast(({ text }) => text.includes('/recovery#'));
  const { until } = (await auth.rows.one<{ until: number }>(
    statement(
      'until',
      "select extract(epoch from expires_at - created_at)::int as until from mail_tokens where purpose = 'recovery'",
    ),
  )) ?? { until: 0 };
  expect(until).toBe(1800);
  await auth.rows.script("update mail_tokens set expires_at = now() - interval '1 second'");
  expect(await codeOf(await recover(tokenIn(late as ReceivedMail)))).toBe('link-expired');
});

test('a link is good for its own purpose alone', async () => {
  const [verification] = relay.mails;
  expect(await codeOf(await recover(tokenIn(verification as ReceivedMail)))).toBe('link-expired');
  await askRecovery(EMAIL);
  const body = { token: tokenIn((await mailsTo(EMAIL, 2)).at(-1) as ReceivedMail) };
  expect(await codeOf(await auth.request('POST', '/v1/auth/verification', { body }))).toBe('link-expired');
  expect((await recover(body.token)).status).toBe(204);
});

test('a link that was sent before a password change, or to an address that is left, opens nothing', async () => {
  await askRecovery(EMAIL);
  const before = (await mailsTo(EMAIL, 2)).at(-1) as ReceivedMail;
  const body = { password: NEXT_PASSWORD, currentPassword: GOOD_PASSWORD };
  await auth.request('PUT', '/v1/user/profile', { as: ada, body });
  expect(await codeOf(await recover(tokenIn(before)))).toBe('link-expired');

  await mailsTo(EMAIL, 3);
  await askRecovery(EMAIL);
  const left = (await mailsTo(EMAIL, 4)).findLast(({ text }) => text.includes('/recovery#')) as ReceivedMail;
  await auth.request('POST', '/v1/user/email', { as: ada, body: { email: 'ada@other.example' } });
  const [change] = await mailsTo('ada@other.example', 1);
  await auth.request('POST', '/v1/auth/verification', { body: { token: tokenIn(change as ReceivedMail) } });
  expect(await codeOf(await recover(tokenIn(left)))).toBe('link-expired');
});

test('a new password by mail does not pass the second factor', async () => {
  const { recoveryCodes } = await setUpTotp(auth, ada);
  await askRecovery(EMAIL);
  await recover(tokenIn((await mailsTo(EMAIL, 2)).at(-1) as ReceivedMail));
  const entered = await auth.request('POST', '/v1/auth/login', { body: { email: EMAIL, password: NEXT_PASSWORD } });
  const { code, challenge } = await entered.json();
  expect(code).toBe('second-factor-required');
  const body = { challenge, code: recoveryCodes[0] };
  expect((await auth.request('POST', '/v1/auth/login/second-factor', { body })).status).toBe(200);
});

test('asking for a way back in answers and stores the same for a stranger’s address, which gets no mail', async () => {
  const answers = [await askRecovery('nobody@example.org'), await askRecovery(EMAIL)];
  expect(answers.map(({ status }) => status)).toEqual([202, 202]);
  expect(await Promise.all(answers.map((answer) => answer.text()))).toEqual(['', '']);
  await mailsTo(EMAIL, 2);
  await expect.poll(() => countOf('mails'), { timeout: 60_000 }).toBe(0);
  expect(relay.mails.map(({ to }) => to)).toEqual([EMAIL, EMAIL]);
  const lines = await auth.rows.all(
    statement('asked', "select account_id, detail from audit_log where action = 'recovery-asked'"),
  );
  expect(lines).toEqual([
    { account_id: null, detail: {} },
    { account_id: null, detail: {} },
  ]);
});

test('an address that another account has gets no link, and asking for it says the same', async () => {
  const eve = await auth.register('eve@example.org');
  const ask = (email: string) => auth.request('POST', '/v1/user/email', { as: eve, body: { email } });
  expect((await ask(EMAIL)).status).toBe(202);
  expect((await ask('free@example.org')).status).toBe(202);
  const [link] = await mailsTo('free@example.org', 1);
  expect(relay.mails.filter(({ to }) => to === EMAIL)).toHaveLength(1);
  await auth.register('free@example.org'); // taken meanwhile
  const body = { token: tokenIn(link as ReceivedMail) };
  expect(await codeOf(await auth.request('POST', '/v1/auth/verification', { body }))).toBe('email-taken');
  expect((await auth.login('eve@example.org')).user.id).toBe(eve.user.id);
});

test('a change of address needs fresh proof', async () => {
  await forgetProof(auth);
  const body = { email: 'ada@other.example' };
  expect(await codeOf(await auth.request('POST', '/v1/user/email', { as: ada, body }))).toBe('proof-required');
});

test('nobody is flooded: after five mails in an hour an address waits', async () => {
  for (let done = 0; done < 5; done += 1) expect((await askRecovery('nobody@example.org')).status).toBe(202);
  const refused = await askRecovery('nobody@example.org');
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(3000);
});

test.each([
  ['ja-JP,ja;q=0.9,en;q=0.5', 'Alt の新しいパスワード'],
  ['de, ru;q=0.8, en;q=0.5', 'Новый пароль для Alt'],
  ['de', 'A new password for Alt'],
  ['', 'A new password for Alt'],
])('mails are in the language that the browser asks for: %j', async (language, subject) => {
  await askRecovery(EMAIL, { 'accept-language': language });
  const mail = (await mailsTo(EMAIL, 2)).at(-1) as ReceivedMail;
  expect(mail.subject).toBe(subject);
  expect(mail.text).toContain('/recovery#token=');
});

test('a mail that the relay refuses for now waits in the database, unreadable, and goes when it is due', async () => {
  relay.refusal = { at: 'mail', responseCode: 451 };
  await askRecovery(EMAIL);
  await expect.poll(() => relay.refused, { timeout: 60_000 }).toBe(1);
  await expect.poll(() => countOf('mails where error is not null and next_attempt_at > now()')).toBe(1);
  const kept = await auth.rows.all(statement('kept', 'select encode(sealed_content, $$escape$$) as text from mails'));
  expect(JSON.stringify(kept)).not.toContain('ada');
  relay.refusal = null;
  await auth.rows.script('update mails set next_attempt_at = now()');
  await askRecovery('nobody@example.org'); // has the worker look
  await mailsTo(EMAIL, 2);
  await expect.poll(() => countOf('mails'), { timeout: 60_000 }).toBe(0);
});

test('an address that the relay knows to be nobody’s, and three days without success, end the attempts', async () => {
  relay.refusal = { at: 'address', responseCode: 550 };
  await askRecovery(EMAIL);
  await expect.poll(() => relay.refused, { timeout: 60_000 }).toBe(1);
  await expect.poll(() => countOf('mails'), { timeout: 60_000 }).toBe(0);

  relay.refusal = { at: 'mail', responseCode: 451 };
  await askRecovery(EMAIL);
  await expect.poll(() => countOf('mails where error is not null'), { timeout: 60_000 }).toBe(1);
  await auth.rows.script("update mails set next_attempt_at = now(), created_at = now() - interval '73 hours'");
  await askRecovery('nobody@example.org');
  await expect.poll(() => countOf('mails'), { timeout: 60_000 }).toBe(0);
  expect(relay.mails).toHaveLength(1);
});

test('two processes send each mail once, and one takes over what another left', async () => {
  const other = await auth.another();
  await Promise.all(
    Array.from({ length: 8 }, (_, index) =>
      (index % 2 ? auth : other).peer('/internal/mails', letterTo(`reader${index}@example.org`), 'tenant-service'),
    ),
  );
  await expect.poll(() => countOf('mails'), { timeout: 60_000 }).toBe(0);
  const received = relay.mails.map(({ to }) => to).filter((to) => to.startsWith('reader'));
  expect(received.sort()).toEqual(Array.from({ length: 8 }, (_, index) => `reader${index}@example.org`));

  relay.refusal = { at: 'mail', responseCode: 451 };
  await other.peer('/internal/mails', letterTo('late@example.org'), 'tenant-service');
  await expect.poll(() => countOf('mails where error is not null'), { timeout: 60_000 }).toBe(1);
  relay.refusal = null;
  // As if the process had been killed while it was sending, and its lease had run out.
  await auth.rows.script("update mails set next_attempt_at = now(), claimed_until = now() - interval '1 second'");
  await askRecovery('nobody@example.org');
  await mailsTo('late@example.org', 1);
});

test('tenant-service may send a mail, and nobody else', async () => {
  expect((await auth.peer('/internal/mails', letterTo('x@example.org'), 'alt-backend')).status).toBe(404);
  const outside = await auth.request('POST', '/internal/mails', { as: ada, body: letterTo('x@example.org') });
  expect(outside.status).toBe(404);
  expect((await auth.peer('/internal/mails', letterTo('bob@example.org'), 'tenant-service')).status).toBe(202);
  const [mail] = await mailsTo('bob@example.org', 1);
  expect(mail).toMatchObject({ subject: 'Join us — 参加', text: expect.stringContaining('https://alt.example/x') });
});

test('where there is a proxy out, mails go through it by CONNECT', async () => {
  const proxy = await openProxy();
  const far = await auth.another({ SMTP_URL: relay.url, EGRESS_PROXY_URL: proxy.url });
  // This process would send it itself, were it told.
  relay.refusal = { at: 'mail', responseCode: 451 };
  await far.peer('/internal/mails', letterTo('far@example.org'), 'tenant-service');
  await expect.poll(() => proxy.asked, { timeout: 60_000 }).toEqual([new URL(relay.url).host]);
  relay.refusal = null;
  await proxy.close();
});

test('without a relay all that needs mail says so, and the rest works', async () => {
  const silent = await auth.another({ ALT_REGISTRATION: 'open' });
  const as = await silent.login(EMAIL);
  const answers = [
    await silent.request('POST', '/v1/auth/recovery', { body: { email: EMAIL } }),
    await silent.request('POST', '/v1/auth/recovery', { body: { email: 'nobody@example.org' } }),
    await silent.request('POST', '/v1/user/email', { as, body: { email: 'ada@other.example' } }),
    await silent.request('POST', '/v1/user/email/verification', { as }),
    await silent.peer('/internal/mails', letterTo('x@example.org'), 'tenant-service'),
  ];
  expect(await Promise.all(answers.map(codeOf))).toEqual(Array(5).fill('mail-not-configured'));
  await silent.register('eve@example.org');
  expect(await countOf('mails')).toBe(0);
});

/** A proxy that opens tunnels wherever it is asked to, and remembers where. */
async function openProxy() {
  const asked: string[] = [];
  const server = createServer();
  server.on('connect', (request, socket) => {
    asked.push(request.url ?? '');
    const { hostname, port } = new URL(`http://${request.url}`);
    const out = connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      out.pipe(socket).pipe(out);
    });
    out.on('error', () => socket.destroy());
    socket.on('error', () => out.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (!address || typeof address === 'string') throw new Error('no port');
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()));
  return { url: `http://127.0.0.1:${address.port}`, asked, close };
}

function letterTo(to: string) {
  return { to, subject: 'Join us — 参加', text: 'Come to https://alt.example/x\n' };
}

async function mailsTo(to: string, count: number): Promise<ReceivedMail[]> {
  const received = () => relay.mails.filter((mail) => mail.to === to);
  await expect.poll(() => received().length, { timeout: 60_000 }).toBe(count);
  return received();
}

async function countOf(what: string): Promise<number> {
  const [row] = await auth.rows.all<{ count: number }>(
    statement(`count ${what}`.slice(0, 60), `select count(*) as count from ${what}`),
  );
  return row?.count ?? -1;
}
