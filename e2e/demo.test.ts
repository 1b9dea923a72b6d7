import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Client, register } from './client.ts';
import { eventually, type Machine, startMachine } from './harness.ts';

let machine: Machine;
let reader: Client;

beforeAll(async () => {
  machine = await startMachine('one process', { args: ['--demo'] });
}, 60_000);

afterAll(() => machine?.stop());

const followed = async (): Promise<{ id: string; feed: { url: string } }[]> =>
  (await reader.get('/v1/subscriptions?limit=200')).json.items;

it('gives the first account of the demo something to read, in folders', async () => {
  reader = await register(machine.origin, 'ada@example.org');
  const items = await eventually(async () => ((await followed()).length > 0 ? followed() : null), 'the blogs');
  expect(items.length).toBeGreaterThanOrEqual(12);
  expect((await reader.get('/v1/folders')).json.items.length).toBeGreaterThan(1);
  await eventually(async () => (await reader.get('/v1/counters')).json.unread > 50, 'essays to read', 60_000);
}, 90_000);

it('leaves later accounts and the next start to their owner', async () => {
  const [gone, ...kept] = await followed();
  await reader.delete(`/v1/subscriptions/${gone?.id}`);
  await machine.kill('gateway', 'SIGTERM');
  await machine.start('gateway');
  expect((await followed()).map(({ feed }) => feed.url)).toEqual(kept.map(({ feed }) => feed.url));
  // The blogs are where they were.
  expect((await fetch(kept[0]?.feed.url ?? '')).status).toBe(200);
}, 60_000);
