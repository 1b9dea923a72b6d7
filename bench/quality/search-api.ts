import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, statement } from '@alt/database';
import { type BenchReader, makeReader, startPlatform } from '../platform.ts';
import { follow } from '../polling.ts';
import type { Collection } from './search.ts';

/** A first poll keeps so many items of a feed. */
const ITEMS_A_FEED = 1_000;
const LOOK_EVERY_MS = 500;
const PAGE = 200;
/** What `GET /v1/search` takes. */
const QUERY_LENGTH = 500;

/**
 * The rankings of a collection's questions by `GET /v1/search`: its documents are articles of feeds that a reader
 * follows, in an Alt as a user starts it, indexed and put into stories.
 */
export async function rankThroughApi(
  collection: Pick<Collection, 'documents' | 'queries'>,
  depth: number,
): Promise<Map<string, string[]>> {
  const web = await startWeb(collection.documents);
  const platform = await startPlatform({ environment: { ALT_EGRESS_ALLOW: '127.0.0.0/8' } });
  try {
    const reader = await makeReader(platform.origin);
    await follow(reader, web.urls);
    await untilFound(platform.open('alt'), collection.documents.length);
    const rankings = new Map<string, string[]>();
    for (const { id, text } of collection.queries) rankings.set(id, await rank(reader, text, depth));
    return rankings;
  } finally {
    await platform.stop();
    await web.stop();
  }
}

const selectState = statement<{ articles: number; unfinished: number; isComplete: boolean }>(
  'quality_search_state',
  `select (select count(*) from articles) as articles,
     (select count(*) from article_stages where stage in ('index', 'cluster') and state not in ('done', 'parked')) as unfinished,
     exists (select from search_indexes where completed_at is not null) as "isComplete"`,
);

async function untilFound(database: Database, count: number): Promise<void> {
  for (;;) {
    const state = await database.one(selectState);
    if (state && state.articles >= count && state.unfinished === 0 && state.isComplete) return;
    await sleep(LOOK_EVERY_MS);
  }
}

interface Page {
  items: { url: string }[];
  nextCursor: string | null;
}

async function rank(reader: BenchReader, question: string, depth: number): Promise<string[]> {
  const q = plainWords(question);
  const ids: string[] = [];
  for (let cursor: string | null = ''; cursor !== null && ids.length < depth; ) {
    const query = new URLSearchParams({ q, limit: String(PAGE), ...(cursor === '' ? {} : { cursor }) });
    const page = (await reader.call('GET', `/v1/search?${query}`)) as Page;
    ids.push(...page.items.map(({ url }) => decodeURIComponent(new URL(url).pathname.slice(1))));
    cursor = page.nextCursor;
  }
  return ids.slice(0, depth);
}

/** The words of a question without the signs and the capitals that would be operators, as many as a query may hold. */
function plainWords(question: string): string {
  const words = question.toLowerCase().match(/[\p{L}\p{N}]+(?:[-'.][\p{L}\p{N}]+)*/gu) ?? [];
  let text = '';
  for (const word of words.slice(0, 100)) {
    if (text.length + word.length + 1 > QUERY_LENGTH) break;
    text += `${text === '' ? '' : ' '}${word}`;
  }
  return text;
}

async function startWeb(documents: Collection['documents']): Promise<{ urls: string[]; stop(): Promise<void> }> {
  const server = createServer((request, response) => {
    const feed = /^\/feed-(\d+)$/.exec(request.url ?? '')?.[1];
    if (feed === undefined) {
      response.writeHead(404).end();
      return;
    }
    const from = Number(feed) * ITEMS_A_FEED;
    response.setHeader('content-type', 'application/feed+json');
    response.end(feedOf(feed, documents.slice(from, from + ITEMS_A_FEED), `http://${request.headers.host}`));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const feeds = Math.ceil(documents.length / ITEMS_A_FEED);
  return {
    urls: Array.from({ length: feeds }, (_, feed) => `http://127.0.0.1:${port}/feed-${feed}`),
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function feedOf(name: string, documents: Collection['documents'], origin: string): string {
  return JSON.stringify({
    version: 'https://jsonfeed.org/version/1.1',
    title: `Documents ${name}`,
    items: documents.map(({ id, title, text }) => ({
      id,
      url: `${origin}/${encodeURIComponent(id)}`,
      title,
      // Both collections repeat the title in the text; a feed does not.
      content_text: text.startsWith(title) ? text.slice(title.length) : text,
    })),
  });
}
