import type { Answer, FullEntry, Recap } from '@alt/contracts';
import { parseFeed } from '@alt/feeds';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startDemoWeb } from '../demo/server.ts';
import { type Client, register } from './client.ts';
import { eventually, type Machine, shapesAtLength, startMachine } from './harness.ts';

/** Tags, summaries and the index follow the articles; on a busy machine that takes a while. */
const ENRICHED_MS = 120_000;
const HANG_GUARD_MS = 180_000;

describe.each(shapesAtLength('one process'))('ask, recap and related in Alt as %s', (shape) => {
  let web: Awaited<ReturnType<typeof startDemoWeb>>;
  let machine: Machine;
  let ada: Client;
  let eve: Client;
  beforeAll(async () => {
    web = await startDemoWeb({ slowDelayMs: 100 });
    machine = await startMachine(shape, {
      allow: [new URL(web.origin).host],
      environment: { ALT_REGISTRATION: 'open' },
    });
    ada = await register(machine.origin, 'ada@example.org');
    eve = await register(machine.origin, 'eve@example.org');
    await ada.post('/v1/opml', await (await fetch(`${web.origin}/subscriptions.opml`)).text());
  }, HANG_GUARD_MS);
  afterAll(async () => {
    await machine?.stop();
    await web?.stop();
  });

  const ask = async (client: Client, question: string): Promise<Answer> => {
    const { status, json, text } = await client.post('/v1/ask', { question });
    expect(status, text).toBe(200);
    return json as Answer;
  };
  const answered = (client: Client, question: string) =>
    eventually(
      async () => {
        const { status, json } = await client.post('/v1/ask', { question });
        return status === 200 && (json as Answer).found ? (json as Answer) : null;
      },
      `an answer to: ${question}`,
      ENRICHED_MS,
    );

  test(
    'a question is answered with the words of an article, in the language it is asked in',
    async () => {
      const answer = await answered(ada, 'Who described the reaction that colours a crust in 1912?');
      expect(answer.engine).toBe('extractive');
      expect(answer.citations.map(({ quote }) => quote).join(' ')).toContain('Louis Camille Maillard');
      for (const { articleId, quote } of answer.citations) {
        const entry = (await ada.get(`/v1/entries/${articleId}`)).json as FullEntry;
        expect(plain(entry.fullText.html ?? entry.contentHtml)).toContain(plain(quote));
      }
      const japanese = await answered(ada, '陰翳礼讃を書いたのは誰ですか。');
      expect(japanese.citations.map(({ quote }) => quote).join()).toContain('谷崎潤一郎');
    },
    HANG_GUARD_MS,
  );

  test('what nothing answers is not answered, nor is another reader’s', async () => {
    expect(await ask(ada, 'Which zebra won the Nobel prize for astrophysics?')).toMatchObject({
      found: false,
      citations: [],
    });
    expect(await ask(eve, 'Who described the reaction that colours a crust in 1912?')).toMatchObject({ found: false });
  });

  test('the answer streams as events', async () => {
    const response = await fetch(`${machine.origin}/v1/ask`, {
      method: 'POST',
      headers: {
        accept: 'text/event-stream',
        'content-type': 'application/json',
        cookie: ada.cookie,
        'x-csrf-token': ada.csrfToken,
      },
      body: JSON.stringify({ question: 'Who described the reaction that colours a crust in 1912?' }),
    });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    expect(await response.text()).toMatch(/event: answer\ndata: \{"found":true/);
  });

  test(
    'there is a recap of today, with reasons; as a page, as Markdown, and as a feed that a feed reader reads',
    async () => {
      const { items } = (await ada.get('/v1/recaps')).json as { items: Recap[] };
      expect(items.map(({ period }) => period)).toContain('daily');
      const [recap] = items;
      const stories = recap?.topics.flatMap((topic) => topic.stories) ?? [];
      expect(stories.length).toBeGreaterThan(2);
      expect(stories.every(({ reasons, title, feed }) => reasons.length > 0 && title && feed.title)).toBe(true);
      expect(recap?.topics.every(({ name }) => name !== '')).toBe(true);
      expect((await ada.get(`/v1/recaps/${recap?.id}?format=html`)).text).toContain('<!doctype html>');
      expect((await ada.get(`/v1/recaps/${recap?.id}?format=markdown`)).text).toMatch(/^# /);
      expect((await eve.get(`/v1/recaps/${recap?.id}`)).status).toBe(404);
      const { url } = (await ada.post('/v1/recaps/feed')).json as { url: string };
      const feed = await fetch(url);
      expect(parseFeed(new Uint8Array(await feed.arrayBuffer()), { url })).toMatchObject({ feed: { title: 'Alt' } });
      expect((await ada.delete('/v1/recaps/feed')).status).toBe(204);
      expect((await fetch(url)).status).toBe(404);
    },
    HANG_GUARD_MS,
  );

  test(
    'articles about the same lead to each other, and never to themselves',
    async () => {
      const { items } = (await ada.get('/v1/entries?limit=200')).json as { items: FullEntry[] };
      const related = await eventually(
        async () => {
          for (const { id } of items) {
            const entry = (await ada.get(`/v1/entries/${id}`)).json as FullEntry;
            expect(entry.related.length).toBeLessThanOrEqual(5);
            expect(entry.related.map((one) => one.id)).not.toContain(id);
            if (entry.related.length > 0) return entry.related;
          }
          return null;
        },
        'a related article',
        ENRICHED_MS,
      );
      for (const { id } of related) expect((await ada.get(`/v1/entries/${id}`)).status).toBe(200);
    },
    HANG_GUARD_MS,
  );

  test.skipIf(shape === 'one process')(
    'an outage is said, and is over when it is over',
    async () => {
      await machine.kill('news-creator', 'SIGKILL');
      const question = 'Who described the reaction that colours a crust in 1912?';
      expect((await ada.post('/v1/ask', { question })).status).toBe(503);
      expect((await ada.get('/v1/recaps?date=2026-01-02&period=weekly')).status).toBe(200); // nothing to write of
      await machine.start('news-creator');
      expect((await answered(ada, question)).found).toBe(true);
    },
    HANG_GUARD_MS,
  );
});

function plain(text: string): string {
  return text
    .replace(/<[^>]*>/g, '')
    .replaceAll('&amp;', '&')
    .replace(/\s+/gu, '');
}
