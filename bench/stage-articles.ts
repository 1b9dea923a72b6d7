import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { statement } from '@alt/database';
import { makeArticle } from './articles.ts';
import type { BenchReader } from './platform.ts';

const UNREAD = '/v1/entries?view=unread&limit=50';
const ASK_EVERY_MS = 100;
/** Articles of a feed. */
export const ITEMS = 50;

/** How many articles are there, and how many each stage has done. */
export const selectDone = statement<{ stage: string; count: number }>(
  'bench_stages_done',
  `select stage, count(*) as count from article_stages where state = 'done' group by 1
   union all select 'arrive', count(*) from articles`,
);

/** Asks for the unread list so often, in the rhythm in which it is asked during the work. */
export async function askTimes(reader: BenchReader, times: number): Promise<number[]> {
  const values: number[] = [];
  while (values.length < times) {
    values.push(...(await repeatOnce(reader)));
    await sleep(ASK_EVERY_MS);
  }
  return values;
}

/** Asks for the unread list now and then until the work is done; milliseconds of each. */
export async function askUntil(reader: BenchReader, watched: { isDone: boolean }): Promise<number[]> {
  const values: number[] = [];
  while (!watched.isDone) {
    values.push(...(await repeatOnce(reader)));
    await sleep(ASK_EVERY_MS);
  }
  return values;
}

async function repeatOnce(reader: BenchReader): Promise<number[]> {
  const startedAt = performance.now();
  await reader.call('GET', UNREAD);
  return [performance.now() - startedAt];
}

/** Feeds with all their articles' text, on loopback. */
export async function startWeb(size: number): Promise<{ urls: string[]; stop(): Promise<void> }> {
  const server = createServer((request, response) => {
    const feed = Number(request.url?.slice(1));
    response.setHeader('content-type', 'application/rss+xml; charset=utf-8');
    response.end(feedDocument(feed, Math.min(ITEMS, size - feed * ITEMS)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const urls = Array.from({ length: Math.ceil(size / ITEMS) }, (_, feed) => `http://127.0.0.1:${port}/${feed}`);
  return {
    urls,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function feedDocument(feed: number, items: number): string {
  const parts = Array.from({ length: items }, (_, item) => {
    const number = feed * ITEMS + item;
    const { title, paragraphs } = makeArticle(number);
    const html = paragraphs.map((text) => `&lt;p&gt;${text}&lt;/p&gt;`).join('');
    return `<item><title>${title}</title><link>https://paper${feed}.example/${number}</link><guid>${number}</guid><description>${html}</description></item>`;
  });
  return `<rss version="2.0"><channel><title>Paper ${feed}</title><link>https://paper${feed}.example/</link>${parts.join('')}</channel></rss>`;
}
