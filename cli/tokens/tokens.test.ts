import { createTokenReader } from '@alt/external-tokens';
import { freePort } from '@alt/testing/free-port.ts';
import { type RunningOauthProvider, startOauthProvider } from '@alt/testing/oauth-provider.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTemporaryFolder, runInTest } from '../testing.ts';

let folder: Awaited<ReturnType<typeof createTemporaryFolder>>;
let provider: RunningOauthProvider;
let environment: Record<string, string>;
let redirectUri: string;

beforeEach(async () => {
  folder = await createTemporaryFolder();
  redirectUri = `http://127.0.0.1:${await freePort()}/callback`;
  provider = await startOauthProvider({ redirectUris: [redirectUri] });
  environment = {
    ALT_DATA_DIR: folder.path,
    ALT_TOKENS_STORE: 'file',
    INOREADER_URL: provider.origin,
    INOREADER_CLIENT_ID: provider.clientId,
    INOREADER_CLIENT_SECRET: provider.clientSecret,
    INOREADER_REDIRECT_URI: redirectUri,
    LOG_LEVEL: 'silent',
  };
});
afterEach(async () => {
  await provider.stop();
  await folder.remove();
});

const alt = (words: string, input = '', over: Record<string, string> = {}) =>
  runInTest(words.split(' '), { ...environment, ...over }, input);

/** Somebody with a browser: opens what was printed, allows it, and follows where it leads. */
async function authorizeInBrowser(language: string) {
  const printed = Promise.withResolvers<string>();
  const running = runInTest(['tokens', 'authorize', 'inoreader'], environment, '', (text) => {
    const found = /http\S+\/oauth2\/auth\S+/.exec(text)?.[0];
    if (found) printed.resolve(found);
  });
  const address = await printed.promise;
  const stranger = await asked(`${redirectUri}?state=guessed&code=x`);
  const page = await fetch(address, { headers: { 'accept-language': language } });
  return { stranger, page: { status: page.status, text: await page.text() }, result: await running };
}

/** The port opens a moment after the address is printed. */
async function asked(url: string): Promise<number> {
  let status = 0;
  await expect
    .poll(
      async () =>
        (status = await fetch(url).then(
          (one) => one.status,
          () => 0,
        )),
    )
    .not.toBe(0);
  return status;
}

test('an account is authorised in a browser, told of, refreshed and revoked', async () => {
  expect(await alt('tokens status')).toMatchObject({
    code: 0,
    output: expect.stringContaining('No account is authorised'),
  });
  const { stranger, page, result } = await authorizeInBrowser('ja,en;q=0.5');
  expect(stranger).toBe(404);
  expect(page.status).toBe(200);
  expect(page.text).toContain('<html lang="ja">');
  expect(result).toMatchObject({
    code: 0,
    output: expect.stringContaining('Authorised: inoreader, account "default"'),
  });

  const status = await alt('tokens status');
  expect(status.output).toMatch(/inoreader +default +ok/);
  const { standing, accounts } = JSON.parse((await alt('tokens status --json')).output);
  expect(standing).toBe('ok');
  expect(accounts).toMatchObject([{ provider: 'inoreader', account: 'default', generation: 1, scope: 'read write' }]);
  for (const secret of provider.secrets())
    expect(JSON.stringify([status, accounts, result, page])).not.toContain(secret);

  expect((await alt('tokens refresh inoreader --force')).output).toContain('Refreshed: inoreader');
  expect(JSON.parse((await alt('tokens status --json')).output).accounts[0].generation).toBe(2);
  expect(await alt('run auth-token-manager')).toMatchObject({ code: 0 });

  const revoked = await alt('tokens revoke inoreader');
  expect(revoked.output).toContain('Withdraw the permission there: https://www.inoreader.com/');
  expect((await alt('tokens status')).output).toContain('No account is authorised');
  expect((await alt('tokens revoke inoreader')).remarks).toContain('There is no account "default"');
});

test('where no browser can come back its address is pasted, and that of another authorisation is not taken', async () => {
  const wrong = await alt('tokens authorize inoreader --paste', `${redirectUri}?state=other&code=x\n`);
  expect(wrong.code).toBe(1);
  expect(wrong.remarks).toContain('not the address of this authorisation');
  expect(wrong.remarks).toContain('Nothing was changed');
  expect(provider.requests).toEqual([]);
});

test('a refused consent, an unknown client and a code that is not taken change nothing', async () => {
  await authorizeInBrowser('en');
  const reader = createTokenReader({
    store: 'file',
    folder: `${folder.path}/tokens`,
    keys: { secretKey: await secretKey() },
    database: null,
  });
  const before = await reader.read('inoreader', 'default');
  expect(before).not.toBeNull();
  provider.behave('refuse', 1);
  const refused = await authorizeInBrowser('ru');
  expect(refused.page).toMatchObject({ status: 400, text: expect.stringContaining('<html lang="ru">') });
  expect(refused.result.remarks).toContain(
    'Inoreader gave no tokens: it answered 400 (invalid_grant). Nothing was changed.',
  );
  provider.behave('no-client', 1);
  expect((await authorizeInBrowser('en')).result.remarks).toContain('invalid_client');
  expect(await reader.read('inoreader', 'default')).toEqual(before);
  expect((await alt('tokens status')).code).toBe(0);
});

async function secretKey(): Promise<string> {
  return (await import('../settings.ts')).loadSecrets(folder.path).then((secrets) => secrets.secretKey);
}

test('what is missing is said', async () => {
  expect((await alt('tokens authorize elsewhere')).remarks).toContain('There is no provider "elsewhere"');
  const unconfigured = await alt('tokens authorize inoreader', '', { INOREADER_CLIENT_ID: '' });
  expect(unconfigured.remarks).toContain('set INOREADER_CLIENT_ID and INOREADER_CLIENT_SECRET');
  expect((await alt('tokens authorize inoreader --account Ä')).remarks).toContain('is no name of an account');
  const short = await alt('tokens status', '', { ALT_TOKENS_KEY: 'short' });
  expect(short.remarks).toContain('ALT_TOKENS_KEY needs keys of at least 32 characters');
  const outside = await alt('tokens status', '', { ALT_TOKENS_STORE: 'kubernetes' });
  expect(outside.remarks).toContain('this is no pod');
  expect((await alt('run gateway')).remarks).toContain('There is no job "gateway"');
});

test('another key is taken for writing while the one before it still reads', async () => {
  const [old, young] = ['the-old-key-of-the-tests-long-enough', 'the-young-key-of-the-tests-long-enough'];
  environment.ALT_TOKENS_KEY = old;
  await authorizeInBrowser('en');
  environment.ALT_TOKENS_KEY = young;
  const lost = await alt('tokens status');
  expect(lost).toMatchObject({ code: 2, output: expect.stringContaining('Add the former key to ALT_TOKENS_KEY') });
  expect((await alt('tokens revoke inoreader')).code).toBe(1);
  environment.ALT_TOKENS_KEY = `${young},${old}`;
  expect((await alt('tokens refresh inoreader --force')).code).toBe(0);
  environment.ALT_TOKENS_KEY = young;
  expect((await alt('tokens status')).output).toMatch(/inoreader +default +ok/);
});

test('what nobody can open any more is forgotten when it is asked for, and authorised anew', async () => {
  environment.ALT_TOKENS_KEY = 'the-old-key-of-the-tests-long-enough';
  await authorizeInBrowser('en');
  environment.ALT_TOKENS_KEY = 'the-young-key-of-the-tests-long-enough';
  expect((await alt('tokens revoke inoreader --force')).code).toBe(0);
  await authorizeInBrowser('en');
  expect((await alt('tokens status')).output).toMatch(/inoreader +default +ok/);
});
