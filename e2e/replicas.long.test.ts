import { startStaticFeeds } from '@alt/testing/hostile/index.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, readEvents, register } from './client.ts';
import { type Machine, startMachine } from './harness.ts';
import { counts, findMiscounted, makeAllDue, opmlOf, untilStored } from './stored.ts';

const FEEDS = process.env.ALT_TEST_LONG ? 2_000 : 100;
const ITEMS = 10;
const ROUNDS = process.env.ALT_TEST_LONG ? 4 : 2;
const POLLERS = 3;

describe('three pre-processors and two backends, each a process, with one Postgres', () => {
  let machine: Machine;
  let web: Awaited<ReturnType<typeof startStaticFeeds>>;
  let reader: Client;

  beforeAll(async () => {
    web = await startStaticFeeds({ feeds: FEEDS, items: ITEMS });
    machine = await startMachine('a process per service', {
      allow: [new URL(web.origin).host],
      replicas: { 'pre-processor': POLLERS, 'alt-backend': 2 },
      without: ['tag-generator', 'search-indexer', 'news-creator'],
    });
    reader = await register(machine.origin, 'ada@example.org');
  }, 180_000);

  afterAll(async () => {
    await machine?.stop();
    await web?.stop();
  });

  it('lose and double nothing of a refresh while they are killed and started again throughout', async () => {
    await reader.post('/v1/opml', opmlOf(web.urls));
    let published = ITEMS;
    for (let round = 0; round < ROUNDS; round += 1) {
      if (round > 0) {
        web.publish(5);
        published += 5;
        await makeAllDue(machine);
      }
      const all = published * FEEDS;
      const fresh = round === 0 ? all : 5 * FEEDS;
      for (let killed = 0; killed < POLLERS; killed += 1) {
        const target = all - fresh + Math.floor((fresh * (killed + 1)) / (POLLERS + 2));
        await untilStored(machine, (count) => count >= target, `round ${round}: ${target} articles`);
        await machine.kill('pre-processor', 'SIGKILL', killed);
        await machine.kill('alt-backend', 'SIGKILL', killed % 2);
        await Promise.all([machine.start('pre-processor', killed), machine.start('alt-backend', killed % 2)]);
      }
      await makeAllDue(machine); // as if the leases of what was killed had passed
      await untilStored(machine, (count) => count === all, `round ${round}: ${all} articles`);
      expect(await counts(machine)).toEqual({ articles: all, entries: all, doubled: 0 });
      expect(await findMiscounted(machine)).toEqual([]);
      expect((await reader.get('/v1/counters')).json.unread).toBe(all);
    }
  }, 1_200_000);

  it('share the work: each of the pre-processors polls some of the feeds', async () => {
    const before = await Promise.all(pollers().map(polled));
    let shares = before.map(() => 0);
    // One may have taken all of a round before another has woken.
    for (let more = 1; more <= 5 && shares.includes(0); more += 1) {
      web.publish(1);
      await makeAllDue(machine);
      await untilStored(
        machine,
        (count) => count === (ITEMS + 5 * (ROUNDS - 1) + more) * FEEDS,
        'one more of each feed',
      );
      const after = await Promise.all(pollers().map(polled));
      shares = after.map((count, index) => count - (before[index] ?? 0));
    }
    expect(shares.reduce((sum, share) => sum + share)).toBeGreaterThanOrEqual(FEEDS);
    for (const share of shares) expect(share).toBeGreaterThan(0);
  }, 300_000);

  it('tell of a change at one backend in a stream of the other', async () => {
    const other = { ...reader, origin: machine.originOf('alt-backend', 1) };
    const [entry] = (await reader.get('/v1/entries?limit=1')).json.items;
    const events = await readEvents(other, {
      onOpen: async () => void (await reader.patch('/v1/entries', { ids: [entry.id], starred: true })),
      isEnough: (all) => all.some(({ data }) => JSON.stringify(data).includes(`"${entry.id}"`)),
    });
    expect(events.length).toBeGreaterThan(0);
  }, 120_000);

  const pollers = () => Array.from({ length: POLLERS }, (_, replica) => machine.originOf('pre-processor', replica));
});

/** Polls that a pre-processor counted since it started. */
async function polled(origin: string): Promise<number> {
  const text = await (await fetch(`${origin}/metrics`)).text();
  const lines = text.matchAll(/^alt_polls_total(?:\{[^}]*\})? (\d+)/gm);
  return [...lines].reduce((sum, [, count]) => sum + Number(count), 0);
}
