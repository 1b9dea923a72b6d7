import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { accessibilityViolations, openBrowser, phone } from './site-page.ts';

let browser: Awaited<ReturnType<typeof openBrowser>>;
beforeAll(async () => {
  browser = await openBrowser();
});
afterEach(() => browser.closePages());
afterAll(() => browser.close());

test('a search shows where its words are, narrows down by a facet and is saved, renamed and deleted', async () => {
  const { page, site, complaints } = await browser.reader({ entryCount: 200 });
  await page.getByRole('feed').waitFor();
  await page.keyboard.press('/');
  await page.getByText('intitle:').waitFor();
  await page.getByLabel('Search your articles').fill('tide');
  await page.keyboard.press('Enter');
  await page.locator('[data-entry] mark', { hasText: /tide/i }).first().waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  await page.getByText('Narrow down').click();
  await page.getByRole('region', { name: 'Feed' }).getByRole('link', { name: 'Tide & Table' }).click();
  await expect.poll(() => new URL(page.url()).searchParams.get('q')).toBe('tide feed:"Tide & Table"');
  await page.getByRole('button', { name: 'Save this search' }).click();
  await page.getByLabel('Name').fill('Tides');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('This search is saved.').waitFor();
  const saved = page.getByRole('list', { name: 'Saved searches' });
  await saved.getByRole('link', { name: 'Tides', exact: false }).first().hover();
  await saved.getByRole('link', { name: 'Change the search Tides' }).click();
  const panel = page.getByRole('dialog', { name: 'Saved search' });
  await panel.getByLabel('Name').fill('High tides');
  expect(await accessibilityViolations(page)).toEqual([]);
  await panel.getByLabel('Query').fill('tide after:soon');
  await panel.getByRole('button', { name: 'Save' }).click();
  await panel.getByRole('alert').getByText('The query is not understood here:').waitFor();
  expect(await panel.getByLabel('Name').inputValue()).toBe('High tides');
  expect(await panel.getByLabel('Query').inputValue()).toBe('tide after:soon');
  await panel.getByLabel('Query').fill('tide feed:"Tide & Table"');
  await panel.getByRole('button', { name: 'Save' }).click();
  await saved.getByText('High tides').waitFor();
  expect(site.api.state.savedSearches).toMatchObject([{ name: 'High tides', query: 'tide feed:"Tide & Table"' }]);
  await saved.getByRole('link', { name: 'Change the search High tides' }).click();
  await panel.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
  await saved.waitFor({ state: 'detached' });
  expect(complaints).toEqual([]);
});

test('a saved search opens as a list: what it finds, newest first, unread or all', async () => {
  const { page, site, complaints } = await browser.reader({ entryCount: 200 });
  const { state } = site.api;
  state.savedSearches = [{ id: '5', name: 'Tides', query: 'tide', unreadCount: 3 }];
  await page.reload();
  await page
    .getByRole('list', { name: 'Saved searches' })
    .getByRole('link', { name: /^Tides/ })
    .first()
    .click();
  await page.getByRole('heading', { level: 1, name: 'Tides' }).waitFor();
  const tides = state.entries.filter(({ title, excerpt }) => /tide/i.test(title + excerpt));
  const lineOf = (entry: (typeof tides)[number] | undefined) => page.locator(`[data-entry="${entry?.id}"]`);
  const read = tides.find((entry) => entry.read);
  await lineOf(tides.find((entry) => !entry.read)).waitFor();
  expect(await lineOf(read).count()).toBe(0);
  await page.getByRole('button', { name: 'All', exact: true }).click();
  await lineOf(tides[0]).waitFor();
  await lineOf(read).waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  expect(complaints).toEqual([]);
});

test('an outage of search is told once, and trying again tries it; without words nothing is listed', async () => {
  const { page, site } = await browser.reader({ entryCount: 60 });
  site.api.state.failSearch = true;
  await page.goto(`${site.url}/search?q=tide`);
  await page.getByText('Search is not available just now').first().waitFor();
  expect(await page.getByText(/Search is not available|does not answer/).count()).toBe(1);
  site.api.state.failSearch = false;
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByText(/articles? found/).waitFor();
  await page.getByLabel('Search your articles').fill('');
  await page.keyboard.press('Enter');
  await page.getByText('Search everything you follow').waitFor();
  expect(await page.locator('[data-entry]').count()).toBe(0);
});

test('a query that is not understood is told with its place, on a phone too', async () => {
  const { page, site } = await browser.reader({ entryCount: 60 }, phone);
  await page.goto(`${site.url}/search?q=${encodeURIComponent('tide after:soon')}`);
  const told = page.getByRole('alert');
  await told.getByText('The query is not understood here:').waitFor();
  expect(await told.locator('mark').textContent()).toContain('soon');
  expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
  expect(await accessibilityViolations(page)).toEqual([]);
});
