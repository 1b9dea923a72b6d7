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
  const feedId = site.api.state.subscriptions.find(({ title }) => title === 'Tide & Table')?.feed.id;
  await expect.poll(() => new URL(page.url()).searchParams.get('feed')).toBe(feedId);
  expect(new URL(page.url()).searchParams.get('q')).toBe('tide');
  await page.getByRole('list', { name: 'Within' }).getByText('Tide & Table').waitFor();
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

test('a search within a feed, a folder or a tag stays there, by date if wished, until it is let out', async () => {
  const { page, site, complaints } = await browser.signedIn({ entryCount: 200 }, phone);
  const { state } = site.api;
  const feed = state.subscriptions.find(({ title }) => title === 'Tide & Table');
  await page.goto(`${site.url}/feeds/${feed?.id}`);
  await page.getByRole('link', { name: 'Search here' }).tap();
  const within = page.getByRole('list', { name: 'Within' });
  await within.getByText('Tide & Table').waitFor();
  await page.getByLabel('Search your articles').fill('the');
  await page.keyboard.press('Enter');
  const shown = () =>
    page.locator('[data-entry]').evaluateAll((lines) => lines.map((line) => line.getAttribute('data-entry')));
  const having = (word: string) =>
    state.entries.filter(({ title, excerpt, author }) => `${title} ${excerpt} ${author}`.toLowerCase().includes(word));
  const own = having('the').filter((entry) => entry.feed.id === feed?.feed.id);
  await page.getByText(`${own.length} articles found`).waitFor();
  expect(await shown()).toEqual(own.map(({ id }) => id).slice(0, (await shown()).length));
  expect(await accessibilityViolations(page)).toEqual([]);
  await page.getByLabel('What comes first').selectOption('Oldest first');
  await expect.poll(async () => (await shown())[0]).toBe(own.at(-1)?.id);
  expect(new URL(page.url()).searchParams.get('order')).toBe('oldest');
  await within.getByRole('link', { name: 'Look outside of Tide & Table too' }).tap();
  await page.getByText(`${having('the').length} articles found`).waitFor();
  expect(new URL(page.url()).searchParams.get('order')).toBe('oldest');
  expect(await within.count()).toBe(0);
  expect(complaints).toEqual([]);
});

test('words without blanks between them are narrowed beside the query, which is kept as it was typed', async () => {
  const { page, site } = await browser.signedIn({ entryCount: 200, settings: { language: 'ja' } });
  for (const entry of site.api.state.entries.slice(0, 3))
    Object.assign(entry, { title: '猫と犬', tags: ['動物', '猫'] });
  for (const entry of site.api.state.entries.slice(3, 5)) Object.assign(entry, { title: '猫と犬', tags: ['鳥'] });
  await page.goto(`${site.url}/search?q=${encodeURIComponent('猫と犬')}`);
  await page.getByText('絞り込む').click();
  await page.getByRole('region', { name: 'タグ' }).getByRole('link', { name: '動物' }).click();
  await page.getByText('3 件見つかりました').waitFor();
  expect(Object.fromEntries(new URL(page.url()).searchParams)).toEqual({ q: '猫と犬', tag: '動物' });
});

test('a saved search opens as a list: what it finds, newest first, unread or all', async () => {
  const { page, site, complaints } = await browser.reader({ entryCount: 200 });
  const { state } = site.api;
  state.savedSearches = [{ id: '5', name: 'Tides', query: 'tide', isShared: false, unreadCount: 3 }];
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
  const { page, site } = await browser.signedIn({ entryCount: 60 });
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
  const { page, site } = await browser.signedIn({ entryCount: 60 }, phone);
  await page.goto(`${site.url}/search?q=${encodeURIComponent('tide after:soon')}`);
  const told = page.getByRole('alert');
  await told.getByText('The query is not understood here:').waitFor();
  expect(await told.locator('mark').textContent()).toContain('soon');
  expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
  expect(await accessibilityViolations(page)).toEqual([]);
});
