import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { FakeState } from '../dev/fake-state.ts';
import { joinFakeTeam } from '../dev/fake-team-state.ts';
import { accessibilityViolations, openBrowser, phone } from './site-page.ts';

let browser: Awaited<ReturnType<typeof openBrowser>>;
beforeAll(async () => {
  browser = await openBrowser();
});
afterEach(() => browser.closePages());
afterAll(() => browser.close());

/** A word of an article's title, and all articles whose titles have it. */
function wordIn(state: FakeState) {
  const [word = ''] = state.entries.flatMap(({ title }) => title.match(/\b[A-Za-z]{6,}\b/) ?? []);
  return { word, found: state.entries.filter(({ title }) => title.toLowerCase().includes(word.toLowerCase())) };
}

const dialog = (page: Page) => page.getByRole('dialog');

test('a rule is made of a search, shows what it would find, runs on that, and the article says so', async () => {
  const { page, site, complaints } = await browser.signedIn({ entryCount: 60 });
  const { state } = site.api;
  const { word, found } = wordIn(state);
  const count = found.length;
  await page.goto(`${site.url}/search?q=${word}`);
  await page.getByRole('link', { name: 'Make a rule' }).click();
  await expect.poll(() => page.getByLabel('Articles that have').inputValue()).toBe(word);
  await dialog(page)
    .getByText(count === 1 ? '1 article' : `${count} articles`, { exact: true })
    .waitFor();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Choose at least one thing to do.').waitFor();
  await page.getByLabel('Name').fill('Kept');
  await page.getByRole('checkbox', { name: 'Hide' }).check();
  await page.getByRole('checkbox', { name: 'Star' }).check();
  await expect.poll(() => page.getByRole('checkbox', { name: 'Hide' }).isChecked()).toBe(false);
  expect(await accessibilityViolations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('The rule is saved.').waitFor();
  expect(state.rules).toMatchObject([{ name: 'Kept', query: word, actions: { star: true, hide: false } }]);
  await page.getByRole('button', { name: 'Run on these articles' }).click();
  await page.getByText(count === 1 ? 'The rule acted on 1 article.' : `The rule acted on ${count} articles.`).waitFor();
  expect(found.every(({ starred }) => starred)).toBe(true);
  await page.goto(`${site.url}/all?entry=${found[0]?.id}`);
  await page.getByText('By the rule').getByRole('link', { name: 'Kept' }).waitFor();
  expect(complaints).toEqual([]);
});

test('what a rule cannot ask is said while it is typed, and where', async () => {
  const { page, site } = await browser.signedIn({ entryCount: 20 });
  await page.goto(`${site.url}/?panel=rules:new`);
  await page.getByLabel('Articles that have').fill('tide is:unread');
  await dialog(page).getByText('a rule looks at articles as they arrive').waitFor();
  expect(await dialog(page).locator('mark').innerText()).toBe('is:unread');
  const feed = site.api.state.subscriptions[0];
  await page.goto(`${site.url}/feeds/${feed?.id}?panel=feed:${feed?.id}`);
  await page.getByRole('link', { name: 'Make a rule for this feed' }).click();
  await expect.poll(() => page.getByLabel('Articles that have').inputValue()).toBe(`feed:"${feed?.title}"`);
  await page.getByLabel('Articles that have').fill('tag:tide');
  await page.getByText('It acts when the tags of an article are there.').waitFor();
});

test('rules of the team, on a phone: everybody switches them off for themselves, their maker changes them', async () => {
  const { page, site } = await browser.signedIn({ entryCount: 20 }, phone);
  const { state } = site.api;
  state.user.role = 'member';
  joinFakeTeam(state.team, 'member', state.user);
  await page.goto(`${site.url}/?panel=rules:new`);
  await page.getByLabel('Articles that have').fill('tide');
  await page.getByRole('checkbox', { name: 'Mark as read' }).check();
  await page.getByRole('checkbox', { name: 'For everybody in the team' }).check();
  await page.getByRole('button', { name: 'Save' }).tap();
  await page.getByText('The rule is saved.').waitFor();
  expect(state.rules).toMatchObject([{ name: 'tide', isShared: true }]);
  await page.getByRole('checkbox', { name: 'On for everybody in the team' }).uncheck();
  await page.getByRole('button', { name: 'Save' }).tap();
  await expect.poll(() => state.rules[0]?.isEnabled).toBe(false);
  for (const rule of state.rules) rule.isMine = false;
  await page.goto(`${site.url}/?panel=rules`);
  expect(await accessibilityViolations(page)).toEqual([]);
  await page.getByRole('checkbox', { name: 'On for me: tide' }).uncheck();
  await expect.poll(() => state.rules[0]?.isOffForMe).toBe(true);
  await page.getByRole('link', { name: 'Change the rule tide' }).tap();
  await page.getByText('Who made this rule, or an admin of the team, can change it.').waitFor();
  expect(await page.getByRole('button', { name: 'Save' }).count()).toBe(0);
});
