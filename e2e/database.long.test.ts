import { findInstanceHolder, statement } from '@alt/database';
import { startStaticFeeds } from '@alt/testing/hostile/index.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type Client, readEvents, register } from './client.ts';
import { eventually, type Machine, startMachine } from './harness.ts';
import { counts, findMiscounted, makeAllDue, opmlOf, postmasterPid, untilStored, withDatabase } from './stored.ts';

const FEEDS = 50;
const ITEMS = 20;

const busyBackend = statement<{ pid: number }>(
  'database_busy',
  `select pid from pg_stat_activity where usename = 'pre_processor' and state <> 'idle' limit 1`,
);

describe('Postgres killed under a running Alt, in the middle of a refresh', () => {
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

  it('the server: requests get 503 meanwhile, and everything goes on by itself', async () => {
    await reader.post('/v1/opml', opmlOf(web.urls));
    await untilSome(0);
    const before = postmasterPid(machine);
    process.kill(before, 'SIGKILL');
    const seen = await untilServed();
    expect(seen.at(-1)?.status).toBe(200);
    for (const { status, json, headers } of seen.filter((answer) => answer.status !== 200)) {
      expect([status, json.code, headers.get('retry-after')]).toEqual([503, 'database-unavailable', '5']);
    }
    expect(postmasterPid(machine)).not.toBe(before);
    await expectEverything();
  }, 300_000);

  it('one of its backends: likewise, and events go on', async () => {
    const stored = published * FEEDS;
    web.publish(5);
    published += 5;
    await makeAllDue(machine);
    await untilSome(stored);
    const { pid } = await eventually(
      () => withDatabase(machine, (database) => database.one(busyBackend)),
      'a backend at work',
    );
    process.kill(pid, 'SIGKILL');
    await untilServed();
    await expectEverything();
    web.publish(1);
    published += 1;
    const events = await readEvents(reader, {
      isEnough: (all) => all.some(({ event }) => event === 'entries'),
      onOpen: () => makeAllDue(machine),
    });
    expect(events.some(({ event }) => event === 'entries')).toBe(true);
  }, 300_000);

  it('being stopped meanwhile leaves no server behind, and the next start finds everything', async () => {
    process.kill(postmasterPid(machine), 'SIGKILL');
    await machine.kill('gateway', 'SIGTERM');
    expect(findInstanceHolder(machine.dataDir)).toBe(null);
    await machine.start('gateway');
    await expectEverything();
  }, 120_000);

  /** Waits until some, but not all, of what was published is stored. */
  const untilSome = (before: number) =>
    untilStored(machine, (count) => count > before + (published * FEEDS - before) / 10, 'some articles');

  /** Everything that a reader is answered until the first good answer. */
  async function untilServed(): Promise<Answer[]> {
    const answers: Answer[] = [];
    await eventually(
      async () => {
        const answer = await reader.get('/v1/counters');
        answers.push(answer);
        return answer.status === 200 && (await reader.get('/v1/ready')).status === 200;
      },
      'an answer',
      60_000,
    );
    return answers;
  }

  async function expectEverything(): Promise<void> {
    const all = published * FEEDS;
    await untilStored(machine, (count) => count === all, `${all} articles`);
    expect(await counts(machine)).toEqual({ articles: all, entries: all, doubled: 0 });
    expect(await findMiscounted(machine)).toEqual([]);
    expect((await reader.get('/v1/counters')).json.unread).toBe(all);
  }
});
