import type { Answer, Entry, FullEntry } from '@alt/contracts';
import { statement } from '@alt/database';
import { launchBrowser } from '@alt/testing/browser.ts';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Client, PASSWORD, register } from './client.ts';
import { eventually, type Machine, startMachine } from './harness.ts';
import { findMiscounted, stagesDone, withDatabase } from './stored.ts';

/** What the issue allows from an empty database to everything enriched, with the demo's web and no network. */
const ENRICHED_MS = 120_000;
const HANG_GUARD_MS = 240_000;
const WAIT_MS = 20_000;
/** Sites of the demo that break on purpose: what their feeds say of themselves is all that there is. */
const MINIMUM_ARTICLES = 50;

const stagesOf = statement<{ stage: string; state: string; count: number; attempts: number }>(
  'enrichment_stages',
  `select stage, state, count(*) as count, sum(attempts)::int as attempts from article_stages group by 1, 2 order by 1, 2`,
);

interface ArticleRow {
  id: number;
  title: string;
  length: number;
  language: string | null;
  tags: number;
  summaries: number;
  stages: string[];
}

const articlesOf = statement<ArticleRow>(
  'enrichment_articles',
  `select a.id, a.title, a.language, length(t.text) as length,
     (select count(*) from article_tags g where g.article_id = a.id) as tags,
     (select count(*) from article_summaries s where s.article_id = a.id) as summaries,
     array(select s.stage from article_stages s where s.article_id = a.id and s.state = 'done' order by 1) as stages
   from articles a, article_texts(array[a.id]) t order by a.id`,
);

describe('the demo, without any network', () => {
  let machine: Machine;
  let ada: Client;
  let startedAt: number;

  beforeAll(async () => {
    machine = await startMachine('one process', { args: ['--demo'] });
    ada = await register(machine.origin, 'ada@example.org');
    startedAt = Date.now();
    await eventually(
      async () => (await ada.get('/v1/counters')).json.unread >= MINIMUM_ARTICLES,
      'articles of the demo',
      ENRICHED_MS,
    );
    await stagesDone(machine, ENRICHED_MS);
  }, HANG_GUARD_MS);
  afterAll(() => machine?.stop());

  const entries = async (): Promise<Entry[]> => (await ada.get('/v1/entries?limit=200')).json.items;
  const tookMs = () => Date.now() - startedAt;

  test('within two minutes every stage of every article is done, at the first try', async () => {
    const states = await withDatabase(machine, (database) => database.all(stagesOf));
    const unfinished = states.filter(({ stage, state }) => state !== 'done' && stage !== 'extract');
    expect(unfinished).toEqual([]);
    expect(states.filter(({ stage }) => stage !== 'extract').map(({ attempts }) => attempts)).toEqual([0, 0, 0, 0]);
    expect(tookMs()).toBeLessThan(ENRICHED_MS);
  });

  test('every article with a text has a language, tags and a summary, and its story was looked for', async () => {
    const articles = await withDatabase(machine, (database) => database.all(articlesOf));
    expect(articles.length).toBeGreaterThanOrEqual(MINIMUM_ARTICLES);
    for (const article of articles) {
      expect(article.stages, article.title).toEqual(expect.arrayContaining(['cluster', 'index', 'summarise', 'tag']));
    }
    const told = articles.filter(({ length }) => length >= 200);
    expect(told.length).toBeGreaterThanOrEqual(MINIMUM_ARTICLES);
    const lacking = told.filter(({ language, tags, summaries }) => !language || tags === 0 || summaries !== 1);
    expect(lacking).toEqual([]);
    expect(new Set(told.map(({ language }) => language)).size).toBeGreaterThanOrEqual(3);
  });

  test(
    'the reader sees it: states of the summary are words, its sentences are the article’s own',
    async () => {
      for (const { id, title, summary, tags } of await entries()) {
        expect(['ready', 'none'], `${title}: ${summary.reason}`).toContain(summary.state);
        if (summary.state !== 'ready') continue;
        expect(summary.engine, title).toBe('extractive');
        expect(tags.length, title).toBeLessThanOrEqual(8);
        const entry: FullEntry = (await ada.get(`/v1/entries/${id}`)).json;
        expect(entry.summary.sentences.length, title).toBeGreaterThan(0);
        const html = plain(entry.fullText.html ?? entry.contentHtml);
        const kept = entry.summary.sentences.filter(({ text }) => html.includes(plain(text)));
        expect(kept.length, `${title}: ${JSON.stringify(entry.summary.sentences)}`).toBeGreaterThan(0);
      }
    },
    HANG_GUARD_MS,
  );

  test(
    'search finds every article by the words of its title',
    async () => {
      const missing: string[] = [];
      for (const { id, title } of await entries()) {
        if (!/\p{L}/u.test(title)) continue;
        const { status, json, text } = await ada.get(`/v1/search?limit=50&q=${encodeURIComponent(wordsOf(title))}`);
        expect(status, text).toBe(200);
        if (!json.items.some((item: Entry) => item.id === id)) missing.push(title);
      }
      expect(missing).toEqual([]);
    },
    HANG_GUARD_MS,
  );

  test('tags lead to their articles, a question to its answer, and the counters are true', async () => {
    const tags = (await ada.get('/v1/tags?order=frequent')).json.items as { name: string; count: number }[];
    expect(tags.length).toBeGreaterThan(10);
    for (const { name, count } of tags.slice(0, 10)) {
      const list = (await ada.get(`/v1/entries?limit=200&tag=${encodeURIComponent(name)}`)).json.items as Entry[];
      expect(list, name).toHaveLength(count);
      expect(list.every((entry) => entry.tags.includes(name))).toBe(true);
    }
    const question = 'Who described the reaction that colours a crust in 1912?';
    const answer: Answer = (await ada.post('/v1/ask', { question })).json;
    expect(answer.citations.map(({ quote }) => quote).join(' ')).toContain('Maillard');
    expect(await findMiscounted(machine)).toEqual([]);
  });

  describe('in the browser', () => {
    let browser: Browser;
    let page: Page;
    const complaints: string[] = [];

    beforeAll(async () => {
      browser = await launchBrowser();
      const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1440, height: 900 } });
      page = await context.newPage();
      page.setDefaultTimeout(WAIT_MS);
      page.on('pageerror', (error) => complaints.push(error.message));
      await page.goto(machine.origin);
      await page.getByLabel('E-mail').fill('ada@example.org');
      await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
      await page.keyboard.press('Enter');
      await page.locator('.pane-list [data-entry]').first().waitFor();
    }, HANG_GUARD_MS);
    afterAll(() => browser?.close());

    test(
      'an article has its summary and its tags, and a tag leads to its articles',
      async () => {
        const told = (await entries()).find(({ summary, tags }) => summary.state === 'ready' && tags.length > 0);
        await page.goto(`${machine.origin}/all?entry=${told?.id}`);
        const summary = page.getByRole('region', { name: 'Summary' });
        await summary.getByText('Sentences of the article itself').waitFor();
        expect(plain(await summary.innerText())).toContain(plain(told?.summary.text ?? '').slice(0, 40));
        const tag = page.getByRole('list', { name: 'Tags' }).getByRole('link').first();
        const name = await tag.innerText();
        await tag.click();
        await page.getByRole('heading', { name, exact: true }).first().waitFor();
        await page.locator('.pane-list [data-entry]').first().waitFor();
      },
      HANG_GUARD_MS,
    );

    test(
      'search finds an article, a question its answer',
      async () => {
        await page.goto(`${machine.origin}/search`);
        await page.getByLabel('Search your articles').fill('Maillard');
        await page.keyboard.press('Enter');
        await page.locator('.pane-list [data-entry]').first().waitFor();
        await page.goto(`${machine.origin}/ask`);
        await page.getByLabel('Your question').fill('Who described the reaction that colours a crust in 1912?');
        await page.keyboard.press('Enter');
        await page.locator('blockquote').getByText('Maillard').first().waitFor();
        expect(complaints).toEqual([]);
      },
      HANG_GUARD_MS,
    );
  });
});

/** A title as somebody would type it: no character of it means anything to the search language. */
function wordsOf(title: string): string {
  return title
    .replace(/[^\p{L}\p{N}\p{M}]+/gu, ' ')
    .trim()
    .toLowerCase();
}

function plain(text: string): string {
  return text
    .replace(/<[^>]*>/g, '')
    .replaceAll('&amp;', '&')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll(/&(nbsp|#160);/g, ' ')
    .replace(/\s+/gu, '');
}
