import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Client, register } from './client.ts';
import { eventually, type Machine, startMachine } from './harness.ts';

let feed = '';
let server: Server;
let machine: Machine;
let reader: Client;

beforeAll(async () => {
  server = createServer((_request, response) => response.setHeader('content-type', 'application/rss+xml').end(feed));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  machine = await startMachine('one process', { allow: ['127.0.0.1'] });
  reader = await register(machine.origin, 'ada@example.org');
}, 120_000);

afterAll(async () => {
  await machine?.stop();
  server?.close();
});

const itemWith = (comments: number, transcript: string) => `<rss version="2.0"><channel><title>Quayside Radio</title>
  <item><guid>1</guid><title>The ferry bell</title><link>https://quay.example/1</link><comments>https://quay.example/1#talk</comments>
  <slash:comments>${comments}</slash:comments><georss:point>59.914 10.752</georss:point>
  <georss:featurename>Oslo</georss:featurename><itunes:season>2</itunes:season><podcast:episode>5</podcast:episode>
  ${transcript}<podcast:person role="guest" img="https://quay.example/mia.jpg">Mia</podcast:person></item></channel></rss>`;

it('what a feed says of comments, place and episode reaches the reader, and follows the feed', async () => {
  feed = itemWith(3, '');
  const { port } = server.address() as AddressInfo;
  const made = await reader.post('/v1/subscriptions', { url: `http://127.0.0.1:${port}/feed` });
  expect(made.status, made.text).toBe(201);
  const { items } = (await reader.get('/v1/entries')).json;
  expect(items[0]).not.toHaveProperty('comments');
  const read = async () => (await reader.get(`/v1/entries/${items[0].id}`)).json;
  const first = await read();
  expect(first).toMatchObject({
    comments: { url: 'https://quay.example/1#talk', feedUrl: null, count: 3 },
    inReplyToUrl: null,
    location: { latitude: 59.914, longitude: 10.752, name: 'Oslo' },
    podcast: { season: 2, episode: 5, isExplicit: false, transcripts: [], chapters: null },
  });
  expect(first.podcast.persons).toEqual([
    { name: 'Mia', role: 'guest', url: null, imageUrl: expect.stringMatching(/^\/v1\/images\//) },
  ]);

  feed = itemWith(4, '<podcast:transcript url="https://quay.example/1.vtt" type="text/vtt" language="en"/>');
  const refreshed = await reader.post(`/v1/subscriptions/${made.json.id}/refresh`);
  expect(refreshed.status).toBe(202);
  const second = await eventually(async () => {
    const entry = await read();
    return entry.comments.count === 4 && entry;
  }, 'the feed is read again');
  expect(second.podcast.transcripts).toEqual([{ url: 'https://quay.example/1.vtt', type: 'text/vtt', language: 'en' }]);
});
