import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type EmbeddedServer, startEmbedded } from '@alt/database';
import { THROWAWAY_SETTINGS } from '@alt/database/embedded-settings.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTemporaryFolder, runInTest } from './testing.ts';

const PASSWORD = 'correct horse battery 9';

describe('what cannot be understood', () => {
  test.each([
    [['nonsense'], 'There is no command "nonsense"'],
    [['user'], 'user add EMAIL'],
    [['user', 'dance'], '"user dance" is no command'],
    [['user', 'add'], 'Usage: npm run alt -- user add EMAIL'],
    [['user', 'list', 'all'], '"all" is too much'],
    [['feed', 'add', 'https://a.example/', '--bogus'], "Unknown option '--bogus'"],
    [['feed', 'refresh'], 'Name one feed, or say --all'],
    [['feed', 'refresh', '1', '--all'], 'Name one feed, or say --all'],
    [['serve', 'nothing'], 'There is no service "nothing"'],
    [['backup'], 'Usage: npm run alt -- backup FILE'],
    [['__proto__'], 'There is no command'],
  ])('%j ends with 2 and the right usage', async (words, sentence) => {
    const { code, output, remarks } = await runInTest(words);
    expect(code).toBe(2);
    expect(output).toBe('');
    expect(remarks).toContain(sentence);
  });

  test.each([[['help']], [['--help']], [['user', '--help']], [['user', 'add', '--help']], [['restore', 'x', '-h']]])(
    '%j explains and ends with 0',
    async (words) => {
      const { code, output } = await runInTest(words);
      expect(code).toBe(0);
      expect(output).toContain('npm run alt -- ');
    },
  );

  test('wrong settings are one sentence', async () => {
    const { code, remarks } = await runInTest(['user', 'list'], { PORT: 'eight' });
    expect(code).toBe(1);
    expect(remarks).toContain('PORT must be a port number');
  });
});

describe('beside a running Postgres of the data folder', () => {
  let folder: Awaited<ReturnType<typeof createTemporaryFolder>>;
  let server: EmbeddedServer;
  const run = (words: string[], input?: string | Buffer) => runInTest(words, { ALT_DATA_DIR: folder.path }, input);
  const file = (name: string) => path.join(folder.path, name);

  beforeAll(async () => {
    folder = await createTemporaryFolder();
    server = await startEmbedded({ dataDir: folder.path, isDurable: false, settings: THROWAWAY_SETTINGS });
  });
  afterAll(async () => {
    await server.stop();
    await folder.remove();
  });

  test('migrate says what it did, once', async () => {
    const first = await run(['migrate']);
    expect(first.output).toContain('applied alt/0001_foundation.sql');
    expect(first.output).toContain('applied auth/0001_accounts.sql');
    const second = await run(['migrate']);
    expect(second).toMatchObject({ code: 0, output: expect.stringContaining('already') });
  });

  test('without an account, feed add says how to make one', async () => {
    const { code, remarks } = await run(['feed', 'add', 'https://a.example/feed']);
    expect(code).toBe(1);
    expect(remarks).toContain('user add EMAIL');
  });

  test('accounts are made, with the password from the command line or from the input', async () => {
    expect((await run(['user', 'list'])).output).toContain('There is no account yet');
    expect(await run(['user', 'add', 'Ann@example.org', '--password', PASSWORD])).toMatchObject({ code: 0 });
    expect(await run(['user', 'add', 'bob@example.org', '--name', 'Bob B'], `${PASSWORD}\nmore\n`)).toMatchObject({
      code: 0,
    });
    const { output } = await run(['user', 'list']);
    expect(output).toMatch(/ann@example\.org\s+\S+\s+owner of this Alt/);
    expect(output).toMatch(/bob@example\.org\s+Bob B\s+owner/);
  });

  test.each([
    [['user', 'add', 'ann@example.org', '--password', PASSWORD], 'There is an account ann@example.org already'],
    [['user', 'add', 'nobody', '--password', PASSWORD], 'not an e-mail address'],
    [['user', 'add', 'c@example.org', '--password', 'short'], 'at least 8 characters'],
    [['user', 'add', 'c@example.org'], 'A password is missing'],
    [['user', 'add', 'c@example.org', '--password', PASSWORD, '--tenant', 'none'], 'There is no tenant "none"'],
    [['user', 'password', 'c@example.org', '--password', PASSWORD], 'There is no account c@example.org'],
    [['feed', 'add', 'https://a.example/feed'], 'Say whose with --user'],
    [['feed', 'add', 'https://a.example/feed', '--user', 'c@example.org'], 'There is no account c@example.org'],
    [['feed', 'add', 'hello', '--user', 'ann@example.org'], 'names no server'],
    [['feed', 'why', '99'], 'There is no feed 99'],
    [['feed', 'why', 'https://none.example/'], 'There is no feed https://none.example/'],
    [['opml', 'import', '/none.opml', '--user', 'ann@example.org'], 'There is no file /none.opml'],
    [['restore', '/none'], 'There is no file /none'],
  ])('%j fails with a sentence', async (words, sentence) => {
    const { code, remarks } = await run(words);
    expect(remarks).toContain(sentence);
    expect(remarks.trim().split('\n')).toHaveLength(1);
    expect(code).toBe(1);
  });

  test('a rebuild of the search index is asked for', async () => {
    expect(await run(['search', 'rebuild'])).toMatchObject({ code: 0, output: expect.stringContaining('no complete') });
  });

  test('an import from another reader waits for Alt to be started; what cannot be imported is refused', async () => {
    const args = ['import', 'google-reader', 'reader.example.org', '--name', 'ann', '--user', 'ann@example.org'];
    expect(await run(args, 'a password of theirs\n')).toMatchObject({
      code: 0,
      output: 'The import begins when Alt is started.\n',
    });
    const again = await run([...args, '--password', 'x']);
    expect(again).toMatchObject({ code: 1, remarks: expect.stringContaining('has not ended yet') });
    const wrong = await run(['import', 'google-reader', 'ftp://x', '--name', 'a', '--user', 'bob@example.org'], 'x');
    expect(wrong).toMatchObject({ code: 1, remarks: expect.stringContaining('not a web address') });
  });

  test('a password is replaced', async () => {
    const { code, output } = await run(['user', 'password', 'bob@example.org', '--password', 'another good one 7']);
    expect([code, output]).toEqual([0, 'bob@example.org has a new password. Its sessions are ended.\n']);
  });

  test('a feed is followed, listed and explained, and its name and password stay out of sight', async () => {
    const added = await run([
      ...['feed', 'add', 'HTTPS://joe:hidden@A.example:443/feed#top', '--force'],
      ...['--user', 'ann@example.org'],
    ]);
    expect(added).toMatchObject({ code: 0, output: expect.stringContaining('fetched at the next start') });
    const again = await run([
      'feed',
      'add',
      'https://joe:hidden@a.example/feed',
      '--force',
      '--user',
      'ann@example.org',
    ]);
    expect(again).toMatchObject({ code: 0, output: expect.stringContaining('already') });

    const list = (await run(['feed', 'list', '--user', 'ann@example.org'])).output;
    expect(list).toContain('https://a.example/feed');
    expect((await run(['feed', 'list', '--user', 'bob@example.org'])).output).toContain('No feed is followed yet');

    const { output } = await run(['feed', 'why', 'a.example/feed']);
    expect(output).toContain('not fetched yet');
    expect(output).toContain('private: fetched with a name and a password');
    expect(output).toContain('1: ann@example.org');
    expect(output + list).not.toContain('hidden');
    expect((await run(['feed', 'refresh', '1'])).output).toContain('Alt is not running');
    expect((await run(['feed', 'refresh', '--all'])).output).toContain('1 feed will be fetched');
  });

  test('OPML goes in from a file or the input, and comes out with its folders', async () => {
    const opml = `<opml version="2.0"><body><outline text="News">
      <outline text="B" type="rss" xmlUrl="https://b.example/feed"/><outline text="C" type="rss" xmlUrl="https://c.example/feed"/>
      </outline><outline text="Mail" type="rss" xmlUrl="mailto:me@example.org"/></body></opml>`;
    await writeFile(file('in.opml'), opml);
    const first = await run(['opml', 'import', file('in.opml'), '--user', 'bob@example.org']);
    expect(first).toMatchObject({
      code: 0,
      output: expect.stringContaining('2 new subscriptions, 1 that cannot be feeds'),
    });
    expect(first.remarks).toContain('mailto:me@example.org');
    const second = await run(['opml', 'import', '-', '--user', 'bob@example.org'], opml);
    expect(second.output).toContain('0 new subscriptions, 2 that were there already');

    await run(['opml', 'export', file('out.opml'), '--user', 'bob@example.org']);
    const out = await readFile(file('out.opml'), 'utf8');
    expect(out).toMatch(/text="News"[\s\S]+https:\/\/b\.example\/feed[\s\S]+https:\/\/c\.example\/feed/);
    expect((await run(['opml', 'export', '--user', 'bob@example.org'])).output).toBe(out);
    const broken = await run(['opml', 'import', '-', '--user', 'bob@example.org'], 'no OPML');
    expect(broken.code).toBe(1);
  });
});
