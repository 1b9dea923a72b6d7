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

test('a slow answer says its place and its words as they come, can be stopped and asked again', async () => {
  const { page, site, complaints } = await browser.signedIn({ entryCount: 60 });
  const { state } = site.api;
  state.askEngine = 'ollama/gemma3:4b';
  state.slowAsk = { position: 2, text: '' };
  await page.goto(`${site.url}/ask?q=${encodeURIComponent('Who kept the pencil tables?')}`);
  await page.getByText('2 questions are answered before yours').waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.getByText('Stopped.').waitFor();
  state.slowAsk = { position: 1, text: 'The tables are' };
  await page.getByRole('button', { name: 'Ask' }).click();
  await page.getByText('The tables are', { exact: true }).waitFor();
  await page.getByText('not checked against the sources yet').waitFor();
  state.slowAsk = null;
  await page.getByText('Written by ollama/gemma3:4b').waitFor();
  await page.getByText('The tables are', { exact: true }).waitFor({ state: 'detached' });
  expect(complaints).toEqual([]);
});

test('from an article of an answer, next and previous go through its sources and nowhere else', async () => {
  const { page } = await browser.reader({ entryCount: 60 });
  await page.locator('.pane-sidebar').getByRole('link', { name: 'Ask' }).click();
  await page.getByLabel('Your question').fill('Who kept the tables in pencil?');
  await page.keyboard.press('Enter');
  const sources = page.getByRole('list', { name: 'Sources' }).getByRole('link');
  await sources.first().click();
  const idIn = () => new URL(page.url()).searchParams.get('entry');
  await expect.poll(idIn).not.toBeNull();
  const first = idIn();
  await page.getByRole('button', { name: 'Previous article' }).and(page.locator(':disabled')).waitFor();
  await page.getByRole('button', { name: 'Next article' }).click();
  await expect.poll(idIn).not.toBe(first);
  await page.getByRole('button', { name: 'Next article' }).and(page.locator(':disabled')).waitFor();
});

test('a recap tells the stories by topic, each with why; the week and earlier ones are a press away', async () => {
  const { page, site, complaints } = await browser.signedIn({ entryCount: 60 }, phone);
  site.api.state.recapTrouble = 'outage';
  await page.goto(`${site.url}/recap`);
  await page.waitForURL('**/recap/daily');
  await page.getByText('The latest recap is not ready yet.').waitFor();
  await page.getByText('What writes recaps does not answer just now.').waitFor();
  await page.getByRole('heading', { name: 'tides' }).waitFor();
  await page.getByText('told by 2 feeds').waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  const asPage = page.getByRole('link', { name: 'As a page' });
  expect(await asPage.getAttribute('href')).toMatch(/^\/v1\/recaps\/[0-9a-f-]{36}\?format=html$/);
  await page.getByRole('button', { name: 'Mark these read' }).tap();
  await page.getByText('articles marked read').waitFor();
  expect(site.api.state.entries.slice(0, 6).every(({ read }) => read)).toBe(true);

  site.api.state.failEarlierRecap = true;
  await page.getByRole('button', { name: 'Earlier' }).tap();
  await page.getByRole('alert').getByText('Something went wrong on our side.').waitFor();
  await page.getByRole('heading', { name: 'tides' }).waitFor();
  site.api.state.failEarlierRecap = false;
  await page.getByRole('alert').getByRole('button', { name: 'Try again' }).tap();
  await page.getByRole('alert').waitFor({ state: 'detached' });
  await page.getByText('The day is not over yet').waitFor();
  await page.getByRole('button', { name: 'Earlier' }).tap();
  await page.getByText('The day is not over yet').waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'Weekly' }).tap();
  await page.getByRole('heading', { name: 'databases' }).waitFor();
  await page.getByRole('article').first().getByRole('link').first().tap();
  await page.locator('.article-text').waitFor();
  await page.goBack();
  await page.getByRole('heading', { name: 'databases' }).waitFor();
  expect(complaints).toEqual([]);
});

test('recaps come by mail and as a private feed where the reader says so', async () => {
  const { page, site } = await browser.signedIn({ entryCount: 60 });
  const { delivery } = site.api.state;
  await page.goto(`${site.url}/recap/daily?panel=settings`);
  await page.getByLabel('The recap of the week by mail').check();
  await expect.poll(() => delivery.mail.weekly).toBe(true);
  await page.getByText('A mail with a link was sent there').waitFor();
  Object.assign(delivery.mail, { error: '550 no such mailbox', errorCode: 'address-refused' });
  await page.getByLabel('The recap of the day by mail').check();
  await page.getByText('The last mail could not be sent: the mail server refuses the address.').waitFor();
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
  await page.getByText('“tide” is “tides” now.').waitFor();
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

test('the connection with Inoreader says how it stands, is asked to go on, and is ended', async () => {
  const { page, site, complaints } = await browser.signedIn({ entryCount: 20 }, phone);
  await page.goto(`${site.url}/?panel=settings`);
  await page.getByText('Most subscriptions vanished from Inoreader at once.').waitFor();
  expect(await page.getByRole('meter', { name: 'Read requests today' }).getAttribute('value')).toBe('37');
  await page.getByRole('button', { name: 'That was intended' }).click();
  await expect.poll(() => site.api.state.inoreader?.isWanted).toBe(true);
  await page.getByRole('button', { name: 'Asked for' }).waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Disconnect' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Disconnect' }).click();
  await page.getByText('alt tokens authorize inoreader').waitFor();
  expect(site.api.state.inoreader).toBeNull();
  expect(complaints).toEqual([]);
});
