import { type Database, statement } from '@alt/database';
import { startFakeLlm } from '@alt/testing/fake-llm.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BuiltService } from '../cli/registry.ts';
import { startDemoWeb } from '../demo/server.ts';
import { type Client, register } from './client.ts';
import { eventually, type Machine, shapesAtLength, startMachine } from './harness.ts';
import { counts, findMiscounted, stagesDone, withDatabase } from './stored.ts';

const HANG_GUARD_MS = 300_000;
const MINIMUM_ARTICLES = 50;
/** A batch of a stage may be over before its worker is killed; then it is begun again. */
const KILLS = 8;
const MARK = 'zanzivex';

/** Feeds on this machine are their tenant's own, and are compared with nothing: they become everybody's, and two share pages. */
const SAME_PAGES = `update feeds set tenant_id = null;
  with numbered as (
    select id, url, sort_at, feed_id, row_number() over (partition by feed_id order by id) as place from articles
  ), chosen as (
    select feed_id, row_number() over (order by count(*) desc, feed_id) as rank from articles group by feed_id
  )
  update articles set url = a.url, sort_at = a.sort_at
  from numbered a, numbered b, chosen one, chosen two
  where one.rank = 1 and two.rank = 2 and a.feed_id = one.feed_id and b.feed_id = two.feed_id and a.place = b.place
    and articles.id = b.id and a.place <= 5`;

interface WorkedStage {
  stage: string;
  /** Whose process works it. */
  service: BuiltService;
  /** What has to be there first. */
  prepare?: string;
  /** Takes away what the stage made, so that only a save brings it back. */
  undo: string;
  /** What it made, in an order that is always the same. */
  made: string;
}

const STAGES: WorkedStage[] = [
  {
    stage: 'extract',
    service: 'pre-processor',
    undo: `update article_contents set full_state = 'pending', full_html = null, full_text = null, full_details = null
      where full_state = 'ready'`,
    made: `select article_id, full_state, length(full_text) as made from article_contents order by 1`,
  },
  {
    stage: 'summarise',
    service: 'pre-processor',
    undo: 'delete from article_summaries',
    made: `select article_id, language, engine, md5(summary) as made from article_summaries order by 1, 2, 3`,
  },
  {
    stage: 'cluster',
    service: 'pre-processor',
    prepare: SAME_PAGES,
    undo: 'delete from clusters; delete from article_keys',
    made: 'select article_id from cluster_members order by 1',
  },
  {
    stage: 'tag',
    service: 'tag-generator',
    undo: 'delete from article_keyphrases; delete from article_tags',
    made: `select distinct k.article_id, t.article_id is not null as made
      from article_keyphrases k left join article_tags t on t.article_id = k.article_id order by 1`,
  },
  {
    stage: 'refine',
    service: 'tag-generator',
    // What the model chose first has the score 1, and nothing else has.
    undo: 'update article_keyphrases set score = score * 0.3',
    made: 'select distinct article_id from article_keyphrases where score = 1 order by 1',
  },
  {
    stage: 'index',
    service: 'search-indexer',
    undo: `update articles set title = regexp_replace(title, ' ${MARK}\\d*$', '') || ' ${MARK}' || (random() * 1e9)::bigint`,
    made: 'select id from articles order by 1',
  },
];

const claimedIn = statement<{ count: number }>(
  'crash_claimed',
  `select count(*) as count from article_stages where stage = $1 and state = 'claimed'`,
);
/** As an edit asks for it: under a new hash for the index, under the same one for the others. */
const workAgain = statement(
  'crash_again',
  `update article_stages set state = 'waiting', claimed_by = null, claimed_until = null, next_attempt_at = now(),
     content_hash = case when stage = 'index' then uuid_send(uuidv7()) else content_hash end
   where stage = $1 and state = 'done'`,
);
/** What is parked has said why; nothing else may have cost a try. */
const attempts = statement<{ stage: string; attempts: number }>(
  'crash_attempts',
  `select stage, sum(attempts)::int as attempts from article_stages where state <> 'parked' group by 1
   having sum(attempts) > 0`,
);
const ended = statement<{ stage: string; state: string; count: number }>(
  'crash_ended',
  'select stage, state, error, count(*) as count from article_stages group by 1, 2, 3 order by 1, 2, 3',
);
const undone = statement<{ stage: string; state: string; count: number }>(
  'crash_undone',
  `select stage, state, error, count(*) as count from article_stages where state in ('waiting', 'claimed') group by 1, 2, 3`,
);
const summaries = statement<{ articles: number; summaries: number; engines: string[] }>(
  'crash_summaries',
  `select count(*) as summaries, count(distinct article_id) as articles,
     array(select distinct engine from article_summaries order by 1) as engines from article_summaries`,
);

/** What a model could not write at the first try is due again, as minutes later. */
const makeDue = `update article_stages set next_attempt_at = now() where state = 'waiting' and next_attempt_at > now();
  notify alt_stages`;

/** The leases of what was killed are over, as two minutes later. */
async function endLeases(database: Database): Promise<void> {
  await database.script(`update article_stages set claimed_until = now() where state = 'claimed'; notify alt_stages`);
}

describe.each(shapesAtLength('a process per service'))(
  'a worker killed in the middle of its stage, in Alt as %s',
  (shape) => {
    let web: Awaited<ReturnType<typeof startDemoWeb>>;
    let llm: Awaited<ReturnType<typeof startFakeLlm>>;
    let machine: Machine;
    let ada: Client;

    beforeAll(async () => {
      web = await startDemoWeb({ slowDelayMs: 100 });
      llm = await startFakeLlm();
      llm.answerWith(answerOf);
      machine = await startMachine(shape, {
        allow: [...web.hosts, new URL(llm.origin).host],
        environment: { OLLAMA_HOST: llm.origin },
      });
      ada = await register(machine.origin, 'ada@example.org');
      await follow(ada, web.origin);
      await allDone(machine);
    }, HANG_GUARD_MS);
    afterAll(async () => {
      await machine?.stop();
      await llm?.stop();
      await web?.stop();
    });

    test.each(STAGES)(
      '$stage loses nothing and does nothing twice',
      async (worked) => {
        const look = () =>
          withDatabase(machine, async (database) => ({
            stored: await counts(machine),
            ended: await database.all(ended),
            made: await database.all(statement(`crash_made_${worked.stage}`, worked.made)),
          }));
        if (worked.prepare) await again(machine, worked.stage, worked.prepare);
        await allDone(machine);
        const before = await look();
        expect(before.made.length).toBeGreaterThan(0);
        await killAmid(machine, worked);
        await allDone(machine);
        expect(await look()).toEqual(before);
        expect(await withDatabase(machine, (database) => database.all(attempts))).toEqual([]);
        expect(await findMiscounted(machine)).toEqual([]);
        await foundOnce(ada);
        if (worked.stage === 'index') await foundByMarks(ada);
      },
      HANG_GUARD_MS,
    );
  },
);

/** Undoes what a stage made, and kills its worker while it has articles of the stage in hand. */
async function killAmid(machine: Machine, { stage, service, undo }: WorkedStage): Promise<void> {
  let inHand = 0;
  for (let kills = 0; kills < KILLS && inHand === 0; kills += 1) {
    await again(machine, stage, undo);
    await withDatabase(machine, (database) => untilClaimed(database, stage));
    await machine.kill(service, 'SIGKILL');
    inHand = (await withDatabase(machine, (database) => database.one(claimedIn, [stage])))?.count ?? 0;
    await machine.start(service);
    await withDatabase(machine, endLeases);
    if (inHand === 0) await allDone(machine);
  }
  expect(inHand, `articles of ${stage} in the hand of who was killed`).toBeGreaterThan(0);
}

/** Changes what the stage works on or made, and lets it work every article again. */
async function again(machine: Machine, stage: string, change: string): Promise<void> {
  await withDatabase(machine, async (database) => {
    await database.script(change);
    await database.run(workAgain, [stage]);
    await database.script('notify alt_stages');
  });
}

/** Asked for tags, the model takes the last candidate, which is nobody else's first; asked for a summary, the beginning. */
function answerOf({ prompt }: { prompt: string }): string | null {
  const candidates = /Candidates: (.*)$/s.exec(prompt)?.[1];
  if (candidates !== undefined) return JSON.stringify({ tags: [candidates.split('; ').at(-1)] });
  const text = prompt.includes('"scores"') ? undefined : /<text>\s*([\s\S]*?)\s*<\/text>/.exec(prompt)?.[1];
  return text === undefined ? null : (/^[\s\S]{120,}?[.!?。！？]/u.exec(text)?.[0] ?? text);
}

/** It hangs before. What each of them is to news-creator, its own tests say. */
const BEHAVIOURS = process.env.ALT_TEST_LONG
  ? (['die', 'junk', 'too-many', 'hang'] as const)
  : (['die', 'junk'] as const);

describe('a model server that fails', () => {
  let web: Awaited<ReturnType<typeof startDemoWeb>>;
  let llm: Awaited<ReturnType<typeof startFakeLlm>>;
  let machine: Machine;
  let ada: Client;

  beforeAll(async () => {
    web = await startDemoWeb({ slowDelayMs: 100 });
    llm = await startFakeLlm();
    llm.answerWith(answerOf);
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
    'holds up what it is asked for alone, burns no attempt, and is done with every article when it is back',
    async () => {
      let seenUndone: unknown[] = [];
      const waiting = () => withDatabase(machine, (database) => database.all(undone));
      await eventually(async () => llm.requests.length > 0, 'a request to the model', 60_000);
      await eventually(
        async () => (await waiting()).every(({ stage }) => stage === 'summarise' || stage === 'refine'),
        'all other stages',
        120_000,
      );
      await foundOnce(ada);
      for (const behaviour of BEHAVIOURS) {
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
    },
    HANG_GUARD_MS,
  );
});

/** Waits for all stages; if that is in vain, shows what is left. */
async function allDone(machine: Machine): Promise<void> {
  await stagesDone(machine).catch(async (error: unknown) => {
    expect(await withDatabase(machine, (database) => database.all(undone))).toEqual([]);
    throw error;
  });
}

async function follow(reader: Client, origin: string): Promise<void> {
  await reader.post('/v1/opml', await (await fetch(`${origin}/subscriptions.opml`)).text());
  await eventually(
    async () => (await reader.get('/v1/counters')).json.unread >= MINIMUM_ARTICLES,
    'articles of the demo',
    120_000,
  );
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

/** Search finds every article by the word that its title was given last, and no other article. */
async function foundByMarks(reader: Client): Promise<void> {
  const { items } = (await reader.get('/v1/entries?limit=200')).json as { items: { id: string; title: string }[] };
  expect(items.length).toBeGreaterThanOrEqual(MINIMUM_ARTICLES);
  for (const { id, title } of items) {
    const { json } = await reader.get(`/v1/search?${new URLSearchParams({ q: `"${title.split(' ').at(-1)}"` })}`);
    expect(
      json.items.map((item: { id: string }) => item.id),
      title,
    ).toEqual([id]);
  }
}
