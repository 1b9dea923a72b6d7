import { statement } from '@alt/database';
import { listen } from '@alt/service-kit';
import { startClickHouse, type TestClickHouse } from '@alt/testing/clickhouse/clickhouse.ts';
import { type ReaderServer, startInoreader } from '@alt/testing/inoreader/index.ts';
import { createOauthProvider, type OauthProvider, startOauthProvider } from '@alt/testing/oauth-provider.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runInTest } from '../cli/testing.ts';
import { line, startTestAggregator } from '../services/rask-log-aggregator/testing.ts';
import { type Client, register } from './client.ts';
import { eventually, type Machine, startMachine } from './harness.ts';
import { withDatabase } from './stored.ts';

const HANG_GUARD_MS = 240_000;
const REDIRECT = 'http://127.0.0.1:8412/callback';
const EMAIL = 'ada@example.org';

interface Found {
  about: string;
  level: 'well' | 'remark' | 'fault';
  sentence: string;
}

const setConnection = statement(
  'status_connection',
  `update inoreader_connections set state = $1, problem_code = $2, problem_message = $3, failures = $4,
     created_at = now() - interval '9 days',
     next_run_at = now() + make_interval(mins => $5), last_success_at = now() - make_interval(hours => $6)`,
);
const addReading = statement(
  'status_reading',
  `insert into reading_inbox (tenant_id, reader_id, at, kind, amount, seconds)
   select tenant_id, id, now() - interval '3 hours', 'read', 1, 0 from readers limit 1`,
);
const addErasure = statement(
  'status_erasure',
  `insert into reading_erasures (reader_id, tenant_id, until)
   select 9000001, tenant_id, now() - interval '2 hours' from readers limit 1`,
);

describe('what alt status says of tokens, Inoreader, the log and statistics', () => {
  let provider: OauthProvider;
  let inoreader: ReaderServer;
  let clickhouse: TestClickHouse;
  let machine: Machine;
  let ada: Client;
  let environment: Record<string, string>;

  beforeAll(async () => {
    provider = createOauthProvider({ redirectUris: [REDIRECT] });
    // Five requests a day are enough for two of the daily ones and a look, and for no contents.
    inoreader = await startInoreader({
      limits: { 1: 6, 2: 100 },
      mount: (request, response) => provider.handle(request, response),
      isValidToken: (token) => provider.isAccessTokenValid(token),
    });
    const feed = inoreader.account.addFeed({ url: 'https://blog.test/feed', title: 'A blog' });
    for (let count = 0; count < 120; count += 1) inoreader.account.addItem(feed);
    clickhouse = await startClickHouse();
    const settings = {
      INOREADER_URL: inoreader.url,
      INOREADER_CLIENT_ID: provider.clientId,
      INOREADER_CLIENT_SECRET: provider.clientSecret,
      INOREADER_REDIRECT_URI: REDIRECT,
      // The machine's own jobs look once, at the start: what happens later is the test's doing.
      ALT_INOREADER_CHECK_SECONDS: '3600',
      ALT_TOKENS_CHECK_SECONDS: '3600',
      CLICKHOUSE_URL: `${clickhouse.url}/${clickhouse.database}`,
      CLICKHOUSE_USER: clickhouse.user,
      CLICKHOUSE_PASSWORD: clickhouse.password,
    };
    machine = await startMachine('one process', { environment: settings });
    ada = await register(machine.origin, EMAIL);
    const { port } = new URL(machine.origin);
    environment = { ...settings, ALT_DATA_DIR: machine.dataDir, PORT: port, LOG_LEVEL: 'silent' };
  }, HANG_GUARD_MS);
  afterAll(async () => {
    await machine?.stop();
    await inoreader?.stop();
    await clickhouse?.stop();
  });

  const alt = (words: string, input = '', over: Record<string, string> = {}) =>
    runInTest(words.split(' '), { ...environment, ...over }, input);

  /** What is said of one subject, as programs read it; people read the same sentences. */
  const told = async (about: string): Promise<Found[]> => {
    const { findings } = JSON.parse((await alt('status --json')).output) as { findings: Found[] };
    return findings.filter((finding) => finding.about === about);
  };

  const set = (...values: [string, string | null, string | null, number, number, number]) =>
    withDatabase(machine, (database) => database.run(setConnection, values));

  /** Allows Alt in the place of a browser: the address that it would come back to is pasted. */
  async function authorise(account: string, over: Record<string, string> = {}) {
    const begun = Promise.withResolvers<string>();
    const words = ['tokens', 'authorize', 'inoreader', '--paste', '--account', account];
    const input = (async function* () {
      const answer = await fetch(await begun.promise, { redirect: 'manual' });
      yield Buffer.from(`${answer.headers.get('location')}\n`);
    })();
    const result = await runInTest(words, { ...environment, ...over }, input, (text) => {
      const found = /http\S+\/oauth2\/auth\S+/.exec(text)?.[0];
      if (found) begun.resolve(found);
    });
    expect(result).toMatchObject({ code: 0 });
  }

  test('nobody is named before somebody is there', { timeout: HANG_GUARD_MS }, async () => {
    expect(await told('tokens')).toEqual([
      { about: 'tokens', level: 'well', sentence: expect.stringContaining('nobody authorised an account') },
    ]);
    expect(await told('inoreader')).toEqual([]);
    expect(await told('log')).toEqual([
      { about: 'log', level: 'well', sentence: 'The log keeps up: its store answers.' },
    ]);
    expect(await told('statistics')).toEqual([
      { about: 'statistics', level: 'well', sentence: 'Statistics are up to date.' },
    ]);
  });

  test('a token is told of: valid, over, and in need of a person', { timeout: HANG_GUARD_MS }, async () => {
    await authorise('default');
    expect(await told('tokens')).toMatchObject([
      {
        level: 'well',
        sentence: expect.stringMatching(/^The token of inoreader\/default is valid until 20.*, in (1 h|\d+ min)\.$/),
      },
    ]);
    const brief = await startOauthProvider({ redirectUris: [REDIRECT], accessTokenSeconds: 1 });
    await authorise('brief', { INOREADER_URL: brief.origin });
    await brief.stop();
    const over = await eventually(async () => {
      const [found] = await told('tokens');
      return found?.level === 'fault' && found.sentence.includes('expired') && found.sentence;
    }, 'a token of one second is over');
    expect(over).toMatch(
      /^The token of inoreader\/brief is over, or nearly so\. The access token expired at .* Nobody refreshed it/,
    );
    await eventually(async () => {
      await alt('tokens refresh inoreader --force --account brief');
      return (await told('tokens'))[0]?.sentence.includes('needs a person');
    }, 'another provider does not know its refresh token');
    const { code, output } = await alt('status');
    expect(code).toBe(1);
    expect(output).toContain('✗ The token of inoreader/brief needs a person. ');
    expect(output).toContain('npm run alt -- tokens authorize inoreader --account brief');
    expect((await alt('tokens revoke inoreader --account brief --force')).code).toBe(0);
    expect((await told('tokens')).map(({ level }) => level)).toEqual(['well']);
  });

  test(
    'an Inoreader account is told of: its reader, how far it is behind, and a budget that is used up',
    async () => {
      expect(await alt(`inoreader connect --user ${EMAIL}`)).toMatchObject({ code: 0 });
      const [first] = await told('inoreader');
      expect(first).toMatchObject({
        level: 'well',
        sentence: `The Inoreader account "default" of ${EMAIL} waits for its first run.`,
      });
      await eventually(async () => {
        await alt('inoreader sync --account default');
        return (await told('inoreader'))[0]?.sentence.includes('used up');
      }, 'the requests of the day are spent');
      expect(await told('inoreader')).toEqual([
        {
          about: 'inoreader',
          level: 'well',
          sentence: expect.stringMatching(
            /of ada@example\.org was synchronised .* ago\. Today's requests are used up \(5 of 6 that read\); it goes on in .+\. It is behind by 120 articles to bring\.$/,
          ),
        },
      ]);
    },
    HANG_GUARD_MS,
  );

  test(
    'an Inoreader account that is in trouble says whose, which, since when and what to do',
    async () => {
      const states: [Parameters<typeof set>, Found['level'], RegExp][] = [
        [
          ['failing', 'unreachable', 'Inoreader cannot be reached: x.', 2, 25, 5],
          'remark',
          /failed 2 times in a row\. Inoreader cannot be reached: x\. It was last synchronised 5 h ago; it is tried again in 25 min\.$/,
        ],
        [
          ['failing', 'unreachable', 'Inoreader cannot be reached: x.', 9, 25, 50],
          'fault',
          /failed 9 times in a row\. .* 2 d 2 h ago/,
        ],
        [
          ['unauthorised', 'no-token', 'Nobody allowed it. Run: alt tokens authorize.', 0, 25, 5],
          'fault',
          /needs a person\. Nobody allowed it\. Run: alt tokens authorize\./,
        ],
        [
          ['waiting', 'mass-deletion-there', '7 subscriptions vanished.', 0, 25, 1],
          'remark',
          /waits for a person\. 7 subscriptions vanished\.$/,
        ],
        [
          ['ok', null, null, 0, -180, 4],
          'fault',
          /should have been looked at 3 h ago and was not\. .* See whether pre-processor-sidecar runs\.$/,
        ],
      ];
      for (const [state, level, sentence] of states) {
        await set(...state);
        const found = await told('inoreader');
        expect(found).toMatchObject([{ level, sentence: expect.stringMatching(sentence) }]);
        expect(found[0]?.sentence).toContain(`The Inoreader account "default" of ${EMAIL} `);
      }
      expect((await alt('inoreader disconnect --user ada@example.org')).code).toBe(0);
      expect(await told('inoreader')).toEqual([]);
    },
    HANG_GUARD_MS,
  );

  test(
    'a ClickHouse that is away stops the log and statistics, says what waits, and is well when it is back',
    async () => {
      await clickhouse.kill();
      await fetch(`${machine.origin}/v1/entries/unknown`);
      await withDatabase(machine, async (database) => {
        await database.run(addReading);
        await database.run(addErasure);
      });
      expect(await told('log')).toMatchObject([
        {
          level: 'fault',
          sentence: expect.stringMatching(
            /^The store of the log takes no lines: ClickHouse: .*Up to [\d,]+ lines? \(.*\) wait on disk\.$/,
          ),
        },
      ]);
      expect(await told('statistics')).toMatchObject([
        {
          level: 'fault',
          sentence: expect.stringMatching(
            /^Statistics are behind: \d+ events? wait, the oldest for at least 3 h\. Nothing is lost\. ClickHouse does not answer: /,
          ),
        },
        {
          level: 'fault',
          sentence: expect.stringMatching(/^Statistics of 1 reader are to be erased for 2 h and are still there\./),
        },
      ]);
      expect((await alt('status')).output).toMatch(/^\d things do not work\./);
      await clickhouse.start();
      await eventually(async () => {
        // Statistics are asked for, so that what waits is moved at once; erasing has its own time.
        await ada.get('/v1/stats/reading');
        const found = [...(await told('log')), ...(await told('statistics'))];
        return found.every(({ level }) => level === 'well') && found.length === 2;
      }, 'what waited is stored');
    },
    HANG_GUARD_MS,
  );

  test(
    'an aggregator elsewhere is asked itself, and one that does not answer is named',
    async () => {
      const aggregator = await startTestAggregator('clickhouse');
      const server = await listen((request) => aggregator.ask(new URL(request.url).pathname, { as: null }), {
        port: 0,
        hostname: '127.0.0.1',
      });
      const address = `http://127.0.0.1:${server.port}`;
      const said = async () => {
        const { output } = await alt('status --json', '', { RASK_LOG_AGGREGATOR_URL: address });
        const { findings } = JSON.parse(output) as { findings: Found[] };
        return findings.filter(({ about }) => about === 'log');
      };
      try {
        expect(await said()).toMatchObject([{ level: 'well', sentence: 'The log keeps up: its store answers.' }]);
        await aggregator.clickhouse?.kill();
        await aggregator.send([line('waits')]);
        expect(await said()).toMatchObject([
          {
            level: 'fault',
            sentence: expect.stringMatching(
              /^The store of the log takes no lines \(.+\)\. \d\S* (bytes|kB) of lines wait in its spool\.$/,
            ),
          },
        ]);
      } finally {
        await server.stop();
        await aggregator.stop();
      }
      expect(await said()).toMatchObject([
        { level: 'fault', sentence: expect.stringContaining(`rask-log-aggregator does not answer at ${address}: `) },
      ]);
    },
    HANG_GUARD_MS,
  );
});
