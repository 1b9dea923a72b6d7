import { startStaticFeeds } from '@alt/testing/hostile/index.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, register } from './client.ts';
import { type Machine, startMachine } from './harness.ts';
import { counts, findMiscounted, makeAllDue, opmlOf, postmasterPid, untilStored } from './stored.ts';

const ROUNDS = process.env.ALT_TEST_LONG ? 20 : 2;
const FEEDS = 200;
const ITEMS = process.env.ALT_TEST_LONG ? 20 : 10;

describe('kill -9 in the middle of a refresh', () => {
  let machine: Machine;
  let web: Awaited<ReturnType<typeof startStaticFeeds>>;
  let reader: Client;
  let published = ITEMS;

  beforeAll(async () => {
    web = await startStaticFeeds({ feeds: FEEDS, items: ITEMS });
    machine = await startMachine('one process', { allow: [new URL(web.origin).host] });
    reader = await register(machine.origin, 'ada@example.org');
  }, 120_000);

  afterAll(async () => {
    await machine?.stop();
    await web?.stop();
  });

  it('leaves every article exactly once and every counter true', async () => {
    await reader.post('/v1/opml', opmlOf(web.urls));
    for (let round = 1; round <= ROUNDS; round += 1) {
      if (round > 1) {
        web.publish(5);
        published += 5;
        await makeAllDue(machine);
      }
      const before = round === 1 ? 0 : (published - 5) * FEEDS;
      await crashDuringRefresh(machine, round, { before, fresh: published * FEEDS - before });
      await makeAllDue(machine);
      const all = published * FEEDS;
      await untilStored(machine, (count) => count === all, `round ${round}: ${all} articles`);
      const seen = await counts(machine);
      expect(seen).toEqual({ articles: all, entries: all, doubled: 0 });
      expect(await findMiscounted(machine)).toEqual([]);
      expect((await reader.get('/v1/counters')).json.unread).toBe(all);
    }
  }, 1_200_000);
});

/** Waits until some, but not all, is stored; then kills the whole process, or Postgres under it, and starts again. */
async function crashDuringRefresh(
  machine: Machine,
  round: number,
  articles: { before: number; fresh: number },
): Promise<void> {
  const share = 0.1 + 0.8 * Math.random();
  const target = articles.before + Math.floor(share * articles.fresh);
  await untilStored(machine, (count) => count >= target, `round ${round}: ${target} articles`);
  if (round % 2 === 0) process.kill(postmasterPid(machine), 'SIGKILL');
  await machine.kill('alt-backend', 'SIGKILL');
  await machine.start('alt-backend');
}
