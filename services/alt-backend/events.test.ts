import { updateEntries } from '@alt/contracts';
import { type Host, route } from '@alt/service-kit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createEventHub, type EventHub } from './events.ts';
import type { AsReader } from './store/readers.ts';
import { changeEntries } from './stories.ts';
import { makeReader, openBackend, type TestBackend, type TestClient } from './testing.ts';

const ADA = makeReader(1);

let backend: TestBackend;
let hub: EventHub;
let client: TestClient;
/** Nothing new is let in. */
const closing = new AbortController();
/** What the database tells of. */
let tell: () => void;
/** How often the hub looked whose streams are behind. */
let looks = 0;
/** What a stream reads waits here after it was read. */
let hold: () => Promise<void> = async () => {};

beforeAll(async () => {
  backend = await openBackend();
  const { database } = backend;
  const asReader: AsReader = async (reader, work, options) => {
    const value = await backend.asReader(reader, work, options);
    await hold();
    return value;
  };
  const host = {
    closing: closing.signal,
    listen: async (_channel: string, onNotify: () => void) => {
      tell = onNotify;
      return async () => {};
    },
  } as unknown as Host;
  const counting = {
    ...database,
    all: async (...asked: Parameters<typeof database.all>) => {
      const rows = await database.all(...asked);
      looks += 1;
      return rows;
    },
  } as typeof database;
  hub = await createEventHub({ host, database: counting, asReader, identify: async () => ADA });
  client = backend.serve([
    hub.route,
    route(updateEntries, ({ body, reader }) =>
      backend.asReader(reader, (tx, id) => changeEntries(tx, reader, id, body), { retry: true }),
    ),
  ]);
});

afterAll(async () => {
  await hub.stop();
  await backend.drop();
});

test('what changes while a stream is being sent to is sent after it, without another change', async () => {
  const feed = await backend.makeFeed('paper', ADA);
  const ids = [];
  for (const title of ['One', 'Two']) ids.push(String(await backend.makeArticle(feed, { title })));
  const star = (id = '') => client('PATCH', '/v1/entries', { as: ADA, body: { ids: [id], starred: true } });
  const response = await client('GET', '/v1/events', { as: ADA });
  let received = '';
  const reading = (async () => {
    for await (const text of response.body?.pipeThrough(new TextDecoderStream()) ?? []) received += text;
  })();
  const [isRead, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  hold = async () => {
    hold = async () => {};
    isRead.resolve();
    await release.promise;
  };
  await star(ids[0]);
  tell();
  await isRead.promise; // and not sent yet
  const before = looks;
  await star(ids[1]);
  tell();
  await expect.poll(() => looks, { timeout: 20_000 }).toBeGreaterThan(before);
  release.resolve();
  for (const id of ids) {
    await expect.poll(() => received, { timeout: 20_000 }).toMatch(new RegExp(`event: entries.*"id":"${id}"`, 's'));
  }
  closing.abort();
  await reading;
});

test('when nothing new is let in, a stream that comes nevertheless says what there is and ends well', async () => {
  const text = await (await client('GET', '/v1/events?since=0', { as: ADA })).text();
  expect(text).toMatch(/id: \d+\nevent: counters/);
});
