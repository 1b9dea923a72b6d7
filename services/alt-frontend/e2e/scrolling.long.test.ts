import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser } from './site-page.ts';

let browser: Awaited<ReturnType<typeof openBrowser>>;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

test('ten thousand entries scroll to the end with few lines in the page at any time', async () => {
  const { page, site } = await browser.reader({ entryCount: 10_000, settings: { view: 'all' } });
  // Decoding pictures is half of the time, and no part of what is shown here.
  for (const entry of site.api.state.entries) entry.imageUrl = null;
  await page.getByRole('feed').waitFor();
  // In the page itself: a call from here for each of a hundred pages takes longer than the pages.
  const mostLines = await page.getByTestId('entries').evaluate(async (list) => {
    let most = 0;
    while (!list.lastElementChild?.textContent?.includes('That is everything.')) {
      list.scrollTo(0, list.scrollHeight);
      await new Promise(requestAnimationFrame);
      most = Math.max(most, list.querySelectorAll('article[data-entry]').length);
    }
    return most;
  });
  expect(mostLines).toBeGreaterThan(0);
  expect(mostLines).toBeLessThan(60);
});
