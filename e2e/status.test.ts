import { statement } from '@alt/database';
import { startStaticFeeds } from '@alt/testing/hostile/index.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runInTest } from '../cli/testing.ts';
import { register } from './client.ts';
import { eventually, type Machine, startMachine } from './harness.ts';
import { stagesDone, withDatabase } from './stored.ts';

const HANG_GUARD_MS = 240_000;

// A stage that nobody works, so that nobody takes it before it is looked at.
const addLateWork = statement(
  'status_late',
  `insert into article_stages (article_id, stage, content_hash, next_attempt_at)
   select min(id), 'translate', '', now() - interval '2 hours' from articles`,
);
const holdWork = statement(
  'status_hold',
  `update article_stages set claimed_until = 'infinity', state = 'parked',
   error = 'HTTP 410: the page is gone' where stage = 'summarise' and article_id = (select min(id) from articles)`,
);
const failJob = statement(
  'status_job',
  `update job_runs set error = 'could not reach the moon', last_success_at = now() - interval '3 days'
   where job = 'settling' returning job`,
);

describe('alt status', () => {
  let machine: Machine;
  beforeAll(async () => {
    const feeds = await startStaticFeeds({ feeds: 1, items: 3 });
    try {
      machine = await startMachine('one process', { allow: [new URL(feeds.origin).host] });
      const ada = await register(machine.origin, 'ada@example.org');
      await ada.post('/v1/subscriptions', { url: feeds.url(0) });
      await eventually(async () => (await ada.get('/v1/counters')).json.unread === 3, 'articles');
      await stagesDone(machine, HANG_GUARD_MS);
    } finally {
      await feeds.stop();
    }
  }, HANG_GUARD_MS);
  afterAll(() => machine?.stop());

  const status = async (...args: string[]) => {
    const environment = { ALT_DATA_DIR: machine.dataDir, PORT: new URL(machine.origin).port };
    const { code, output } = await runInTest(['status', ...args], environment);
    return { code, output, lines: output.trim().split('\n') };
  };

  test('says in one sentence that all is well, and what it looked at', { timeout: HANG_GUARD_MS }, async () => {
    const { code, lines } = await eventually(async () => {
      const found = await status();
      return found.code === 0 && found;
    }, 'all is well');
    expect([code, lines[0]]).toEqual([0, 'Everything works, and nothing is late.']);
    expect(lines).toContain('✓ No article waits for work.');
    expect(lines).toContain('✓ Search finds every article.');
    expect(lines.some((line) => line.startsWith('✓ Periodic work goes on'))).toBe(true);
    expect(lines).toContain('✓ The log keeps up: its store answers.');
    expect(lines).toContain('✓ Statistics are up to date.');
    // What nobody configured is not spoken of.
    expect(lines.join('\n')).not.toMatch(/token|Inoreader/);
  });

  test('tells what is late, what was given up, and whose work fails, with the reason', async () => {
    await withDatabase(machine, async (database) => {
      await database.run(holdWork);
      expect(await database.run(failJob)).toBe(1);
    });
    const { code, lines } = await status();
    expect(code).toBe(1);
    expect(lines[0]).toBe('1 thing does not work.');
    expect(lines).toContain('! 1 article did not get a summary, most often because: HTTP 410: the page is gone.');
    expect(lines).toContain(
      '✗ alt-backend\'s "settling" fails (could not reach the moon). It last succeeded 3 d ago, and is tried every 30 s.',
    );
  });

  test('tells what waits for too long, also for a program', async () => {
    await withDatabase(machine, (database) => database.run(addLateWork));
    const { findings, ...verdict } = JSON.parse((await status('--json')).output);
    expect(verdict).toEqual({ isWell: false, sentence: '1 thing does not work.' });
    expect(findings.map(({ sentence }: { sentence: string }) => sentence)).toContainEqual(
      expect.stringMatching(/^1 article waits for translate, the longest for 2 h\. /),
    );
  });

  test('says that nothing runs, and how to start it', { timeout: HANG_GUARD_MS }, async () => {
    await machine.kill('alt-backend', 'SIGTERM');
    const { code, lines } = await status();
    expect([code, lines[0], lines[1]]).toEqual([
      1,
      '1 thing does not work.',
      '✗ Alt is not running, so nothing is fetched and nobody can read. Start it: npm start',
    ]);
  });
});
