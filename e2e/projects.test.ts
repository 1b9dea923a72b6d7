import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startDemoWeb } from '../demo/server.ts';
import { type Client, createClient, register } from './client.ts';
import { eventually, type Machine, shapesAtLength, startMachine } from './harness.ts';

type DemoWeb = Awaited<ReturnType<typeof startDemoWeb>>;

describe.each(shapesAtLength('a process per service'))('a project in Alt as %s', (shape) => {
  let web: DemoWeb;
  let machine: Machine;
  let reader: Client;
  let path: string;

  beforeAll(async () => {
    web = await startDemoWeb({ slowDelayMs: 300 });
    machine = await startMachine(shape, { allow: [new URL(web.origin).host] });
    reader = await register(machine.origin, 'ada@example.org');
    await reader.post('/v1/subscriptions', { url: web.feeds[0]?.url });
  }, 240_000);
  afterAll(async () => {
    await machine?.stop();
    await web?.stop();
  });

  const jobDone = (id: string) =>
    eventually(async () => {
      const { json } = await reader.get(`/v1/projects/jobs/${id}`);
      return ['done', 'failed'].includes(json.state) && json;
    }, 'a job that ended');

  test('takes articles of its reader, and finds them by their text', async () => {
    const made = await reader.post('/v1/projects', { title: 'Dossier', visibility: 'tenant' });
    expect(made.status, made.text).toBe(201);
    path = `/v1/projects/${made.json.id}`;
    const section = await reader.post(`${path}/sections`, { title: 'First' });
    const { items } = (await reader.get('/v1/entries?limit=6')).json;
    const articleIds = items.map(({ id }: { id: string }) => id);
    const pinned = await reader.post(`${path}/articles`, { articleIds, sectionId: section.json.id });
    expect(pinned.json).toEqual({ pinned: articleIds.length });
    const [word] = items[0].title.split(' ').toSorted((a: string, b: string) => b.length - a.length);
    await eventually(async () => {
      const found = await reader.get(`${path}/search?q=${encodeURIComponent(word)}`);
      return found.json.items?.some(({ articleId }: { articleId: string }) => articleId === items[0].id);
    }, 'the pinned article in search');
  });

  test('has a brief whose every sentence quotes an article, word for word', async () => {
    const asked = await reader.post(`${path}/brief`, {});
    expect(asked.status, asked.text).toBe(202);
    expect(await jobDone(asked.json.id)).toMatchObject({ state: 'done', result: { number: 1 } });
    const { brief } = (await reader.get(`${path}/brief`)).json;
    expect(brief.engine).toBe('extractive');
    expect(brief.parts).toHaveLength(2);
    for (const { sentences } of brief.parts) {
      expect(sentences.length).toBeGreaterThan(2);
      for (const { text, citations } of sentences) {
        expect(citations.length, text).toBeGreaterThan(0);
        for (const { articleId, quote } of citations) {
          const { items } = (await reader.get(`${path}/articles?limit=200`)).json;
          const pin = items.find((item: { articleId: string }) => item.articleId === articleId);
          const { contentHtml } = (await reader.get(`${path}/articles/${pin.id}`)).json;
          expect(plain(contentHtml)).toContain(plain(quote));
        }
      }
    }
  });

  test('goes out as JSON and comes in again, and is read by others at an address that ends when it shall', async () => {
    const job = await reader.post(`${path}/exports`, { format: 'json' });
    await jobDone(job.json.id);
    const file = await reader.get(`/v1/projects/jobs/${job.json.id}/file`);
    expect(file.json.format).toBe('alt-project');
    const imported = await reader.post('/v1/projects/import', file.json);
    expect((await jobDone(imported.json.id)).state).toBe('done');
    expect((await reader.get('/v1/projects')).json.items).toHaveLength(2);

    const { json } = await reader.call('PUT', `${path}/publication`, { kind: 'private' });
    const visitor = createClient(machine.origin);
    const { pathname } = new URL(json.pageUrl);
    expect((await visitor.get(pathname)).text).toContain('Dossier');
    expect((await visitor.get(path)).status).toBe(401);
    await reader.delete(`${path}/publication`);
    expect((await visitor.get(pathname)).status).toBe(404);
  });
});

/** Letters and digits alone: markup, blanks and quotation marks may differ between a text and its HTML. */
function plain(text: string): string {
  return text
    .replace(/<[^>]*>/g, '')
    .replace(/&[#\w]+;/g, '')
    .replace(/[^\p{L}\p{N}]+/gu, '');
}
