import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { fakePassword } from '../dev/fake-state.ts';
import { accessibilityViolations, openBrowser, phone } from './site-page.ts';

let browser: Awaited<ReturnType<typeof openBrowser>>;
beforeAll(async () => {
  browser = await openBrowser();
});
afterEach(() => browser.closePages());
afterAll(() => browser.close());

test('a site with several feeds: paste, choose, follow, read', async () => {
  const { page, complaints } = await browser.reader({ isEmpty: true });
  await page.getByText('Nothing here yet').waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  await page.locator('.pane-list').getByRole('link', { name: 'Add a feed' }).click();
  const address = page.getByLabel('Address of a site or feed');
  await expect.poll(() => address.evaluate((element) => element === document.activeElement)).toBe(true);
  await address.fill('many.example.org');
  await page.getByRole('button', { name: 'Find feeds' }).click();
  await page.getByRole('group', { name: 'Which of these would you like?' }).waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Follow' }).click();
  await page.getByRole('heading', { name: 'many.example.org articles', exact: true }).waitFor();
  await page.getByRole('heading', { name: 'The first article of many.example.org articles' }).waitFor();
  expect(complaints).toEqual([]);
});

test('an address that cannot be read is explained, and can be followed all the same', async () => {
  const { page, site } = await browser.reader({ isEmpty: true });
  await page.locator('.pane-list').getByRole('link', { name: 'Add a feed' }).click();
  const address = page.getByLabel('Address of a site or feed');
  const find = page.getByRole('button', { name: 'Find feeds' });
  await address.fill('nonsense');
  await find.click();
  await page.getByText('This cannot be the address of a feed.').waitFor();
  await address.fill('none.example.org');
  await find.click();
  await page.getByText('No feed was found at this address.').waitFor();
  await address.fill('https://down.example.org/feed');
  await find.click();
  await page.getByText('down.example.org does not answer. Is the address right?').waitFor();
  await page.getByRole('button', { name: 'Follow it anyway' }).click();
  await expect
    .poll(() => site.api.state.subscriptions.map(({ feed }) => feed.url))
    .toEqual(['https://down.example.org/feed']);
});

test('an OPML file is imported while its progress is shown; a wrong file is refused in plain words', async () => {
  const { page } = await browser.reader({ isEmpty: true });
  await page.locator('.pane-sidebar').getByRole('link', { name: 'Import or export' }).click();
  const file = (text: string) => ({ name: 'feeds.opml', mimeType: 'text/xml', buffer: Buffer.from(text) });
  const input = page.locator('input[type=file]');
  await input.setInputFiles(file('<html></html>'));
  await page.getByText('This file is not a subscription list (OPML).').waitFor();
  const outlines = Array.from(
    { length: 12 },
    (_, index) => `<outline xmlUrl="https://blog${index}.example.org/feed"/>`,
  );
  await input.setInputFiles(file(`<opml><body>${outlines.join('')}<outline xmlUrl="no address"/></body></opml>`));
  await page.getByText('12 feeds added').waitFor();
  await page.getByText('no address — This is not an address.').waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  await page.getByText('All feeds have been fetched.').waitFor();
});

test('an account of another reader is imported: refused in plain words, under way, done', async () => {
  const { page, site, complaints } = await browser.reader({ isEmpty: true });
  await page.locator('.pane-sidebar').getByRole('link', { name: 'Import or export' }).click();
  const begin = async (password: string) => {
    await page.getByLabel('Address').fill('https://reader.example.org');
    await page.getByLabel('Name or e-mail there').fill('ada');
    await page.getByLabel('Password there').fill(password);
    await page.getByRole('button', { name: 'Import', exact: true }).click();
  };
  await page.getByLabel('Service').selectOption('BazQux');
  expect(await page.getByLabel('Address').count()).toBe(0);
  await page.getByLabel('Service').selectOption('FreshRSS');
  expect(await accessibilityViolations(page)).toEqual([]);
  await begin('wrong');
  await page.getByText('The service does not accept this name and password.').waitFor();
  await page.getByRole('button', { name: 'Try again' }).click();
  expect(await page.getByLabel('Address').inputValue()).toBe('https://reader.example.org/');
  await begin('slow');
  await page.getByText(/420 of 1,?310 articles fetched/).waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  const [under] = site.api.state.imports;
  if (!under) throw new Error('there is no import');
  Object.assign(under, { state: 'done', result: { ...DONE } });
  await page.getByText('37 feeds added').waitFor();
  await page.getByText('1 article · 1 unread').waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  expect(complaints).toEqual([]);
});

const DONE = {
  subscriptions: { created: 37, existing: 0 },
  failed: [],
  articles: { found: 1, stored: 1, unread: 1, starred: 0, labelled: 0, left: [] },
  missing: [],
};

test('a feed in trouble says so in its details; it can be renamed, moved and left', async () => {
  const { page, site } = await browser.reader({ entryCount: 100 });
  const { state } = site.api;
  await page.getByRole('link', { name: /Canal Walker/ }).click();
  await page.locator('.pane-list').getByRole('link', { name: 'Feed details' }).click();
  await page.getByText('The site is not available just now.').waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  await page.getByLabel('Name').fill('Along the canal');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.locator('.pane-sidebar').getByText('Along the canal').waitFor();
  await page.getByRole('checkbox', { name: 'Databases' }).check();
  await expect
    .poll(() => state.subscriptions.find(({ title }) => title === 'Along the canal')?.folderIds)
    .toEqual(['2']);
  const feed = state.subscriptions.find(({ title }) => title === 'Along the canal');
  await page.getByRole('checkbox', { name: 'Summarise the articles of this feed' }).uncheck();
  await expect.poll(() => feed?.summaries).toBe(false);
  await page.getByText('What of its pages is the article').click();
  await page.getByRole('textbox', { name: 'Keep' }).fill('.nothing');
  await page.getByRole('button', { name: 'Preview' }).click();
  await page.getByText('The selectors of this feed find nothing on the page.').waitFor();
  await page.getByRole('textbox', { name: 'Keep' }).fill('.story\n.more');
  await page.getByRole('button', { name: 'Preview' }).click();
  await page.getByText('What .story, .more holds.').waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Save' }).last().click();
  await expect.poll(() => feed?.selectors).toEqual({ keep: ['.story', '.more'], drop: [] });
  await page.getByRole('button', { name: 'Stop following' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Stop following' }).click();
  await page.getByText('You no longer follow Along the canal.').waitFor();
  await page.getByRole('heading', { name: 'All articles' }).waitFor();
  expect(state.subscriptions.some(({ title }) => title === 'Along the canal')).toBe(false);
});

test('folders are made, nested, closed and removed', async () => {
  const { page, site } = await browser.reader({ entryCount: 20 });
  const { state } = site.api;
  await page.getByRole('link', { name: 'New folder' }).click();
  await page.getByLabel('Name').fill('Later');
  await page.getByLabel('Inside').selectOption({ label: 'Technology' });
  await page.getByRole('button', { name: 'Make the folder' }).click();
  const sidebar = page.locator('.pane-sidebar');
  await sidebar.getByRole('link', { name: 'Later', exact: true }).waitFor();
  expect(state.folders.find(({ name }) => name === 'Later')?.parentId).toBe('1');
  await sidebar.getByRole('button', { name: 'Hide what is in Technology' }).click();
  await sidebar.getByRole('link', { name: 'Later', exact: true }).waitFor({ state: 'detached' });
  await sidebar.getByRole('button', { name: 'Show what is in Technology' }).click();
  await sidebar.getByRole('link', { name: 'Change the folder Later' }).click();
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
  await page.getByText('The folder Later was deleted.').waitFor();
  expect(state.folders.some(({ name }) => name === 'Later')).toBe(false);
});

test('settings change the page at once and stay: theme, language, density, keys', async () => {
  const { page, site } = await browser.reader({ entryCount: 60 }, phone);
  await page.getByRole('link', { name: 'Settings' }).tap();
  await page.getByText('Dark', { exact: true }).tap();
  await expect.poll(() => page.getAttribute('html', 'data-theme')).toBe('dark');
  expect(await accessibilityViolations(page)).toEqual([]);
  await page.getByText('Sepia', { exact: true }).tap();
  await expect.poll(() => site.api.state.settings.theme).toBe('sepia');
  expect(await accessibilityViolations(page)).toEqual([]);
  await page.getByLabel('What is it for?').first().fill('my phone');
  await page.getByRole('button', { name: 'Make one' }).first().tap();
  await page.getByText('Copy it now; it is not shown again.').waitFor();
  await page.getByRole('button', { name: 'Revoke my phone' }).tap();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Revoke' }).tap();
  await expect.poll(() => site.api.state.keys['app-passwords'].length).toBe(0);
  await page.getByLabel('Language').selectOption('ru');
  await page.getByRole('dialog', { name: 'Настройки' }).waitFor();
  await expect.poll(() => site.api.state.settings.language).toBe('ru');
  await page.getByRole('button', { name: 'Выйти' }).tap();
  await page.getByRole('heading', { name: 'Вход' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Вход' }).waitFor();
  expect(await page.getAttribute('html', 'data-theme')).toBe('sepia');
});

test('the first visit keeps the browser’s time zone and language; both can be changed', async () => {
  const { page, site } = await browser.reader(
    { entryCount: 20, settings: { language: 'auto' } },
    { ...phone, locale: 'ja-JP', timezoneId: 'Asia/Tokyo' },
  );
  const { state } = site.api;
  await expect.poll(() => [state.settings.language, state.settings.timeZone]).toEqual(['ja', 'Asia/Tokyo']);
  await page.goto(`${site.url}/?panel=settings`);
  await page.getByLabel('タイムゾーン').selectOption('Europe/Paris');
  await expect.poll(() => state.settings.timeZone).toBe('Europe/Paris');
  await page.getByRole('checkbox', { name: '記事を要約する' }).uncheck();
  await expect.poll(() => state.tenantSummaries).toBe(false);
});

test('feeds in trouble are mentioned, in the reader’s language, until the reader wants no word of it', async () => {
  const { page, site } = await browser.reader({ entryCount: 20, settings: { language: 'ru' } });
  await page.getByText('Неполадки с 2 лентами').waitFor();
  await page.goto(`${site.url}/feeds/9?panel=feed:9`);
  await page.getByText('Сайт сообщает, что эта лента удалена навсегда.').waitFor();
  await page.goto(`${site.url}/?panel=settings`);
  await page.getByRole('checkbox', { name: 'Сообщать на боковой панели о неполадках с лентами' }).uncheck();
  await page.getByText('Неполадки с 2 лентами').waitFor({ state: 'detached' });
  await expect.poll(() => site.api.state.settings.notifications.failingFeeds).toBe(false);
});

test('the account: a new name, a new password that asks for the present one, how long articles are kept', async () => {
  const { page, site, complaints } = await browser.reader({ entryCount: 20 });
  const { state } = site.api;
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByLabel('Read articles', { exact: true }).selectOption({ label: '90 days' });
  await expect.poll(() => state.settings.retention).toEqual({ readDays: 90, unreadDays: null });
  await page.getByLabel('Read articles', { exact: true }).selectOption({ label: 'for ever' });
  await expect.poll(() => state.settings.retention).toEqual({ readDays: null, unreadDays: null });
  await page.getByRole('link', { name: 'Account and security' }).click();
  await page.getByLabel('Your name').fill('Ada Lovelace');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect.poll(() => state.user.name).toBe('Ada Lovelace');
  await page.getByLabel('Present password').fill('not it');
  await page.getByLabel('New password').fill('another long sentence');
  await page.getByRole('button', { name: 'Change the password' }).click();
  await page.getByText('The e-mail or the password is wrong.').waitFor();
  expect(await page.getByLabel('New password').inputValue()).toBe('another long sentence');
  await page.getByLabel('Present password').fill(fakePassword);
  await page.getByRole('button', { name: 'Change the password' }).click();
  await page.getByText('The password was changed.').waitFor();
  expect(state.password).toBe('another long sentence');
  expect(await page.getByLabel('New password').inputValue()).toBe('');
  expect(await accessibilityViolations(page)).toEqual([]);
  expect(complaints).toEqual([]);
});
