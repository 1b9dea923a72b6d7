import { type Database, statement } from '@alt/database';
import { startFakeLlm } from '@alt/testing/fake-llm.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BuiltService } from '../cli/registry.ts';
import { startDemoWeb } from '../demo/server.ts';
import { type Client, register } from './client.ts';
import { eventually, type Machine, shapes, startMachine } from './harness.ts';
import { counts, findMiscounted, stagesDone, withDatabase } from './stored.ts';

const HANG_GUARD_MS = 300_000;
const MINIMUM_ARTICLES = 50;

/** Every stage and whose process works it. */
const WORKERS: [stage: string, service: BuiltService][] = [
  ['extract', 'pre-processor'],
  ['summarise', 'pre-processor'],
  ['cluster', 'pre-processor'],
  ['tag', 'tag-generator'],
  ['index', 'search-indexer'],
];

const claimedIn = statement<{ count: number }>(
  'crash_claimed',
  `select count(*) as count from article_stages where stage = $1 and state = 'claimed'`,
);
const workAgain = statement(
  'crash_again',
  `update article_stages set state = 'waiting', claimed_by = null, claimed_until = null, next_attempt_at = now()
   where stage = $1 and state = 'done'`,
);
const attempts = statement<{ stage: string; attempts: number }>(
  'crash_attempts',
  `select stage, sum(attempts)::int as attempts from article_stages where stage <> 'extract' group by 1 having sum(attempts) > 0`,
);
// `refine` asks the model for tags, which the one of this test knows nothing of.
const undone = statement<{ stage: string; state: string; count: number }>(
  'crash_undone',
  `select stage, state, count(*) as count from article_stages where stage not in ('extract', 'refine') and state <> 'done' group by 1, 2`,
);
const summaries = statement<{ articles: number; summaries: number; first: string; engines: string[] }>(
  'crash_summaries',
  `select count(*) as summaries, count(distinct article_id) as articles, min(created_at)::text as first,
     array(select distinct engine from article_summaries order by 1) as engines from article_summaries`,
);
const tagged = statement<{ count: number }>(
  'crash_tagged',
  'select count(distinct article_id) as count from article_tags',
);

/** What a model could not write at the first try is due again, as minutes later. */
const makeDue = `update article_stages set next_attempt_at = now() where state = 'waiting' and next_attempt_at > now();
  notify alt_stages`;

/** The leases of what was killed are over, as two minutes later. */
async function endLeases(database: Database): Promise<void> {
  await database.script(`update article_stages set claimed_until = now() where state = 'claimed'; notify alt_stages`);
}

describe.each(shapes)('a worker killed in the middle of its stage, in Alt as %s', (shape) => {
  let web: Awaited<ReturnType<typeof startDemoWeb>>;
  let machine: Machine;
  let ada: Client;

  beforeAll(async () => {
    web = await startDemoWeb({ slowDelayMs: 100 });
    machine = await startMachine(shape, { allow: web.hosts });
    ada = await register(machine.origin, 'ada@example.org');
    await follow(ada, web.origin);
    await stagesDone(machine);
  }, HANG_GUARD_MS);
  afterAll(async () => {
    await machine?.stop();
    await web?.stop();
  });

  test.each(WORKERS)(
    '%s loses nothing and does nothing twice',
    async (stage, service) => {
      const look = () =>
        withDatabase(machine, async (database) => ({
          stored: await counts(machine),
          summaries: await database.one(summaries),
          tagged: await database.one(tagged),
        }));
      const before = await look();
      await withDatabase(machine, async (database) => {
        if (stage === 'extract') await askForFullTexts(ada);
        else await database.run(workAgain, [stage]);
        await database.script('notify alt_stages');
        await untilClaimed(database, stage);
      });
      await machine.kill(service, 'SIGKILL');
      await machine.start(service);
      await withDatabase(machine, endLeases);
      await stagesDone(machine);
      expect(await withDatabase(machine, (database) => database.all(undone))).toEqual([]);
      expect(await withDatabase(machine, (database) => database.all(attempts))).toEqual([]);
      const after = await look();
      // Full texts are summarised and tagged anew.
      expect(after.stored).toEqual(before.stored);
      if (stage !== 'extract') expect(after).toEqual(before);
      expect(after.summaries?.summaries).toBe(after.summaries?.articles);
      expect(await findMiscounted(machine)).toEqual([]);
      await foundOnce(ada);
    },
    HANG_GUARD_MS,
  );
});

describe('a model server that fails', () => {
  let web: Awaited<ReturnType<typeof startDemoWeb>>;
  let llm: Awaited<ReturnType<typeof startFakeLlm>>;
  let machine: Machine;
  let ada: Client;

  beforeAll(async () => {
    web = await startDemoWeb({ slowDelayMs: 100 });
    llm = await startFakeLlm();
    llm.behave('hang');
    machine = await startMachine('one process', {
      allow: [...web.hosts, new URL(llm.origin).host],
      environment: { OLLAMA_HOST: llm.origin, ALT_LLM_TIMEOUT_SECONDS: '1' },
    });
    ada = await register(machine.origin, 'ada@example.org');
    await follow(ada, web.origin);
  }, HANG_GUARD_MS);
  afterAll(async () => {
    await machine?.stop();
    await llm?.stop();
    await web?.stop();
  });

  test(
    'holds up summaries alone, burns no attempt, and is done with every article when it is back',
    async () => {
      let seenUndone: unknown[] = [];
      const waiting = () => withDatabase(machine, (database) => database.all(undone));
      await eventually(async () => llm.requests.length > 0, 'a request to the model', 60_000);
      await eventually(
        async () => (await waiting()).every(({ stage }) => stage === 'summarise'),
        'all other stages',
        120_000,
      );
      await foundOnce(ada);
      for (const behaviour of ['die', 'junk', 'too-many', 'hang'] as const) {
        llm.behave(behaviour);
        const seen = llm.requests.length;
        // A pause is a minute long; a new process knows nothing of it.
        await machine.kill('pre-processor', 'SIGKILL');
        await machine.start('pre-processor');
        await withDatabase(machine, endLeases);
        await eventually(async () => llm.requests.length > seen, `a request to the model: ${behaviour}`, 60_000);
      }
      expect(await withDatabase(machine, (database) => database.one(summaries))).toMatchObject({ summaries: 0 });
      expect(await withDatabase(machine, (database) => database.all(attempts))).toEqual([]);
      llm.behave('good');
      await machine.kill('pre-processor', 'SIGTERM');
      await machine.start('pre-processor');
      await withDatabase(machine, endLeases);
      await withDatabase(machine, (database) =>
        eventually(
          async () => {
            await database.script(makeDue);
            seenUndone = await database.all(undone);
            return seenUndone.length === 0;
          },
          'all stages after the outage',
          120_000,
        ).catch((error: unknown) => {
          expect(seenUndone).toEqual([]);
          throw error;
        }),
      );
      const made = await withDatabase(machine, (database) => database.one(summaries));
      expect(made?.summaries).toBe(made?.articles);
      expect(made?.articles).toBeGreaterThanOrEqual(MINIMUM_ARTICLES);
      expect(made?.engines).toContain('ollama/fake:1b');
      expect((await withDatabase(machine, (database) => database.all(undone))).map(({ stage }) => stage)).toEqual([]);
    },
    HANG_GUARD_MS,
  );
});

async function follow(reader: Client, origin: string): Promise<void> {
  await reader.post('/v1/opml', await (await fetch(`${origin}/subscriptions.opml`)).text());
  await eventually(
    async () => (await reader.get('/v1/counters')).json.unread >= MINIMUM_ARTICLES,
    'articles of the demo',
    120_000,
  );
}

async function askForFullTexts(reader: Client): Promise<void> {
  const { items } = (await reader.get('/v1/entries?limit=30')).json as { items: { id: string }[] };
  await Promise.all(items.map(({ id }) => reader.post(`/v1/entries/${id}/full-text`)));
}

/** Looks without a pause: a batch of a stage may take a few milliseconds only. */
async function untilClaimed(database: Database, stage: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (((await database.one(claimedIn, [stage]))?.count ?? 0) === 0) {
    if (Date.now() > deadline) throw new Error(`nobody took anything of ${stage}`);
  }
}

/** Search finds the newest articles by their titles, each once. */
async function foundOnce(reader: Client): Promise<void> {
  const { items } = (await reader.get('/v1/entries?limit=20')).json as { items: { id: string; title: string }[] };
  for (const { id, title } of items) {
    const words = title.replace(/[^\p{L}\p{N}\p{M}]+/gu, ' ').trim();
    if (!words) continue;
    const { status, json, text } = await reader.get(`/v1/search?${new URLSearchParams({ q: words, limit: '50' })}`);
    expect(status, text).toBe(200);
    expect(
      json.items.filter((item: { id: string }) => item.id === id),
      title,
    ).toHaveLength(1);
  }
}
