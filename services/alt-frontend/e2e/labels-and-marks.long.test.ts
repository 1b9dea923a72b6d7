import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { countersOf } from '../dev/fake-state.ts';
import { accessibilityViolations, openBrowser, phone } from './site-page.ts';

let browser: Awaited<ReturnType<typeof openBrowser>>;
beforeAll(async () => {
  browser = await openBrowser();
});
afterEach(() => browser.closePages());
afterAll(() => browser.close());

test('labels: the keyboard opens them, a new one is typed, the sidebar leads to its list, a tick removes it', async () => {
  const { page, site, complaints } = await browser.reader({ entryCount: 60 });
  const [first, second] = site.api.state.entries;
  if (second) second.labels = ['к чаю / tea'];
  await page.locator(`[data-entry="${first?.id}"] a`).click();
  await page.locator('.article-text').waitFor();
  await page.keyboard.press('l');
  const panel = page.getByRole('dialog', { name: 'Labels' });
  await panel.getByLabel('New label').fill('  to   read again ');
  await panel.getByRole('button', { name: 'Add' }).click();
  await expect.poll(() => first?.labels).toEqual(['to read again']);
  await panel.getByRole('checkbox', { name: 'к чаю / tea' }).check();
  await expect.poll(() => first?.labels).toEqual(['to read again', 'к чаю / tea']);
  expect(await accessibilityViolations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await page.locator('.pane-article').getByRole('link', { name: 'to read again' }).waitFor();
  await page.locator('.pane-sidebar').getByRole('link', { name: 'к чаю / tea', exact: true }).click();
  await page.getByRole('heading', { name: 'к чаю / tea' }).waitFor();
  await expect.poll(() => page.locator('[data-entry]').count()).toBe(2);
  await page.reload();
  await expect.poll(() => page.locator('[data-entry]').count()).toBe(2);
  await page.locator(`[data-entry="${first?.id}"] a`).click();
  await page.locator('.pane-article').getByRole('link', { name: 'Change the labels' }).click();
  // Not `uncheck`, which looks at the box afterwards: with its last article the label goes, and the box with it.
  await panel.getByRole('checkbox', { name: 'to read again', checked: true }).click();
  await expect.poll(() => first?.labels).toEqual(['к чаю / tea']);
  await page.keyboard.press('Escape');
  await page
    .locator('.pane-sidebar')
    .getByRole('link', { name: 'to read again', exact: true })
    .waitFor({ state: 'detached' });
  expect(complaints).toEqual([]);
});

test('a label that cannot be saved is taken off again', async () => {
  const { page, site } = await browser.signedIn({ entryCount: 30 }, phone);
  const first = site.api.state.entries[0];
  await page.goto(`${site.url}/all?entry=${first?.id}`);
  await expect.poll(() => first?.read).toBe(true);
  await page.getByRole('link', { name: 'Change the labels' }).tap();
  site.api.state.failNextWrite = true;
  await page.getByLabel('New label').fill('later');
  await page.getByRole('button', { name: 'Add' }).tap();
  await page.getByText('A part of Alt is not available.').waitFor();
  await page.getByRole('checkbox', { name: 'later' }).waitFor({ state: 'detached' });
  expect(first?.labels).toEqual([]);
});

test('what one window marks read as a whole is read in the list of another', async () => {
  const { page, site } = await browser.reader({ entryCount: 80, settings: { view: 'all' } });
  const { state } = site.api;
  await page.getByRole('feed').waitFor();
  await expect.poll(() => state.listeners.size).toBeGreaterThan(0);
  const feed = state.entries[0]?.feed.id ?? '';
  const time = state.entries[30]?.receivedAt ?? '';
  const isMarked = ({ feed: { id }, receivedAt }: (typeof state.entries)[number]) => id === feed && receivedAt < time;
  const shown = state.entries.slice(0, 8);
  for (const entry of state.entries) if (isMarked(entry)) entry.read = true;
  state.emit('marked', { feeds: [{ feedId: feed, before: time }] });
  state.emit('counters', countersOf(state));
  await expect.poll(() => page.title()).toContain(`(${countersOf(state).unread})`);
  for (const { id } of shown) expect(await page.locator(`[data-entry="${id}"] h2.font-semibold`).count()).toBe(1);
  for (const entry of state.entries) if (entry.feed.id === feed) entry.read = true;
  state.emit('marked', { feeds: [{ feedId: feed, before: null }] });
  for (const { id, read } of shown) {
    const heading = page.locator(`[data-entry="${id}"] h2.${read ? 'font-normal' : 'font-semibold'}`);
    await heading.waitFor();
  }
});

test('refreshing has the feeds fetched and shows what they bring', async () => {
  const { page, site } = await browser.reader({ entryCount: 60 });
  await page.getByRole('feed').waitFor();
  await page.getByRole('button', { name: 'Refresh' }).click();
  await page.getByText(`${site.api.state.subscriptions.length} feeds are being fetched`).waitFor();
  await page.getByRole('heading', { name: 'News from The Slow Index' }).waitFor();
  await page.goto(`${site.url}/folders/3`);
  await page.getByRole('heading', { name: '日本語' }).waitFor();
  await page.getByRole('button', { name: 'Refresh' }).click();
  await page.getByText('2 feeds are being fetched').waitFor();
  await page.getByRole('heading', { name: 'News from 静かな図書館' }).waitFor();
});

test('articles that scroll past are marked read where the reader asked for it, and nothing that a jump left out', async () => {
  const { page, site } = await browser.reader({ entryCount: 400, settings: { markReadOnScroll: true } });
  const unread = site.api.state.entries.filter(({ read }) => !read);
  await page.getByRole('feed').waitFor();
  const list = page.getByTestId('entries');
  // The lines in sight count as seen once the list has rested; then they are scrolled away, far.
  await expect
    .poll(
      async () => {
        await list.evaluate((element) => element.scrollTo(0, element.scrollTop > 0 ? 0 : 20_000));
        return unread[0]?.read && unread[3]?.read;
      },
      { interval: 700 },
    )
    .toBe(true);
  expect(unread[40]?.read).toBe(false);
});
