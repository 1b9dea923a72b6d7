import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { fakeCode } from '../dev/fake-accounts.ts';
import { accessibilityViolations, openBrowser, signIn } from './site-page.ts';

let browser: Awaited<ReturnType<typeof openBrowser>>;
beforeAll(async () => {
  browser = await openBrowser();
});
afterEach(() => browser.closePages());
afterAll(() => browser.close());

test('the first visitor makes the first account, with the one-time code where it is asked for', async () => {
  const { page, site, complaints } = await browser.visit({ isFresh: true, needsCode: true, isEmpty: true });
  await page.getByRole('heading', { name: 'Welcome to Alt' }).waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  await page.getByLabel('E-mail').fill('first@example.org');
  await page.getByLabel('Password', { exact: true }).fill('short');
  await page.getByLabel('One-time code').fill('WRONG');
  const make = page.getByRole('button', { name: 'Make the account' });
  await make.click();
  await page.getByText('The one-time code is missing or wrong').waitFor();
  await page.getByLabel('One-time code').fill(fakeCode);
  await make.click();
  await page.getByText('This password is too easy to guess').waitFor();
  await page.getByLabel('Password', { exact: true }).fill('a sentence nobody guesses');
  await make.click();
  await page.getByText('Nothing here yet').waitFor();
  expect(site.api.state.user.email).toBe('first@example.org');
  expect(complaints).toEqual([]);
});

test('signing in says what is wrong, and leads to where the visitor wanted to go', async () => {
  const { page, site, complaints } = await browser.visit({ entryCount: 50 });
  await page.goto(`${site.url}/starred`);
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('This does not look like an e-mail address.').waitFor();
  await signIn(page, 'wrong');
  await page.getByText('The e-mail or the password is wrong.').waitFor();
  await signIn(page);
  await page.getByRole('heading', { name: 'Starred' }).waitFor();
  expect(new URL(page.url()).pathname).toBe('/starred');
  expect(complaints).toEqual([]);
});

test('a session that ends leads back to signing in, and from there to the same place', async () => {
  const { page, site } = await browser.reader({ entryCount: 50 });
  await page.getByRole('feed').waitFor();
  site.api.state.sessionId = null;
  await page.getByRole('link', { name: 'Starred' }).click();
  await page.getByText('You were signed out.').waitFor();
  await signIn(page);
  await page.getByRole('heading', { name: 'Starred' }).waitFor();
});

test('the page speaks the language of the browser, and another one when asked', async () => {
  const { page } = await browser.visit({ entryCount: 5 }, { locale: 'ru-RU' });
  await page.getByRole('heading', { name: 'Вход' }).waitFor();
  expect(await page.getAttribute('html', 'lang')).toBe('ru');
  await page.getByRole('button', { name: '日本語' }).click();
  await page.getByRole('heading', { name: 'サインイン' }).waitFor();
  expect(await page.getAttribute('html', 'lang')).toBe('ja');
});
