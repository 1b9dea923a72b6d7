import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { accessibilityViolations, openBrowser, phone } from './site-page.ts';

let browser: Awaited<ReturnType<typeof openBrowser>>;
beforeAll(async () => {
  browser = await openBrowser();
});
afterEach(() => browser.closePages());
afterAll(() => browser.close());

test('a sentence of the summary marks where it stands in the article, and a click goes there', async () => {
  const { page, site, complaints } = await browser.reader({ entryCount: 40 });
  const first = site.api.state.entries[0];
  if (!first) throw new Error('The fake has no entries');
  const filler = '<p>Other words stand before it, and many of them.</p>'.repeat(60);
  first.contentHtml = `${filler}<p>The sea, <b>he</b>\n said, was still being <em>edited</em>.</p>${filler}`;
  first.summary = {
    ...first.summary,
    state: 'ready',
    text: 'The sea, he said, was still being edited. A model wrote this.',
    engine: 'extractive',
    sentences: [
      { text: 'The sea, he said, was still being edited.', start: 2900, end: 2941 },
      { text: 'A model wrote this.', start: null, end: null },
    ],
  };
  await page.goto(`${site.url}/all?entry=${first.id}`);
  const summary = page.getByRole('region', { name: 'Summary' });
  await summary.getByText('Sentences of the article itself').waitFor();
  await expect.poll(() => summary.getByRole('link').count()).toBe(1);
  const sentence = summary.getByRole('link', { name: 'The sea, he said' });
  await sentence.hover();
  const marked = () =>
    page.evaluate(() => {
      const [range] = CSS.highlights.get('summary-source') ?? [];
      return range instanceof Range ? range.toString().replace(/\s+/g, ' ') : null;
    });
  await expect.poll(marked).toBe('The sea, he said, was still being edited.');
  await sentence.click();
  await expect
    .poll(() =>
      page.locator('.article-text em').evaluate((element) => {
        const { top } = element.getBoundingClientRect();
        return top > 0 && top < window.innerHeight;
      }),
    )
    .toBe(true);
  expect(await accessibilityViolations(page)).toEqual([]);
  expect(complaints).toEqual([]);
});

test('a sentence that a model wrote marks the sentence of the article that it rests on', async () => {
  const { page, site, complaints } = await browser.reader({ entryCount: 40 }, phone);
  const first = site.api.state.entries[0];
  if (!first) throw new Error('The fake has no entries');
  first.contentHtml = '<p>It was dark. The tables were kept in pencil, <i>because</i> the sea moves.</p>';
  first.summary = {
    ...first.summary,
    state: 'ready',
    language: 'en',
    text: 'They wrote in pencil. Nobody knows why.',
    engine: 'ollama/gemma3:4b',
    note: null,
    sentences: [
      {
        text: 'They wrote in pencil.',
        start: 13,
        end: 65,
        source: 'The tables were kept in pencil, because the sea moves.',
      },
      { text: 'Nobody knows why.', start: null, end: null, source: null },
    ],
  };
  await page.goto(`${site.url}/all?entry=${first.id}`);
  const summary = page.getByRole('region', { name: 'Summary' });
  await summary.getByText('Written by ollama/gemma3:4b').waitFor();
  await expect.poll(() => summary.getByRole('link').count()).toBe(1);
  await summary.getByRole('link', { name: 'They wrote in pencil.' }).tap();
  const marked = () =>
    page.evaluate(() => {
      const [range] = CSS.highlights.get('summary-source') ?? [];
      return range instanceof Range ? range.toString() : null;
    });
  await expect.poll(marked).toBe('The tables were kept in pencil, because the sea moves.');
  expect(await accessibilityViolations(page)).toEqual([]);
  expect(complaints).toEqual([]);
});

test('a summary that is missing says why and can be asked for; it appears when it is written', async () => {
  const { page, site } = await browser.reader({ entryCount: 40 }, phone);
  const first = site.api.state.entries[0];
  if (!first) throw new Error('The fake has no entries');
  const none = { text: null, language: 'en', engine: null, note: null, sentences: [] };
  first.summary = { ...none, state: 'failed', reason: 'The model gave no useful answer.' };
  await page.goto(`${site.url}/all?entry=${first.id}`);
  const summary = page.getByRole('region', { name: 'Summary' });
  await summary.getByText('The model gave no useful answer.').waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  await summary.getByRole('button', { name: 'Try again' }).tap();
  await summary.getByText('The summary is being written').waitFor();
  expect(first.summary.state).toBe('pending');
  first.summary = { ...none, state: 'ready', text: 'Short and true.', engine: 'ollama/gemma3:4b', reason: null };
  await summary.getByText('Short and true.').waitFor();
  await summary.getByText('Written by ollama/gemma3:4b').waitFor();
});

test('an article that has just arrived shows its tags when they are made, and why it has no summary', async () => {
  const { page, site } = await browser.reader({ entryCount: 40 });
  const first = site.api.state.entries[0];
  if (!first) throw new Error('The fake has no entries');
  Object.assign(first, { tags: [], tagging: { state: 'pending', code: null, reason: null } });
  first.summary = { ...first.summary, state: 'none', code: 'not-wanted', reason: 'It was not wanted.' };
  await page.goto(`${site.url}/all?entry=${first.id}`);
  await page.getByText('Looking for tags').waitFor();
  await page.getByText('Summaries were switched off when this article came.').waitFor();
  first.tags = ['low tide'];
  const changed = { id: first.id, feedId: first.feed.id, read: true, starred: false, isNew: false, labels: [] };
  site.api.state.emit('entries', { revision: 9, items: [changed], removed: [] });
  await page.getByRole('list', { name: 'Tags' }).getByText('low tide').waitFor();
});

test('an article that gets no tags says so, calmly', async () => {
  const { page, site } = await browser.reader({ entryCount: 40 });
  const [first, second] = site.api.state.entries;
  if (!first || !second) throw new Error('The fake has no entries');
  Object.assign(first, { tags: [], tagging: { state: 'failed', code: 'failed', reason: 'It could not be done.' } });
  Object.assign(second, { tags: [], tagging: { state: 'none', code: 'no-tags', reason: 'There are none.' } });
  await page.goto(`${site.url}/all?entry=${first.id}`);
  await page.getByText('No tags could be found just now.').waitFor();
  await page.goto(`${site.url}/all?entry=${second.id}`);
  await page.getByText('No tags', { exact: true }).waitFor();
});

test('a tag that is renamed elsewhere changes on the article that is open', async () => {
  const { page, site } = await browser.reader({ entryCount: 40 });
  const { state } = site.api;
  for (const [index, entry] of state.entries.entries()) entry.tags = index < 3 ? ['low tide'] : [];
  await page.goto(`${site.url}/all?entry=${state.entries[0]?.id}`);
  const tags = page.getByRole('list', { name: 'Tags' });
  await tags.getByText('low tide').waitFor();
  for (const entry of state.entries) entry.tags = entry.tags.map(() => 'Ebb');
  state.emit('tags', {});
  await tags.getByText('Ebb').waitFor();
});

test('tags lead to their list; one that is wrong goes for good, unless that is taken back', async () => {
  const { page, site, complaints } = await browser.reader({ entryCount: 60 });
  const { state } = site.api;
  for (const [index, entry] of state.entries.entries()) entry.tags = index < 3 ? ['low tide', 'c/c++'] : [];
  await page.goto(`${site.url}/all?entry=${state.entries[0]?.id}`);
  const tags = page.getByRole('list', { name: 'Tags' });
  await tags.getByRole('button', { name: 'Never show the tag c/c++' }).click();
  await expect.poll(() => state.vetoes).toEqual(['c/c++']);
  await expect.poll(() => tags.getByRole('listitem').count()).toBe(1);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => state.vetoes).toEqual([]);
  await tags.getByRole('link', { name: 'c/c++' }).click();
  await page.getByRole('heading', { level: 1, name: 'c/c++' }).waitFor();
  await expect.poll(() => page.locator('[data-entry]').count()).toBe(3);
  expect(await accessibilityViolations(page)).toEqual([]);
  expect(complaints).toEqual([]);
});

test('a story says where else it is told; an article that is another story is taken out', async () => {
  const { page, site } = await browser.reader({ entryCount: 60 });
  const entry = site.api.state.entries[1];
  if (!entry) throw new Error('The fake has no entries');
  const [other] = entry.alsoIn;
  await page.locator(`[data-entry="${entry.id}"]`, { hasText: 'also in 2 feeds' }).locator('a').click();
  const story = page.getByRole('region', { name: 'Also in' });
  await expect.poll(() => story.getByRole('link').count()).toBe(2);
  await story.getByRole('button', { name: 'Not the same story' }).first().click();
  await page.getByText('It is an article by itself now.').waitFor();
  expect(entry.alsoIn.map(({ id }) => id)).not.toContain(other?.id);
  await expect.poll(() => story.getByRole('link').count()).toBe(1);
  await page.locator(`[data-entry="${entry.id}"]`, { hasText: 'also in 1 feed' }).waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('It is of the story again.').waitFor();
  await expect.poll(() => story.getByRole('link').count()).toBe(2);
  await story.getByRole('button', { name: `Not the same story: ${other?.title}` }).click();
  await expect.poll(() => story.getByRole('link').count()).toBe(1);
  await page.goto(`${site.url}/all?entry=${other?.id}`);
  const old = page.getByRole('region', { name: 'You took this out of a story' });
  expect(await accessibilityViolations(page)).toEqual([]);
  await old.getByRole('button', { name: 'One story after all' }).click();
  await old.waitFor({ state: 'detached' });
  expect(entry.alsoIn.map(({ id }) => id)).toContain(other?.id);
  await page.goto(`${site.url}/all?entry=${entry.id}`);
  const related = page.getByRole('navigation', { name: 'Related' });
  await related.getByRole('link').first().click();
  await expect.poll(() => new URL(page.url()).searchParams.get('entry')).toBe(entry.related[0]?.id);
});
