import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { accessibilityViolations, openBrowser, phone } from './site-page.ts';

let browser: Awaited<ReturnType<typeof openBrowser>>;
beforeAll(async () => {
  browser = await openBrowser();
});
afterEach(() => browser.closePages());
afterAll(() => browser.close());

test('an article that is opened and left is reported, and nothing is once that is switched off', async () => {
  const { page, site, complaints } = await browser.reader({ entryCount: 60 });
  const { state } = site.api;
  const leave = async () => {
    await page.locator('article[data-entry]').first().click();
    await page.locator('.article-text').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.article-text').waitFor({ state: 'detached' });
  };
  await leave();
  await expect.poll(() => state.reported.length, { timeout: 60_000 }).toBeGreaterThan(0);
  expect(state.reported[0]).toMatchObject({ entryId: expect.stringMatching(/^\d+$/), opened: true });
  await page.locator('.pane-sidebar').getByRole('link', { name: 'Statistics' }).click();
  await page.getByLabel('Collect this for my statistics').uncheck();
  await expect.poll(() => state.settings.statistics, { timeout: 60_000 }).toBe(false);
  const before = state.reported.length;
  await page.locator('.pane-sidebar').getByRole('link', { name: 'All articles' }).click();
  await leave();
  // The list was read again after the article was left: a report would have come before.
  await page.reload();
  await page.locator('article[data-entry]').first().waitFor();
  expect(state.reported.length).toBe(before);
  expect(complaints).toEqual([]);
});

test('every plot has a sentence and a table; feeds that were never opened can be left, and all can be forgotten', async () => {
  const { page, site, complaints } = await browser.signedIn({ entryCount: 60 }, phone);
  await page.goto(`${site.url}/statistics`);
  await page.getByRole('heading', { name: 'By day' }).waitFor();
  const plots = page.locator('main section:has(details)');
  for (const plot of await plots.all()) {
    expect(await plot.locator('p').first().textContent()).toMatch(/\w{3}.*\./);
    await plot.locator('summary').click();
    await plot.getByRole('table').waitFor();
  }
  expect(await accessibilityViolations(page)).toEqual([]);
  const feeds = site.api.state.subscriptions.length;
  await page
    .getByRole('button', { name: /^Unsubscribe from/ })
    .first()
    .click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Unsubscribe' }).click();
  await expect.poll(() => site.api.state.subscriptions.length, { timeout: 60_000 }).toBe(feeds - 1);
  await page.getByRole('button', { name: 'Delete what was collected' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete what was collected' }).click();
  await page.getByText('Nothing here yet').waitFor();
  expect(complaints).toEqual([]);
});

test('what owners see is there for owners, and is accessible', async () => {
  const { page, site, complaints } = await browser.signedIn({ entryCount: 20 });
  for (const [part, heading] of [
    ['team', 'Reading of the team'],
    ['platform', 'Stages'],
  ] as const) {
    await page.goto(`${site.url}/statistics/${part}`);
    await page.getByRole('heading', { name: heading }).waitFor();
    expect(await accessibilityViolations(page)).toEqual([]);
  }
  site.api.state.user.role = 'member';
  await page.goto(`${site.url}/statistics/team`);
  await page.getByRole('heading', { name: 'Statistics' }).waitFor();
  await page.getByRole('link', { name: 'This Alt' }).waitFor();
  expect(await page.getByRole('link', { name: 'Team', exact: true }).count()).toBe(0);
  expect(complaints).toEqual([]);
});
