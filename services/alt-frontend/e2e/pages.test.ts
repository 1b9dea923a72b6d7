import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { accessibilityViolations, openBrowser, phone } from './site-page.ts';

let browser: Awaited<ReturnType<typeof openBrowser>>;
beforeAll(async () => {
  browser = await openBrowser();
});
afterEach(() => browser.closePages());
afterAll(() => browser.close());

test('a question is answered with what it rests on, which opens the article; no answer and an outage are said', async () => {
  const { page, site, complaints } = await browser.reader({ entryCount: 60 });
  const { state } = site.api;
  await page.locator('.pane-sidebar').getByRole('link', { name: 'Ask' }).click();
  const field = page.getByLabel('Your question');
  await field.fill('Who kept the tables in pencil?');
  await page.getByRole('button', { name: 'Ask' }).click();
  await page.getByText('in the words of the articles').waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  await page.getByRole('list', { name: 'Sources' }).getByRole('link').first().click();
  await page.locator('.article-text').waitFor();
  await page.getByRole('list', { name: 'Sources' }).waitFor();

  state.askEngine = 'ollama/gemma3:4b';
  await field.fill('Who kept pencil tables?');
  await page.keyboard.press('Enter');
  await page.getByText('Written by ollama/gemma3:4b').waitFor();
  await page.getByRole('link', { name: /^Source 2:/ }).click();
  await expect.poll(() => new URL(page.url()).searchParams.get('entry')).not.toBeNull();

  await field.fill('qwertyuiop');
  await page.keyboard.press('Enter');
  await page.getByText('The archive holds no answer').waitFor();

  state.failAsk = true;
  await field.fill('And the pencil?');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').getByText('A part of Alt is not available.').waitFor();
  state.failAsk = false;
  await page.getByRole('alert').getByRole('button', { name: 'Try again' }).click();
  await page.getByText('Written by ollama/gemma3:4b').waitFor();
  expect(complaints).toEqual([]);
});

test('a recap tells the stories by topic, each with why; the week and earlier ones are a press away', async () => {
  const { page, site, complaints } = await browser.reader({ entryCount: 60 }, phone);
  site.api.state.recapTrouble = 'news-creator does not answer.';
  await page.getByRole('link', { name: 'Recap' }).tap();
  await page.getByText('news-creator does not answer.').waitFor();
  await page.getByRole('heading', { name: 'tides' }).waitFor();
  await page.getByText('told by 2 feeds').waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Earlier' }).tap();
  await page.getByText('This time is not over').waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'Weekly' }).tap();
  await page.getByRole('heading', { name: 'databases' }).waitFor();
  await page.getByRole('article').first().getByRole('link').first().tap();
  await page.locator('.article-text').waitFor();
  await page.goBack();
  await page.getByRole('heading', { name: 'databases' }).waitFor();
  expect(complaints).toEqual([]);
});

test('recaps come by mail and as a private feed where the reader says so', async () => {
  const { page, site } = await browser.reader({ entryCount: 60 });
  const { delivery } = site.api.state;
  await page.goto(`${site.url}/recap/daily?panel=settings`);
  await page.getByLabel('The recap of the week by mail').check();
  await expect.poll(() => delivery.mail.weekly).toBe(true);
  await page.getByRole('button', { name: 'Make an address' }).click();
  await expect.poll(() => page.getByLabel('Copy it now').inputValue()).toContain('/v1/recaps/feed/');
  await page.getByRole('button', { name: 'End the feed' }).click();
  await expect.poll(() => delivery.feed.isEnabled).toBe(false);
});

test('tags are made one, renamed, preferred, hidden and shown again', async () => {
  const { page, site, complaints } = await browser.reader({ entryCount: 60 });
  const { state } = site.api;
  for (const [index, entry] of state.entries.entries()) entry.tags = index % 2 ? ['tides'] : ['tide', 'bread'];
  await page.getByRole('link', { name: 'Tags', exact: true }).click();
  const panel = page.getByRole('dialog', { name: 'Tags' });
  await panel.getByRole('button', { name: 'Make tides and tide one tag' }).click();
  await expect.poll(() => state.entries[0]?.tags).toEqual(['tides', 'bread']);
  await panel.getByText('bread', { exact: true }).click();
  expect(await accessibilityViolations(page)).toEqual([]);
  await panel.getByLabel('Prefer this tag to others').check();
  await expect.poll(() => state.tagFlags.get('bread')?.promoted).toBe(true);
  await panel.getByLabel('Name').fill('baking');
  await panel.getByRole('button', { name: 'Save' }).click();
  await expect.poll(() => state.entries[0]?.tags).toEqual(['tides', 'baking']);
  await panel.getByText('baking', { exact: true }).click();
  await panel.getByRole('button', { name: 'Hide baking' }).click();
  await panel.getByRole('button', { name: 'Show baking again' }).click();
  await panel.getByText('baking', { exact: true }).waitFor();
  expect(complaints).toEqual([]);
});
