import { type Database, statement } from '@alt/database';
import { createTestDatabase, type TestDatabase } from '@alt/database/testing.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  claimStage,
  completeStage,
  OutageError,
  ParkedError,
  PostponedError,
  runBatches,
  runStage,
  type StageOptions,
} from './index.ts';

let database: TestDatabase;
let rows: Database;
let first: Database;
let second: Database;

beforeEach(async () => {
  database = await createTestDatabase();
  rows = database.superuser('alt');
  first = database.connectAs('pre_processor');
  second = database.connectAs('pre_processor');
});
afterEach(() => database.drop());

describe('a stage', () => {
  test('is done once for every article, however many workers there are', async () => {
    await addArticles(200);
    const done: number[] = [];
    const work: StageOptions['work'] = async (item) => {
      done.push(item.articleId);
      return async () => {};
    };
    const stops = await Promise.all([first, second].map((db, index) => run(db, { worker: `w${index}`, work })));
    await allInState('done', 200);
    expect(done).toHaveLength(200);
    expect(new Set(done).size).toBe(200);
    await Promise.all(stops.map((stage) => stage.stop()));
  });

  test('goes to another worker when the lease of a dead one is over, and the dead one saves nothing', async () => {
    await addArticles(1);
    const [taken] = await claimStage(first, { stage: 'extract', worker: 'dead', limit: 1, leaseSeconds: 120 });
    const nothing = await claimStage(second, { stage: 'extract', worker: 'heir', limit: 1, leaseSeconds: 120 });
    expect(nothing).toEqual([]);
    await rows.script(`update article_stages set claimed_until = now() - interval '1 second'`);
    const [inherited] = await claimStage(second, { stage: 'extract', worker: 'heir', limit: 1, leaseSeconds: 120 });
    expect(inherited?.articleId).toBe(taken?.articleId);
    if (!taken || !inherited) throw new Error('nothing was claimed');
    expect(await completeStage(first, taken, 'dead')).toBe(false);
    expect(await completeStage(second, inherited, 'heir')).toBe(true);
  });

  test('that is worked in batches does every article once, and one that cannot be done holds up no other', async () => {
    await addArticles(100);
    const sizes: number[] = [];
    const saved: number[] = [];
    const stage = await runBatches({
      database: first,
      stage: 'extract',
      worker: 'w',
      signal: new AbortController().signal,
      maxAttempts: 1,
      concurrency: 2,
      batch: 20,
      workBatch: async (items) => {
        sizes.push(items.length);
        if (items.some(({ articleId }) => articleId % 50 === 0)) throw new Error('this one cannot be done');
        return async (_tx, mine) => {
          saved.push(...mine);
        };
      },
    });
    await allInState('parked', 2);
    await allInState('done', 98);
    await stage.stop();
    expect(Math.max(...sizes)).toBe(20);
    expect(new Set(saved).size).toBe(98);
    expect(saved).toHaveLength(98);
  });

  test('renews its lease while the work runs', async () => {
    await addArticles(1);
    const release = Promise.withResolvers<void>();
    const stage = await run(first, {
      leaseSeconds: 0.3,
      work: async () => {
        await release.promise;
        return async () => {};
      },
    });
    const [{ until } = { until: new Date() }] = await untilFound(() => claimedUntil());
    await untilTrue(async () => ((await claimedUntil())[0]?.until ?? until) > until);
    release.resolve();
    await allInState('done', 1);
    await stage.stop();
  });

  test('is not saved where the content changed meanwhile, and is done again for the new content', async () => {
    await addArticles(1);
    const saved: string[] = [];
    const stage = await run(first, {
      work: async (item) => {
        if (saved.length === 0 && item.contentHash.toString('hex') === '01') {
          await rows.script(`update article_stages set content_hash = '\\x02', state = 'waiting', claimed_by = null`);
        }
        return async () => {
          saved.push(item.contentHash.toString('hex'));
        };
      },
    });
    await allInState('done', 1);
    expect(saved).toEqual(['02']);
    await stage.stop();
  });

  test('is done again at once for content that changed during the work, though the worker looks for more meanwhile', async () => {
    await addArticles(1);
    const changed = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const saved: string[] = [];
    const stage = await run(first, {
      work: async (item) => {
        const hash = item.contentHash.toString('hex');
        if (hash === '01') {
          await rows.script(`update article_stages set content_hash = '\\x02', state = 'waiting', claimed_by = null`);
          changed.resolve();
          await release.promise;
        }
        return async () => {
          saved.push(hash);
        };
      },
    });
    await changed.promise;
    stage.wake();
    await addArticle(2);
    stage.wake();
    await allInState('done', 1); // the second one, by a look for work that met the first waiting
    release.resolve();
    await allInState('done', 2);
    expect(saved).toEqual(['03', '02']);
    await stage.stop();
  });

  test('saves nothing if the save fails, and tries again', async () => {
    await addArticles(1);
    let tries = 0;
    const stage = await run(first, {
      retrySeconds: 0.01,
      work: async (item) => async (tx) => {
        tries += 1;
        await tx.run(statement('test-title', 'update articles set title = $2 where id = $1'), [
          item.articleId,
          `try ${tries}`,
        ]);
        if (tries < 3) throw new Error('the disk is full');
      },
    });
    await allInState('done', 1);
    const titles = await rows.all<{ title: string }>(statement('test-titles', 'select title from articles'));
    expect(titles).toEqual([{ title: 'try 3' }]);
    await stage.stop();
  });

  test('is parked with its reason after the last try, and at once where trying again is no use', async () => {
    const [hopeless, unlucky] = await addArticles(2);
    const stage = await run(first, {
      retrySeconds: 0.01,
      maxAttempts: 3,
      work: async (item) => {
        if (item.articleId === hopeless) throw new ParkedError('behind a paywall');
        throw new Error('no luck');
      },
    });
    await allInState('parked', 2);
    const parked = await rows.all(
      statement('test-parked', 'select article_id, attempts, error from article_stages order by 1'),
    );
    expect(parked).toEqual([
      { article_id: hopeless, attempts: 1, error: 'behind a paywall' },
      { article_id: unlucky, attempts: 3, error: 'no luck' },
    ]);
    await stage.stop();
  });

  test('that lost its article says nothing of it, and the hash that it failed for is tried anew', async () => {
    await addArticles(1);
    const parked: number[] = [];
    const ended: string[] = [];
    const stage = await run(first, {
      onParked: async (_tx, { articleId }) => {
        parked.push(articleId);
      },
      onEnded: (result) => ended.push(result),
      work: async (item) => {
        if (item.contentHash.toString('hex') === '02') return async () => {};
        await rows.script(`update article_stages set content_hash = '\\x02', state = 'waiting', claimed_by = null`);
        throw new ParkedError('behind a paywall');
      },
    });
    await allInState('done', 1);
    await stage.stop();
    expect(parked).toEqual([]);
    expect(ended).toEqual(['stale', 'done']);
  });

  test('pauses while what it depends on is down, at the cost of no attempt', async () => {
    await addArticles(20);
    let isDown = true;
    let calls = 0;
    const stage = await run(first, {
      concurrency: 4,
      retrySeconds: 0.02,
      work: async () => {
        calls += 1;
        if (isDown) throw new OutageError('the model server is down');
        return async () => {};
      },
    });
    await untilTrue(async () => calls >= 6);
    isDown = false;
    await allInState('done', 20);
    const tried = await rows.all(
      statement('test-attempts', 'select article_id from article_stages where attempts > 0'),
    );
    expect(tried).toEqual([]);
    await stage.stop();
  });

  test('comes back later to what is postponed', async () => {
    await addArticles(1);
    let calls = 0;
    const stage = await run(first, {
      work: async () => {
        calls += 1;
        if (calls < 4) throw new PostponedError('the host is busy', 10);
        return async () => {};
      },
    });
    await allInState('done', 1);
    expect(await rows.all(statement('test-attempts', 'select attempts from article_stages'))).toEqual([
      { attempts: 0 },
    ]);
    await stage.stop();
  });

  test('gives back what it had when the process stops in the middle', async () => {
    await addArticles(3);
    const stopping = new AbortController();
    const started = Promise.withResolvers<void>();
    const stage = await run(first, {
      signal: stopping.signal,
      work: (_item, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('aborted')));
          started.resolve();
        }),
    });
    await started.promise;
    stopping.abort();
    await stage.stop();
    await allInState('waiting', 3);
    const heir = await run(second, { work: async () => async () => {} });
    await allInState('done', 3);
    await heir.stop();
  });
});

function run(database: Database, options: Partial<StageOptions> & Pick<StageOptions, 'work'>) {
  const signal = new AbortController().signal;
  return runStage({ database, stage: 'extract', worker: 'w', concurrency: 8, signal, ...options });
}

async function addArticles(count: number): Promise<number[]> {
  await rows.script(`
    insert into feeds (url, host) values ('https://example.org/feed', 'example.org');
    insert into articles (id, feed_id, identity, title, excerpt, received_at, sort_at, content_hash)
      select n, (select id from feeds), int4send(n), 'title', '', now(), now(), '\\x01' from generate_series(1, ${count}) n;
    insert into article_stages (article_id, stage, content_hash) select id, 'extract', content_hash from articles;`);
  return Array.from({ length: count }, (_, index) => index + 1);
}

function addArticle(id: number): Promise<void> {
  return rows.script(`
    insert into articles (id, feed_id, identity, title, excerpt, received_at, sort_at, content_hash)
      select ${id}, id, int4send(${id}), 'title', '', now(), now(), '\\x03' from feeds;
    insert into article_stages (article_id, stage, content_hash) values (${id}, 'extract', '\\x03');`);
}

function claimedUntil() {
  return rows.all<{ until: Date }>(
    statement('test-until', `select claimed_until as until from article_stages where state = 'claimed'`),
  );
}

async function allInState(state: string, count: number): Promise<void> {
  await untilTrue(async () => {
    const found = await rows.all(statement('test-state', 'select from article_stages where state = $1'), [state]);
    return found.length === count;
  });
}

async function untilFound<Item>(look: () => Promise<Item[]>): Promise<Item[]> {
  let found: Item[] = [];
  await untilTrue(async () => {
    found = await look();
    return found.length > 0;
  });
  return found;
}

async function untilTrue(condition: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 60_000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error('The condition did not come true.');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
