import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { accessibilityViolations, openBrowser, phone } from './site-page.ts';

let browser: Awaited<ReturnType<typeof openBrowser>>;
beforeAll(async () => {
  browser = await openBrowser();
});
afterEach(() => browser.closePages());
afterAll(() => browser.close());

test('an article leads to its comments, to what it answers, and to its place on a map, and loads nothing of them', async () => {
  const { page, site, complaints } = await browser.reader({ entryCount: 60 });
  const [first, second] = site.api.state.entries;
  if (!first || !second) throw new Error('The fake has no entries');
  first.comments = { url: 'https://site.example/1#comments', feedUrl: null, count: 1234 };
  first.inReplyToUrl = 'https://other.example/0';
  first.location = { latitude: -33.8688, longitude: 151.2093, name: 'Sydney' };
  second.comments = { url: 'javascript:alert(1)', feedUrl: null, count: 3 };
  await page.locator(`[data-entry="${first.id}"] a`).click();
  const comments = page.getByRole('link', { name: 'Comments (1,234)' });
  expect(await comments.getAttribute('href')).toBe('https://site.example/1#comments');
  expect(await comments.getAttribute('rel')).toBe('noopener noreferrer');
  const place = page.getByRole('link', { name: 'Sydney' });
  expect(await place.getAttribute('href')).toMatch(
    /^https:\/\/www\.openstreetmap\.org\/\?mlat=-33\.8688&mlon=151\.2093/,
  );
  expect(await place.getAttribute('rel')).toBe('noopener noreferrer');
  await page.getByRole('link', { name: 'In reply to another article' }).waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  await page.locator(`[data-entry="${second.id}"] a`).click();
  await page.locator('article[aria-busy="false"] h1').filter({ hasText: second.title }).waitFor();
  expect(await page.getByRole('link', { name: /^Comments/ }).count()).toBe(0);
  expect(complaints).toEqual([]);
});

test('an episode says its number, who is in it, and where it can be read', async () => {
  const { page, site, complaints } = await browser.signedIn({ entryCount: 60 }, phone);
  const audio = site.api.state.entries.find(({ podcast }) => podcast !== null);
  if (!audio?.podcast) throw new Error('The fake has no episode');
  audio.podcast = {
    season: 2,
    episode: 5.5,
    isExplicit: true,
    transcripts: [{ url: 'https://cdn.example/t.vtt', type: 'text/vtt', language: 'ja' }],
    chapters: { url: 'https://cdn.example/c.json', type: 'application/json+chapters' },
    persons: [
      { name: 'Mia', role: 'host', url: 'https://mia.example/', imageUrl: '/v1/images/sig/1' },
      { name: 'Noor', role: null, url: null, imageUrl: null },
    ],
  };
  await page.goto(`${site.url}/?entry=${audio.id}`);
  const episode = page.getByRole('region', { name: 'Episode' });
  await episode.getByText('Season 2, episode 5.5 · Explicit').waitFor();
  expect(await episode.getByRole('listitem').allInnerTexts()).toEqual(['Mia\n(host)', 'Noor']);
  for (const [name, url] of [
    ['Mia', 'https://mia.example/'],
    ['Transcript (VTT, ja)', 'https://cdn.example/t.vtt'],
    ['Chapters', 'https://cdn.example/c.json'],
  ] as const) {
    const link = episode.getByRole('link', { name });
    expect([name, await link.getAttribute('href'), await link.getAttribute('rel')]).toEqual([
      name,
      url,
      'noopener noreferrer',
    ]);
  }
  expect(await accessibilityViolations(page)).toEqual([]);
  expect(complaints).toEqual([]);
});
