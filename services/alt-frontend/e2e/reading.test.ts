import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { announce, arrive } from '../dev/fake-subscriptions.ts';
import { accessibilityViolations, openBrowser, phone } from './site-page.ts';

let browser: Awaited<ReturnType<typeof openBrowser>>;
beforeAll(async () => {
  browser = await openBrowser();
});
afterEach(() => browser.closePages());
afterAll(() => browser.close());

test('opening an article shows its text and marks it read, here and on the server', async () => {
  const { page, site, complaints } = await browser.reader({ entryCount: 300 });
  const first = site.api.state.entries[0];
  await page.locator(`[data-entry="${first?.id}"] a`).click();
  await page.locator('.article-text p').first().waitFor();
  await expect.poll(() => first?.read).toBe(true);
  await page.locator(`[data-entry="${first?.id}"] h2.font-normal`).waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  expect(complaints).toEqual([]);
});

test('an article marked unread by hand stays unread', async () => {
  const { page, site } = await browser.reader({ entryCount: 60 });
  const first = site.api.state.entries[0];
  await page.locator(`[data-entry="${first?.id}"] a`).click();
  await page.getByRole('button', { name: 'Mark unread' }).click();
  await page.getByRole('button', { name: 'Mark read' }).waitFor();
  await expect.poll(() => first?.read).toBe(false);
});

test('a star that cannot be saved goes out again, with a sentence that says why', async () => {
  const { page, site } = await browser.reader({ entryCount: 60 });
  const first = site.api.state.entries[0];
  await page.locator(`[data-entry="${first?.id}"] a`).click();
  await expect.poll(() => first?.read).toBe(true);
  site.api.state.failNextWrite = true;
  await page.getByRole('button', { name: 'Star', exact: true }).click();
  await page.getByText('A part of Alt is not available.').waitFor();
  await page.getByRole('button', { name: 'Star', exact: true }).waitFor();
  await page.getByRole('button', { name: 'Star', exact: true }).click();
  await page.getByRole('button', { name: 'Remove the star' }).waitFor();
  await expect.poll(() => first?.starred).toBe(true);
});

test('marking everything read asks first, then empties the list and the counters', async () => {
  const { page, site } = await browser.reader({ entryCount: 120 });
  await page.getByRole('feed').waitFor();
  await page.getByRole('button', { name: 'Mark all read' }).click();
  const question = page.getByRole('alertdialog');
  await question.getByRole('button', { name: 'Mark all read' }).click();
  await page.getByText('All read', { exact: true }).waitFor();
  expect(site.api.state.entries.every((entry) => entry.read)).toBe(true);
  await page.getByRole('button', { name: 'Show read articles too' }).click();
  await page.getByRole('feed').waitFor();
});

test('new articles come by themselves: offered where the reader reads, shown where the list is empty', async () => {
  const { page, site } = await browser.reader({ entryCount: 60 });
  const { state } = site.api;
  const first = state.entries[0];
  await page.locator(`[data-entry="${first?.id}"] a`).click();
  await expect.poll(() => state.listeners.size).toBeGreaterThan(0);
  const feed = state.subscriptions[0]?.feed;
  const details = { feedId: feed?.id ?? '', feedTitle: feed?.title ?? '' };
  announce(state, [arrive(state, { ...details, title: 'Just in' })]);
  await page.getByRole('button', { name: 'Show 1 new article' }).click();
  await page.getByRole('heading', { name: 'Just in' }).waitFor();

  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Mark all read' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Mark all read' }).click();
  await page.getByText('All read', { exact: true }).waitFor();
  announce(state, [arrive(state, { ...details, title: 'And another' })]);
  await page.getByRole('heading', { name: 'And another' }).waitFor();
});

test('an article that is folded into another or hidden leaves the list and what is offered as new', async () => {
  const { page, site } = await browser.reader({ entryCount: 60 });
  const { state } = site.api;
  const [first, second] = state.entries;
  if (!first || !second) throw new Error('The fake has no entries');
  await page.locator(`[data-entry="${first.id}"] a`).click();
  await expect.poll(() => state.listeners.size).toBeGreaterThan(0);
  const { feed } = first;
  const arrived = arrive(state, { feedId: feed.id, feedTitle: feed.title, title: 'Just in' });
  announce(state, [arrived]);
  const offer = page.getByRole('button', { name: 'Show 1 new article' });
  await offer.waitFor();
  state.emit('entries', { revision: 9, items: [], removed: [arrived.id, second.id] });
  await offer.waitFor({ state: 'detached' });
  await page.locator(`[data-entry="${second.id}"]`).waitFor({ state: 'detached' });
});

test('an article is hidden, which can be taken back, and shown again from the list of hidden ones', async () => {
  const { page, site, complaints } = await browser.reader({ entryCount: 60 });
  const { state } = site.api;
  const [first, second] = state.entries;
  const line = (entry: typeof first) => page.locator(`[data-entry="${entry?.id}"]`);
  await line(first).locator('a').click();
  await page.getByRole('button', { name: 'Hide', exact: true }).click();
  await line(first).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => state.hidden.size).toBe(0);
  await line(second).locator('a').click();
  await page.getByRole('button', { name: 'Hide', exact: true }).click();
  await line(second).waitFor({ state: 'detached' });
  // The page goes back to its list by itself, which may cut this off.
  await expect.poll(() => page.goto(`${site.url}/?panel=settings`).catch(() => null)).not.toBeNull();
  await page.getByRole('link', { name: 'Hidden articles' }).click();
  await line(second).locator('a').click();
  await page.getByRole('button', { name: 'Show in lists again' }).click();
  await page.getByText('Nothing is hidden').waitFor();
  expect(state.hidden.size).toBe(0);
  expect(complaints).toEqual([]);
});

test('the keyboard goes through the list, opens, stars, marks and comes back', async () => {
  const { page, site } = await browser.reader({ entryCount: 60 });
  const [first, second] = site.api.state.entries;
  await page.getByRole('feed').waitFor();
  await page.keyboard.press('j');
  await expect
    .poll(() => page.evaluate(() => document.activeElement?.closest('article')?.dataset.entry))
    .toBe(first?.id);
  await page.keyboard.press('o');
  await page.locator('.article-text').waitFor();
  await page.keyboard.press('j');
  await expect.poll(() => new URL(page.url()).searchParams.get('entry')).toBe(second?.id);
  await page.keyboard.press('s');
  await expect.poll(() => second?.starred).toBe(true);
  await expect.poll(() => second?.read).toBe(true);
  await page.keyboard.press('m');
  await expect.poll(() => second?.read).toBe(false);
  await page.keyboard.press('Escape');
  await expect
    .poll(() => page.evaluate(() => document.activeElement?.closest('article')?.dataset.entry))
    .toBe(second?.id);
  await page.keyboard.press('g');
  await page.keyboard.press('s');
  await page.getByRole('heading', { name: 'Starred' }).waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('tide');
  await page.keyboard.press('Enter');
  await page.getByText(/articles? found/).waitFor();
  await page.getByRole('feed').waitFor();
  await page.locator('.pane-sidebar').click({ position: { x: 120, y: 700 } });
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
});

test('who wants less motion sees a pane as a whole at once, not a level of it a frame', async () => {
  const { page } = await browser.reader({ entryCount: 60 }, { ...phone, reducedMotion: 'reduce' });
  await page.getByRole('link', { name: 'All articles' }).waitFor();
  await page.locator('.pane-list h1 span').first().waitFor({ state: 'attached' });
  expect(await page.evaluate(hiddenOfListWhenShown)).toEqual([]);
});

/** Runs in the page: goes to the list, and answers what of its heading is hidden at the moment when the list is shown. */
function hiddenOfListWhenShown(): Promise<string[]> {
  const frame = document.querySelector<HTMLElement>('.frame');
  const heading = [...document.querySelectorAll('.pane-list h1, .pane-list h1 *')];
  const hidden = () => heading.filter((element) => getComputedStyle(element).visibility === 'hidden');
  if (!frame || hidden().length === 0) throw new Error('the list is not hidden before');
  const { promise, resolve } = Promise.withResolvers<string[]>();
  new MutationObserver(() => resolve(hidden().map(({ outerHTML }) => outerHTML))).observe(frame, {
    attributeFilter: ['data-pane'],
  });
  document.querySelector<HTMLElement>('.pane-sidebar a[href="/all"]')?.click();
  return promise;
}

test('a phone shows one pane at a time, and its back button leads the same way back', async () => {
  const { page, site } = await browser.reader({ entryCount: 300 }, phone);
  const link = page.getByRole('link', { name: 'All articles' });
  await link.waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  await link.tap();
  await page.getByRole('feed').waitFor();
  await link.waitFor({ state: 'hidden' });
  expect(await accessibilityViolations(page)).toEqual([]);
  const third = site.api.state.entries[2];
  await page.locator(`[data-entry="${third?.id}"] a`).tap();
  await page.locator('.article-text').waitFor();
  expect(await page.getByRole('feed').isVisible()).toBe(false);
  expect(await accessibilityViolations(page)).toEqual([]);
  await page.goBack();
  await page.getByRole('feed').waitFor();
  await page.getByRole('button', { name: 'Show feeds' }).tap();
  await link.waitFor();
  expect(new URL(page.url()).pathname).toBe('/');
});

test('what can be touched on a phone is at least 44 pixels high', async () => {
  const { page } = await browser.reader({ entryCount: 60 }, phone);
  await page.getByRole('link', { name: 'All articles' }).waitFor();
  const smallOnes = () =>
    page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('a, button, input, select')]
        .filter(
          (element) =>
            element.checkVisibility({ visibilityProperty: true }) &&
            !element.closest('.article-text, .summary-sentence, .sr-only, h1'),
        )
        .filter(
          (element) => element.getBoundingClientRect().height > 1 && element.getBoundingClientRect().height < 43.5,
        )
        .map((element) => element.outerHTML.slice(0, 120)),
    );
  expect(await smallOnes()).toEqual([]);
  await page.getByRole('link', { name: 'All articles' }).tap();
  await page.getByRole('feed').waitFor();
  expect(await smallOnes()).toEqual([]);
  await page.locator('[data-entry] a').first().tap();
  await page.locator('.article-text').waitFor();
  expect(await smallOnes()).toEqual([]);
});

test('a video is loaded only when it is played, and hostile HTML does nothing', async () => {
  const { page, site, complaints } = await browser.reader({ entryCount: 60 });
  const first = site.api.state.entries[0];
  if (!first) throw new Error('The fake has no entries');
  first.contentHtml = [
    '<p onclick="window.hacked=1">text</p><img src=x onerror="window.hacked=1"><script>window.hacked=1</script>',
    '<svg><script>window.hacked=1</script></svg><iframe srcdoc="<script>parent.hacked=1</script>"></iframe>',
    '<a href="javascript:window.hacked=1">link</a><style>body{display:none}</style><form><input name=q></form>',
    '<p><a class="alt-player" data-embed="https://www.youtube-nocookie.com/embed/abcdefghijk" href="https://www.youtube.com/watch?v=abcdefghijk">A film</a></p>',
    '<p><a class="alt-player" data-embed="https://video.example.net/embed" href="https://video.example.net/">Elsewhere</a></p>',
  ].join('');
  await page.locator(`[data-entry="${first.id}"] a`).click();
  const text = page.locator('.article-text');
  await text.getByRole('button', { name: 'Play from YouTube' }).waitFor();
  expect(await page.evaluate(() => 'hacked' in window)).toBe(false);
  expect(await text.locator('script, iframe, style, form, svg, [onclick], [onerror]').count()).toBe(0);
  expect(await text.getByText('link').getAttribute('href')).toBeNull();
  expect(await text.locator('a', { hasText: 'Elsewhere' }).getAttribute('href')).toBe('https://video.example.net/');
  expect(complaints.filter((line) => line.startsWith('request to'))).toEqual([]);
});
