import { createLogger, listen } from '@alt/service-kit';
import { launchBrowser } from '@alt/testing/browser.ts';
import { freePort } from '@alt/testing/free-port.ts';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { buildFrontend, distFolder } from '../services/alt-frontend/build.ts';
import { createFakeApi } from '../services/alt-frontend/dev/fake-api.ts';
import { accessibilityViolations } from '../services/alt-frontend/e2e/site-page.ts';
import { createKratosPass } from '../services/alt-frontend/kratos.ts';
import { createFileServer } from '../services/alt-frontend/server.ts';
import { openTestRelay, type TestRelay } from '../services/auth-service/mail/testing.ts';
import { type KratosUnderTest, startKratosUnderTest } from '../services/auth-service/providers/kratos/testing.ts';
import { codeNow } from '../services/auth-service/providers/testing.ts';
import type { TestAuthService } from '../services/auth-service/testing.ts';

const EMAIL = 'ada@example.org';
const PASSWORD = 'four green bicycles sing';

let origin: string;
let under: KratosUnderTest;
let relay: TestRelay;
let auth: TestAuthService;
let browser: Browser;
let stopServer: () => Promise<void>;
beforeAll(async () => {
  const port = await freePort();
  origin = `http://localhost:${port}`;
  relay = await openTestRelay();
  under = await startKratosUnderTest(origin);
  auth = await under.open({ ALT_REGISTRATION: 'open', SMTP_URL: relay.url });
  await buildFrontend();
  stopServer = await serve(port);
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await stopServer?.();
  await auth?.stop();
  await under?.stop();
  await relay?.close();
});
beforeEach(() => {
  relay.mails.length = 0;
});

/** Alt's address: accounts by auth-service, the pages and what is passed on to Kratos by alt-frontend; articles are made up. */
async function serve(port: number): Promise<() => Promise<void>> {
  const serveFile = await createFileServer(distFolder);
  const passOn = createKratosPass(under.kratos.publicUrl, {
    host: { address: () => '192.0.2.1', log: createLogger('silent'), publicUrl: new URL(origin) },
    authService: (path, { body } = {}) => auth.peer(path, JSON.parse(String(body)), 'alt-frontend'),
  });
  const articles = createFakeApi({ entryCount: 3 });
  articles.state.sessionId = 'of whoever is there';
  const server = await listen(
    async (request) => {
      const { pathname } = new URL(request.url);
      if (/^\/v1\/(?:auth|user)\//.test(pathname)) return auth.fetch(request);
      if (!pathname.startsWith('/v1/')) return passOn(request) ?? serveFile(request);
      const cookie = `alt_session=${articles.state.sessionId}`;
      return articles.fetch(new Request(request.url, { headers: { cookie } }));
    },
    { port, hostname: '127.0.0.1' },
  );
  return server.stop;
}

async function openPage(locale = 'en-GB'): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext({ locale, reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith(origin) && !request.url().startsWith('data:')) complaints.push(request.url());
  });
  return { page, complaints };
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const heading = (page: Page, name: string) => page.getByRole('heading', { name, exact: true }).waitFor();
const whoIsThere = (page: Page): Promise<string | null> =>
  page.evaluate(async () => (await (await fetch('/v1/auth/validate')).json()).email ?? null);
const inReader = async (page: Page) => {
  await page.getByRole('feed').waitFor();
  expect(await whoIsThere(page)).toBe(EMAIL);
};

async function mailedCode(): Promise<string> {
  const code = () => relay.mails.map(({ text }) => /^\d{6}$/m.exec(text)?.[0]).find(Boolean) ?? '';
  await expect.poll(code).not.toBe('');
  return code();
}

async function fill(page: Page, fields: Record<string, string>): Promise<void> {
  for (const [label, text] of Object.entries(fields)) await page.getByLabel(label, { exact: true }).fill(text);
}

async function signOut(page: Page): Promise<void> {
  await page.goto(`${origin}/?panel=settings`);
  await button(page, 'Sign out').click();
  await heading(page, 'Sign in');
}

async function signInAtKratos(page: Page, password: string): Promise<void> {
  await page.goto(`${origin}/starred`);
  await heading(page, 'Sign in');
  await page.getByRole('link', { name: 'Use a passkey' }).click();
  await button(page, 'Sign in').waitFor();
  await fill(page, { 'E-mail': EMAIL, Password: password });
  await button(page, 'Sign in').click();
}

test('somebody new makes an account at Kratos’ page, confirms the address by the code of a mail, and is in', async () => {
  const { page, complaints } = await openPage();
  await page.goto(origin);
  await heading(page, 'Welcome to Alt');
  await page.getByRole('link', { name: 'Make it with a passkey' }).click();
  await heading(page, 'Make an account');
  expect(await accessibilityViolations(page)).toEqual([]);
  await fill(page, { 'E-mail': EMAIL });
  await button(page, 'Make the account').click();
  await page.getByText('Fill this in.').waitFor();
  await fill(page, { 'Your name': 'Ada', Password: 'short' });
  await button(page, 'Make the account').click();
  await page.getByText('This password is too').waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  await fill(page, { Password: PASSWORD });
  await button(page, 'Make the account').click();
  await heading(page, 'Your e-mail address');
  await fill(page, { Code: '000000' });
  await button(page, 'Continue').click();
  await page.getByText('This code is wrong, or was used already.').waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  await fill(page, { Code: await mailedCode() });
  await button(page, 'Continue').click();
  await page.getByText('Your address is confirmed.').waitFor();
  await page.getByRole('link', { name: 'To your articles' }).click();
  await inReader(page);

  await signOut(page);
  await signInAtKratos(page, 'not the password');
  await page.getByText('The e-mail or the password is wrong').waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  await fill(page, { Password: PASSWORD });
  await button(page, 'Sign in').click();
  await heading(page, 'Starred');
  expect(await whoIsThere(page)).toBe(EMAIL);
  expect(complaints).toEqual([]);
});

test('whoever forgot the password gets in by a code, in their own language, and sets another one', async () => {
  const { page, complaints } = await openPage('ru-RU');
  await page.goto(`${origin}/kratos/login`);
  await page.getByRole('link', { name: 'Забыли пароль?' }).click();
  await heading(page, 'Вернуть доступ');
  expect(await accessibilityViolations(page)).toEqual([]);
  await fill(page, { Почта: EMAIL });
  await button(page, 'Продолжить').click();
  await page.getByText('код уже в пути').waitFor();
  const code = await mailedCode();
  expect(relay.mails[0]?.text).toContain('вернуть доступ');
  await fill(page, { Код: code });
  await button(page, 'Продолжить').click();
  await heading(page, 'Ваши способы входа');
  await page.getByText('Доступ возвращён.').waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  await page.getByLabel('Пароль').fill('five red bicycles hum');
  await page
    .locator('form', { has: page.getByLabel('Пароль') })
    .getByRole('button')
    .click();
  await page.getByText('Сохранено.').waitFor();
  await page.getByRole('link', { name: 'К статьям' }).click();
  await inReader(page);
  expect(complaints).toEqual([]);
});

test('a passkey and an authenticator are added at Kratos’ page, and asked for afterwards', async () => {
  const { page, complaints } = await openPage();
  const authenticator = await page.context().newCDPSession(page);
  await authenticator.send('WebAuthn.enable');
  await authenticator.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  await signInAtKratos(page, 'five red bicycles hum');
  await heading(page, 'Starred');
  await page.goto(`${origin}/?panel=account`);
  await page.getByRole('link', { name: 'Open the sign-in service' }).click();
  await heading(page, 'Your ways in');
  await button(page, 'Add a passkey').click();
  await page.getByText('Saved.').waitFor();
  await page.getByRole('button', { name: 'Remove the passkey' }).waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Remove the passkey' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel' }).click();

  const secret = (await page.locator('li.select-all').first().innerText()).trim();
  await fill(page, { Code: codeNow(secret) });
  await page
    .locator('form', { has: page.getByLabel('Code', { exact: true }) })
    .getByRole('button')
    .click();
  await button(page, 'Remove the authenticator app').waitFor();
  await button(page, 'Make new recovery codes').click();
  await button(page, 'I have kept them').click();
  await button(page, 'Show the recovery codes').waitFor();

  await signOut(page);
  await page.getByRole('link', { name: 'Use a passkey' }).click();
  await button(page, 'Use a passkey').click();
  await heading(page, 'One more step');
  expect(await accessibilityViolations(page)).toEqual([]);
  await fill(page, { 'Code of the authenticator app': codeNow(secret) });
  await button(page, 'Go on with the code of the app').click();
  await inReader(page);
  expect(complaints).toEqual([]);
});

test('what is over begins anew, and an address that nobody knows is said to be none', async () => {
  const { page } = await openPage();
  await page.goto(`${origin}/kratos/login?flow=${crypto.randomUUID()}`);
  await page.getByText('Here is a new form.').waitFor();
  await page.goto(`${origin}/kratos/settings`);
  await heading(page, 'Sign in');
  await page.goto(`${origin}/kratos/error?id=${crypto.randomUUID()}`);
  await heading(page, 'That did not work');
  expect(await accessibilityViolations(page)).toEqual([]);
  await page.goto(`${origin}/kratos/nothing`);
  await page.getByText('There is nothing at this address.').waitFor();
});
