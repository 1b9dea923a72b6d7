import { launchBrowser } from '@alt/testing/browser.ts';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDemoWeb } from '../demo/server.ts';
import { PASSWORD } from './client.ts';
import { type Machine, shapesInTime, startMachine } from './harness.ts';

const WAIT_MS = 20_000;

describe.each(shapesInTime('one process'))('the page of Alt as %s', (shape) => {
  let web: Awaited<ReturnType<typeof startDemoWeb>>;
  let machine: Machine;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    web = await startDemoWeb({ slowDelayMs: 200 });
    machine = await startMachine(shape, { allow: web.hosts });
    browser = await launchBrowser();
    page = await (
      await browser.newContext({ locale: 'en-GB', viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' })
    ).newPage();
    page.setDefaultTimeout(WAIT_MS);
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith(machine.origin) && !/^(data|blob):/.test(request.url()))
        complaints.push(request.url());
    });
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await machine?.stop();
    await web?.stop();
  });

  const unreadInList = () => page.locator('.pane-list [data-entry]');

  it('leads a new user from the first account to the first article', async () => {
    await page.goto(machine.origin);
    await page.getByLabel('E-mail').fill('ada@example.org');
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Make the account' }).click();
    await page.getByText('Nothing here yet').waitFor();
    await page.locator('.pane-list').getByRole('link', { name: 'Add a feed' }).click();
    await page.getByLabel('Address of a site or feed').fill(web.feeds[0]?.siteUrl ?? '');
    await page.getByRole('button', { name: 'Find feeds' }).click();
    const follow = page.getByRole('button', { name: 'Follow' });
    await follow.click();
    await unreadInList().first().waitFor();
    await unreadInList().first().locator('a').click();
    await page.locator('.article-text p').first().waitFor();
    expect(await page.locator('.article-text').innerText()).not.toBe('');
  });

  it('imports an OPML file and fills up by itself', async () => {
    const opml = Buffer.from(await (await fetch(`${web.origin}/subscriptions.opml`)).arrayBuffer());
    await page.locator('.pane-sidebar').getByRole('link', { name: 'Import or export' }).click();
    await page.locator('input[type=file]').setInputFiles({ name: 'feeds.opml', mimeType: 'text/x-opml', buffer: opml });
    await page.getByText('All feeds have been fetched.').waitFor({ timeout: 60_000 });
    await page.keyboard.press('Escape');
    await page
      .locator('.pane-sidebar')
      .getByRole('link', { name: /^All articles/ })
      .click();
    await unreadInList().nth(5).waitFor();
    await page.locator('.pane-sidebar').getByText('茶の時間').waitFor();
  });

  it('shows an article’s images through Alt and nothing from elsewhere', async () => {
    const image = page.locator('.article-text img').first();
    const illustrated = await page.evaluate(async () => {
      const { items } = await (await fetch('/v1/entries?view=all&limit=200')).json();
      for (const { id } of items) {
        const { contentHtml } = await (await fetch(`/v1/entries/${id}`)).json();
        if (contentHtml.includes('<img')) return String(id);
      }
      return null;
    });
    await page.goto(`${machine.origin}/all?entry=${illustrated}`);
    await image.scrollIntoViewIfNeeded();
    await expect
      .poll(() => image.evaluate((element) => (element as HTMLImageElement).naturalWidth), { timeout: WAIT_MS })
      .toBeGreaterThan(0);
    expect(await image.getAttribute('src')).toMatch(/^\/v1\/images\//);
    expect(complaints).toEqual([]);
  });

  it('stars, marks everything read, and a second window follows by itself', async () => {
    const second = await page.context().newPage();
    await second.goto(machine.origin);
    await second.locator('.pane-list [data-entry]').first().waitFor();
    const kept = page.waitForResponse((response) => response.request().method() === 'PATCH');
    await page.getByRole('button', { name: 'Star', exact: true }).click();
    await page.getByRole('button', { name: 'Remove the star' }).waitFor();
    await kept; // a page that is left gives up what it was sending
    await page.reload(); // what arrived behind the reader's back is not marked
    await page.locator('.article-text').waitFor();
    await page.getByRole('button', { name: 'Mark all read' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Mark all read' }).click();
    await page.getByText('All read', { exact: true }).waitFor();
    await expect.poll(() => second.title(), { timeout: WAIT_MS }).not.toMatch(/\d/);
    await expect.poll(() => second.locator('.pane-list h2.font-semibold').count(), { timeout: WAIT_MS }).toBe(0);
    expect(await second.locator('.pane-list [data-entry]').count()).toBeGreaterThan(0);
    await page
      .locator('.pane-sidebar')
      .getByRole('link', { name: /^Starred/ })
      .click();
    await expect.poll(() => unreadInList().count(), { timeout: WAIT_MS }).toBe(1);
    await second.close();
  });

  it('keeps labels, leaves alone what was polled a moment ago, and changes the password', async () => {
    await unreadInList().first().locator('a').click();
    await page.locator('.article-text').waitFor();
    await page.keyboard.press('l');
    await page.getByLabel('New label').fill('for the winter');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('checkbox', { name: 'for the winter' }).waitFor();
    await page.keyboard.press('Escape');
    await page
      .locator('.pane-sidebar')
      .getByRole('link', { name: /^for the winter/ })
      .click();
    await page.getByRole('heading', { name: 'for the winter' }).waitFor();
    await expect.poll(() => unreadInList().count(), { timeout: WAIT_MS }).toBe(1);
    await page
      .locator('.pane-sidebar')
      .getByRole('link', { name: /^All articles/ })
      .click();
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.getByText(/fetched within the last minute|being fetched/).waitFor();
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByLabel('Read articles', { exact: true }).selectOption({ label: '365 days' });
    await page.getByRole('link', { name: 'Account and security' }).click();
    await page.getByLabel('Present password').fill(PASSWORD);
    await page.getByLabel('New password').fill(`${PASSWORD} and more`);
    await page.getByRole('button', { name: 'Change the password' }).click();
    await page.getByText('The password was changed.').waitFor();
    await page.keyboard.press('Escape');
    expect(complaints).toEqual([]);
  });

  it('serves a phone: one pane at a time', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto(`${machine.origin}/`);
    await page.getByRole('link', { name: 'All articles' }).waitFor();
    expect(await page.getByRole('feed').isVisible()).toBe(false);
    expect(complaints).toEqual([]);
  });
});
