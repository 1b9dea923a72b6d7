import { isSolved } from '@alt/contracts';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { fakeLinkToken, fakeTotpCode } from '../dev/fake-security.ts';
import { fakePassword } from '../dev/fake-state.ts';
import { accessibilityViolations, openBrowser, phone, signIn } from './site-page.ts';

let browser: Awaited<ReturnType<typeof openBrowser>>;
beforeAll(async () => {
  browser = await openBrowser();
});
afterEach(() => browser.closePages());
afterAll(() => browser.close());

async function openAccount(page: Page) {
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('link', { name: 'Account and security' }).click();
  await page.getByRole('dialog', { name: 'Account and security' }).waitFor();
}

test('an authenticator app: confirm that it is you, scan, keep the codes; then sign-in asks for a code', async () => {
  const { page, site, complaints } = await browser.reader({ entryCount: 20 });
  const { security } = site.api.state;
  await openAccount(page);
  expect(await accessibilityViolations(page)).toEqual([]);
  security.isProved = false;
  await page.getByRole('button', { name: 'Set it up' }).click();
  const question = page.getByRole('dialog', { name: 'Confirm that it is you' });
  await question.getByLabel('Password').fill('not it');
  await question.getByRole('button', { name: 'Confirm' }).click();
  await question.getByText('The e-mail or the password is wrong.').waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  await question.getByLabel('Password').fill(fakePassword);
  await question.getByRole('button', { name: 'Confirm' }).click();
  await page.getByRole('img', { name: 'QR code for the authenticator app' }).waitFor();
  await page.getByText('JBSW Y3DP').waitFor();
  await page.getByLabel('Six digits from the app').fill(fakeTotpCode);
  await page.getByRole('button', { name: 'Switch it on' }).click();
  await page.getByText('They are shown this once.').waitFor();
  const [recoveryCode = ''] = security.recoveryCodes;
  await page.getByText(recoveryCode, { exact: true }).waitFor();
  await page.getByText('10 codes are left.').waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  await page.getByRole('button', { name: 'I have kept them' }).click();
  await page.getByText(recoveryCode, { exact: true }).waitFor({ state: 'detached' });

  site.api.state.sessionId = null;
  await page.goto(`${site.url}/starred`);
  await signIn(page);
  await page.getByRole('heading', { name: 'One more step' }).waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  await page.getByLabel('Code of the authenticator app').fill('000000');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('This code is wrong, or was used already.').waitFor();
  await page.getByRole('button', { name: 'Use a recovery code' }).click();
  await page.getByLabel('Recovery code').fill(recoveryCode);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Starred' }).waitFor();
  expect(security.recoveryCodes).toHaveLength(9);
  expect(complaints).toEqual([]);
});

test('who does not confirm changes nothing, and is told so', async () => {
  const { page, site } = await browser.reader({ entryCount: 20 });
  await openAccount(page);
  site.api.state.security.isProved = false;
  await page.getByRole('button', { name: 'Set it up' }).click();
  const question = page.getByRole('dialog', { name: 'Confirm that it is you' });
  await question.getByRole('button', { name: 'Cancel' }).click();
  await page.getByText('so nothing was changed').waitFor();
  expect(site.api.state.security.totp).toBe('off');
});

test('a passkey is made, named, used to sign in, and removed', async () => {
  const { page, site, complaints } = await browser.reader({ entryCount: 20 });
  const { security } = site.api.state;
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
  await openAccount(page);
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Laptop');
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await page.getByText('The passkey Laptop was added.').waitFor();
  await page.getByRole('button', { name: 'Rename Laptop' }).click();
  await page.getByRole('textbox', { name: 'Name', exact: true }).first().fill('Old laptop');
  await page.getByRole('listitem').getByRole('button', { name: 'Save' }).click();
  await page.getByRole('button', { name: 'Remove Old laptop' }).waitFor();

  site.api.state.sessionId = null;
  await page.goto(`${site.url}/starred`);
  // Chromium may take the passkey for the one that is proposed below the e-mail: either way leads in.
  await Promise.race([
    page
      .getByRole('button', { name: 'Use a passkey' })
      .click()
      .catch(() => {}),
    page.getByRole('heading', { name: 'Starred' }).waitFor(),
  ]);
  await page.getByRole('heading', { name: 'Starred' }).waitFor();
  expect(security.passkeys[0]?.lastUsedAt).not.toBeNull();

  await openAccount(page);
  security.isProved = false;
  await page.getByRole('button', { name: 'Remove Old laptop' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await expect.poll(() => security.passkeys).toEqual([]);
  expect(complaints).toEqual([]);
});

test('devices are named in plain words, and signed out one by one or all', async () => {
  const { page, site } = await browser.reader({ entryCount: 20 }, phone);
  await openAccount(page);
  await page.getByText('Firefox on Linux').waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Sign out Safari on iPhone' }).tap();
  await expect.poll(() => site.api.state.security.sessions.length).toBe(2);
  await page.getByRole('button', { name: 'Sign out everywhere else' }).tap();
  await page.getByText('1 device was signed out.').waitFor();
  await page.getByRole('button', { name: 'Sign out everywhere else' }).waitFor({ state: 'detached' });
});

test('an account is deleted only once its address was typed, and says which teams stand in the way', async () => {
  const { page, site } = await browser.reader({ entryCount: 20 });
  const { security } = site.api.state;
  security.blockingTenants = [{ id: '0190d3a8-7a10-7c1e-8a52-6d1b4f3e2a19', name: 'Harbour desk' }];
  await openAccount(page);
  await page.getByRole('button', { name: 'Delete the account' }).click();
  const remove = page.getByRole('button', { name: 'Delete for good' });
  expect(await remove.isDisabled()).toBe(true);
  await page.getByLabel('Type ada@example.org to go on').fill('ada@example.org');
  await remove.click();
  await page.getByText('Harbour desk').waitFor();
  security.blockingTenants = [];
  await remove.click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
});

test('a forgotten password: a link by mail, a new password, and in; the secret leaves the address at once', async () => {
  const { page, site, complaints } = await browser.visit({ entryCount: 20 });
  const { state } = site.api;
  await page.getByRole('link', { name: 'Forgot the password?' }).click();
  await page.getByLabel('E-mail').fill('ada@example.org');
  expect(await accessibilityViolations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Send the link' }).click();
  await page.getByText('If there is an account with ada@example.org').waitFor();
  await page.goto(`${site.url}/recovery#token=over`);
  await page.getByLabel('New password').fill('another long sentence');
  await expect.poll(() => new URL(page.url()).hash).toBe('');
  await page.getByRole('button', { name: 'Set the password' }).click();
  await page.getByText('This link is over or was used.').waitFor();
  await page.goto(`${site.url}/recovery#token=${fakeLinkToken}`);
  await page.getByLabel('New password').fill('another long sentence');
  await page.getByRole('button', { name: 'Set the password' }).click();
  await page.getByText('The new password is set.').waitFor();
  expect(state.password).toBe('another long sentence');
  await page.getByRole('link', { name: 'To the sign-in' }).click();
  await page.locator('input[name=password]').waitFor();
  state.security.lockedOutSeconds = 240;
  await signIn(page, 'another long sentence');
  await page.getByText('Too many attempts. Try again in 4 minutes.').waitFor();
  expect(complaints).toEqual([]);
});

test('the link of a mail confirms the address', async () => {
  const { page, site } = await browser.visit({ entryCount: 5 });
  await page.goto(`${site.url}/verification#token=${fakeLinkToken}`);
  await page.getByText('ada@example.org is confirmed.').waitFor();
  expect(site.api.state.security.isEmailVerified).toBe(true);
  expect(new URL(page.url()).hash).toBe('');
  expect(await accessibilityViolations(page)).toEqual([]);
});

test('the single sign-on signs in, is connected and disconnected, and confirms who somebody is', async () => {
  const { page, site, complaints } = await browser.visit({ entryCount: 20 });
  const { security } = site.api.state;
  security.signOnName = 'Harbour ID';
  await page.goto(`${site.url}/starred`);
  await page.getByRole('button', { name: 'Sign in with Harbour ID' }).click();
  await page.getByRole('heading', { name: 'Starred' }).waitFor();

  await openAccount(page);
  await page.getByRole('button', { name: 'Connect Harbour ID' }).click();
  await page.getByText('ada@work.example').waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  const disconnect = page.getByRole('button', { name: 'Disconnect' });
  await disconnect.click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Disconnect' }).click();
  await page.getByText('This is your only way in.').waitFor();

  security.isProved = false;
  await page.getByRole('button', { name: 'Set it up' }).click();
  const question = page.getByRole('dialog', { name: 'Confirm that it is you' });
  const again = question.getByRole('button', { name: 'Sign in again with Harbour ID' });
  await again.waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  await again.click();
  await expect.poll(() => security.isProved).toBe(true);
  await page.getByRole('dialog', { name: 'Account and security' }).waitFor();
  security.passkeys.push({
    id: crypto.randomUUID(),
    name: 'Phone',
    createdAt: new Date().toISOString(),
    lastUsedAt: null,
  });
  await disconnect.click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Disconnect' }).click();
  await page.getByRole('button', { name: 'Connect Harbour ID' }).waitFor();
  expect(security.signOnEmail).toBeNull();
  expect(complaints).toEqual([]);
});

test('who comes back from a single sign-on that failed reads what to do, signed in or not', async () => {
  const { page, site } = await browser.visit({ entryCount: 20 });
  const { security } = site.api.state;
  Object.assign(security, { signOnName: 'Harbour ID', signOnProblem: 'sign-on-unlinked' });
  await page.reload();
  await page.getByRole('button', { name: 'Sign in with Harbour ID' }).click();
  await page.getByText('The single sign-on opens no account here yet.').waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  await page.goto(`${site.url}/sign-in?problem=Call%20me`);
  await page.getByText('Signing in did not work.').waitFor();
  await signIn(page);
  await openAccount(page);
  security.signOnProblem = 'conflict';
  await page.getByRole('button', { name: 'Connect Harbour ID' }).click();
  await page.getByText('This account has another single sign-on already').waitFor();
  await page.getByRole('link', { name: 'To your account' }).click();
  await page.getByRole('dialog', { name: 'Account and security' }).waitFor();
});

test('a proof of work is done beside the page, says so, and can be given up', async () => {
  const { page, site, complaints } = await browser.visit({ entryCount: 20 }, phone);
  const { security } = site.api.state;
  security.challengeBits = 30;
  const worker = page.waitForEvent('worker');
  await signIn(page);
  await page.getByText('your device calculates for a moment').waitFor();
  expect(new URL((await worker).url()).origin).toBe(site.url);
  expect(await accessibilityViolations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Cancel' }).tap();
  await page.getByText('Try again and let it finish.').waitFor();
  await expect.poll(() => page.workers().length).toBe(0);
  security.challengeBits = 12;
  await page.getByRole('button', { name: 'Sign in' }).tap();
  await page.locator('input[name=password]').waitFor({ state: 'detached' });
  expect(security.solutions.map((solution) => isSolved(solution, 12))).toEqual([true]);
  expect(complaints).toEqual([]);
});
