import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { launchBrowser } from '@alt/testing/browser.ts';
import type { Browser, Page } from 'playwright-core';
import { fakePassword } from './fake-state.ts';
import { joinFakeTeam } from './fake-team-state.ts';
import { startFakeSite } from './site.ts';

const sizes = {
  phone: { width: 390, height: 844 },
  tablet: { width: 834, height: 1112 },
  desk: { width: 1440, height: 900 },
} as const;
type Size = keyof typeof sizes;

/** `node services/alt-frontend/dev/screenshots.ts <folder> [part of a name]`: the screens as pictures, to be looked at. */
async function main(folder: string, filter: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const browser = await launchBrowser();
  try {
    for (const shot of shots) {
      if (shot.name.includes(filter)) await take(browser, shot, folder);
    }
  } finally {
    await browser.close();
  }
}

interface Shot {
  name: string;
  size: Size;
  theme?: 'light' | 'dark' | 'sepia';
  language?: 'en' | 'ja' | 'ru';
  isFresh?: boolean;
  isEmpty?: boolean;
  /** The role in a team; without, nobody else is there. */
  team?: 'owner' | 'admin';
  density?: 'cards' | 'list' | 'compact';
  path?: string;
  act?(page: Page): Promise<unknown>;
}

const showInoreader = (page: Page) => page.getByRole('heading', { name: 'Inoreader' }).scrollIntoViewIfNeeded();

const openFirst = async (page: Page) => {
  await page.locator('article[data-entry]').first().click();
  await page.locator('.article-text').waitFor();
};

const importWith = (password: string) => async (page: Page) => {
  await page.locator('[name=url]').fill('https://reader.example.org');
  await page.locator('[name=username]').fill('ada');
  await page.locator('[name=password]').fill(password);
  await page.locator('form button[type=submit]').click();
  await page.locator('.panel [role=status], [role=dialog] [role=status]').first().scrollIntoViewIfNeeded();
};

const showImport = (page: Page) => page.locator('[name=password]').scrollIntoViewIfNeeded();

const openNth = (number: number) => async (page: Page) => {
  await page.locator('article[data-entry]').nth(number).click();
  await page.locator('.article-text').waitFor();
};

/** An article that was taken out of its story. */
const openSplit = async (page: Page) => {
  await openNth(1)(page);
  await page.locator('[aria-label="Also in"] button').first().click();
  await page.getByText('It is an article by itself now.').waitFor();
  await page.goBack();
  await openNth(2)(page);
};

const openFacets = (page: Page) => page.locator('.pane-list summary').click();

const scrollDown = (pixels: number) => async (page: Page) => {
  await page.locator('main table, main dl').first().waitFor({ state: 'attached' });
  await page.locator('main .scroll').evaluate((element, by) => element.scrollBy(0, by), pixels);
};

const openCited = (page: Page) => page.locator('.pane-list ol a').first().click();

/** A part of the first project of the list. */
const openProject = (part: string) => async (page: Page) => {
  const path = await page.locator('.pane-list li a').first().getAttribute('href');
  await page.goto(new URL(part === '' ? `${path}` : `${path}/${part}`, page.url()).href);
  await page.waitForTimeout(600);
};

const openPinned = async (page: Page) => {
  await openProject('board')(page);
  await page.locator('[data-pin] a').first().click();
  await page.locator('.article-text').waitFor();
};

const typeRule = async (page: Page) => {
  await page.locator('input[name=query]').fill('the');
  await page.locator('form#rule input[type=checkbox]').first().check();
  await page.waitForTimeout(900);
};

/** Two rules, by the API as the page would. */
const makeRules = async (page: Page) => {
  await page.evaluate(`(async () => {
    const { csrfToken } = await (await fetch('/v1/auth/csrf', { method: 'POST' })).json();
    const make = (body) => fetch('/v1/rules', { method: 'POST', body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', 'x-csrf-token': csrfToken } });
    await make({ name: 'Advertisements', query: 'sponsored OR intitle:advert', actions: { hide: true } });
    await make({ name: 'What Mia writes', query: 'author:"Mia Tamm" -podcast', actions: { star: true, markRead: true } });
  })()`);
  await page.reload();
  await page.waitForTimeout(900);
};

const shots: Shot[] = [
  { name: 'setup-desk', size: 'desk', isFresh: true },
  { name: 'setup-phone-ja', size: 'phone', isFresh: true, language: 'ja' },
  { name: 'empty-desk', size: 'desk', isEmpty: true },
  { name: 'reader-desk', size: 'desk' },
  { name: 'article-desk', size: 'desk', act: openFirst },
  { name: 'article-desk-dark', size: 'desk', theme: 'dark', act: openNth(3) },
  { name: 'article-desk-sepia', size: 'desk', theme: 'sepia', act: openNth(2) },
  { name: 'article-desk-ja', size: 'desk', language: 'ja', path: '/folders/3', act: openFirst },
  { name: 'article-desk-ru', size: 'desk', language: 'ru', path: '/folders/4', act: openFirst },
  { name: 'cards-desk', size: 'desk', density: 'cards' },
  { name: 'compact-desk', size: 'desk', density: 'compact' },
  { name: 'sidebar-phone', size: 'phone', path: '/' },
  { name: 'sidebar-phone-dark-ru', size: 'phone', path: '/', theme: 'dark', language: 'ru' },
  { name: 'list-phone', size: 'phone', path: '/all' },
  { name: 'list-phone-ja', size: 'phone', path: '/all', language: 'ja' },
  { name: 'article-phone', size: 'phone', path: '/all', act: openFirst },
  { name: 'article-phone-dark-ja', size: 'phone', path: '/folders/3', theme: 'dark', language: 'ja', act: openFirst },
  { name: 'panel-add-desk', size: 'desk', path: '/?panel=add', act: addSeveral },
  { name: 'panel-add-phone-ru', size: 'phone', path: '/all?panel=add', language: 'ru', act: addSeveral },
  { name: 'panel-feed-desk', size: 'desk', path: '/feeds/4?panel=feed:4' },
  { name: 'panel-settings-desk', size: 'desk', path: '/?panel=settings' },
  { name: 'inoreader-desk', size: 'desk', path: '/?panel=settings', act: showInoreader },
  {
    name: 'inoreader-phone-ja-dark',
    size: 'phone',
    path: '/all?panel=settings',
    language: 'ja',
    theme: 'dark',
    act: showInoreader,
  },
  { name: 'inoreader-phone-ru', size: 'phone', path: '/all?panel=settings', language: 'ru', act: showInoreader },
  { name: 'panel-settings-phone-ru-dark', size: 'phone', path: '/all?panel=settings', language: 'ru', theme: 'dark' },
  { name: 'panel-account-desk', size: 'desk', path: '/?panel=account', act: setUpApp },
  { name: 'panel-account-phone-ru-dark', size: 'phone', path: '/all?panel=account', language: 'ru', theme: 'dark' },
  { name: 'panel-team-limits-desk', size: 'desk', path: '/?panel=team:limits', team: 'owner' },
  { name: 'panel-rules-desk', size: 'desk', path: '/?panel=rules', act: makeRules },
  {
    name: 'panel-rules-phone-dark-ru',
    size: 'phone',
    theme: 'dark',
    language: 'ru',
    path: '/?panel=rules',
    act: makeRules,
  },
  { name: 'panel-rule-new-desk', size: 'desk', path: '/?panel=rules:new', act: typeRule },
  {
    name: 'panel-rule-new-phone-dark-ja',
    size: 'phone',
    theme: 'dark',
    language: 'ja',
    path: '/?panel=rules:new',
    act: typeRule,
  },
  { name: 'panel-team-members-phone-ja', size: 'phone', path: '/?panel=team:members', language: 'ja', team: 'owner' },
  {
    name: 'panel-team-invitations-desk-sepia',
    size: 'desk',
    path: '/?panel=team:invitations',
    theme: 'sepia',
    team: 'admin',
  },
  { name: 'statistics-desk', size: 'desk', path: '/statistics' },
  { name: 'statistics-desk-lower', size: 'desk', path: '/statistics', act: scrollDown(900) },
  { name: 'statistics-phone-lowest', size: 'phone', path: '/statistics', act: scrollDown(9_000) },
  { name: 'statistics-phone-dark-ru', size: 'phone', path: '/statistics', theme: 'dark', language: 'ru' },
  { name: 'statistics-team-desk-ja', size: 'desk', path: '/statistics/team', language: 'ja', team: 'owner' },
  { name: 'statistics-platform-desk-sepia', size: 'desk', path: '/statistics/platform', theme: 'sepia' },
  { name: 'panel-opml-desk', size: 'desk', path: '/?panel=opml' },
  { name: 'panel-import-done-desk', size: 'desk', path: '/?panel=opml', act: importWith('right') },
  { name: 'panel-import-phone-ja', size: 'phone', language: 'ja', path: '/?panel=opml', act: showImport },
  {
    name: 'panel-import-slow-phone-dark',
    size: 'phone',
    theme: 'dark',
    path: '/?panel=opml',
    act: importWith('slow'),
  },
  {
    name: 'panel-import-wrong-desk-ru-sepia',
    size: 'desk',
    language: 'ru',
    theme: 'sepia',
    path: '/?panel=opml',
    act: importWith('wrong'),
  },
  { name: 'panel-help-desk-ja', size: 'desk', path: '/?panel=help', language: 'ja' },
  { name: 'list-tablet', size: 'tablet', path: '/' },
  { name: 'article-tablet', size: 'tablet', path: '/all', act: openNth(9) },
  { name: 'search-desk', size: 'desk', path: '/search?q=tide', act: openFacets },
  { name: 'search-within-phone-dark', size: 'phone', theme: 'dark', path: '/search?q=tide&folder=1&order=newest' },
  { name: 'search-within-phone-ru', size: 'phone', language: 'ru', path: '/search?q=tide&subscription=1&tag=tides' },
  { name: 'search-mistake-phone', size: 'phone', path: '/search?q=tide%20after:soon' },
  { name: 'extras-desk', size: 'desk', act: openNth(1) },
  { name: 'extras-split-phone', size: 'phone', path: '/all', act: openSplit },
  { name: 'extras-phone-ja-dark', size: 'phone', path: '/folders/3', theme: 'dark', language: 'ja', act: openNth(1) },
  { name: 'ask-desk', size: 'desk', path: '/ask?q=Who%20kept%20the%20tables%20in%20pencil', act: openCited },
  { name: 'recap-desk', size: 'desk', path: '/recap/daily' },
  { name: 'recap-phone-ru', size: 'phone', path: '/recap/weekly', language: 'ru' },
  { name: 'projects-desk', size: 'desk', path: '/projects' },
  { name: 'projects-phone-ja-dark', size: 'phone', path: '/projects', language: 'ja', theme: 'dark' },
  ...(['board', 'brief', 'notes', 'decisions', 'people', 'more'] as const).map(
    (part): Shot => ({ name: `project-${part}-desk`, size: 'desk', path: '/projects', act: openProject(part) }),
  ),
  { name: 'project-desk', size: 'desk', path: '/projects', act: openProject('') },
  { name: 'project-article-desk-sepia', size: 'desk', theme: 'sepia', path: '/projects', act: openPinned },
  { name: 'project-board-phone-ru', size: 'phone', path: '/projects', language: 'ru', act: openProject('board') },
  { name: 'project-brief-phone-ja', size: 'phone', path: '/projects', language: 'ja', act: openProject('brief') },
  { name: 'panel-tags-desk', size: 'desk', path: '/?panel=tags' },
];

async function setUpApp(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Set it up' }).click();
  await page.getByRole('img', { name: 'QR code' }).scrollIntoViewIfNeeded();
}

async function addSeveral(page: Page): Promise<void> {
  await page.locator('[name=url]').fill('many.example.org');
  await page.locator('button[form=add-feed]').click();
  await page.locator('[name=feed]').first().waitFor();
}

async function take(browser: Browser, shot: Shot, folder: string): Promise<void> {
  const { theme = 'light', language = 'en', density = 'list' } = shot;
  const site = await startFakeSite({
    isFresh: shot.isFresh ?? false,
    isEmpty: shot.isEmpty ?? false,
    settings: { theme, language, density },
  });
  if (shot.team) {
    site.api.state.user.role = shot.team;
    joinFakeTeam(site.api.state.team, shot.team, site.api.state.user);
  }
  const context = await browser.newContext({
    viewport: sizes[shot.size],
    locale: language,
    hasTouch: shot.size === 'phone',
  });
  try {
    const page = await context.newPage();
    await page.goto(site.url);
    if (!shot.isFresh) await signIn(page);
    if (shot.path) await page.goto(site.url + shot.path);
    await page.waitForTimeout(600);
    await shot.act?.(page);
    await page.waitForTimeout(500);
    await page.screenshot({ path: join(folder, `${shot.name}.png`) });
  } finally {
    await context.close();
    await site.stop();
  }
}

async function signIn(page: Page): Promise<void> {
  await page.locator('[name=email]').fill('ada@example.org');
  await page.locator('[name=password]').fill(fakePassword);
  await page.locator('button[type=submit]').click();
  await page.locator('.frame').waitFor();
}

if (import.meta.main) await main(process.argv[2] ?? 'screenshots', process.argv[3] ?? '');
