import { freePort } from '@alt/testing/free-port.ts';
import { type ReaderServer, startInoreader } from '@alt/testing/inoreader/index.ts';
import { createOauthProvider, type OauthProvider } from '@alt/testing/oauth-provider.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runInTest } from '../cli/testing.ts';
import { type Client, register } from './client.ts';
import { eventually, type Machine, startMachine } from './harness.ts';

let provider: OauthProvider;
let inoreader: ReaderServer;
let machine: Machine;
let reader: Client;
let environment: Record<string, string>;

beforeAll(async () => {
  const redirectUri = `http://127.0.0.1:${await freePort()}/callback`;
  provider = createOauthProvider({ redirectUris: [redirectUri] });
  inoreader = await startInoreader({
    // Enough for a test that asks again and again.
    limits: { 1: 5_000, 2: 5_000 },
    mount: (request, response) => provider.handle(request, response),
    isValidToken: (token) => provider.isAccessTokenValid(token),
  });
  const settings = {
    INOREADER_URL: inoreader.url,
    INOREADER_CLIENT_ID: provider.clientId,
    INOREADER_CLIENT_SECRET: provider.clientSecret,
    INOREADER_REDIRECT_URI: redirectUri,
    ALT_INOREADER_CHECK_SECONDS: '1',
  };
  machine = await startMachine('one process', { environment: settings });
  reader = await register(machine.origin, 'ada@example.org');
  environment = { ...settings, ALT_DATA_DIR: machine.dataDir, LOG_LEVEL: 'silent' };
}, 240_000);

afterAll(async () => {
  await machine?.stop();
  await inoreader?.stop();
});

const alt = (words: string) => runInTest(words.split(' '), environment);

/** Allows Alt in the place of a browser. */
async function authorise(...more: string[]) {
  const printed = Promise.withResolvers<string>();
  const running = runInTest(['tokens', 'authorize', 'inoreader', ...more], environment, '', (text) => {
    const found = /http\S+\/oauth2\/auth\S+/.exec(text)?.[0];
    if (found) printed.resolve(found);
  });
  await eventually(async () => (await fetch(await printed.promise).catch(() => null))?.ok, 'the way back is open');
  return running;
}

test('from the first command to a star that went there and back', async () => {
  const feed = inoreader.account.addFeed({ url: 'https://blog.test/feed', title: 'A blog', folders: ['News'] });
  const [first, second] = [inoreader.account.addItem(feed), inoreader.account.addItem(feed)];
  expect((await alt('inoreader status')).output).toContain('No Inoreader account is connected');
  expect((await alt('inoreader connect --account Wrong!')).code).toBe(1);
  expect(await authorise()).toMatchObject({
    code: 0,
    output: expect.stringContaining('inoreader connect --account default --user EMAIL'),
  });
  expect((await reader.get('/v1/connections/inoreader')).json).toEqual({ connection: null });
  expect(await alt('inoreader connect --user ada@example.org')).toMatchObject({ code: 0 });
  expect(await alt('inoreader connect --user ada@example.org')).toMatchObject({ code: 1 });

  const entries = await eventually(async () => {
    const { items } = (await reader.get('/v1/entries?view=all')).json;
    return items.length === 2 && items;
  }, 'two articles came');
  expect((await reader.get('/v1/folders')).json.items).toMatchObject([{ name: 'News' }]);
  const own = entries.find(({ url }: { url: string }) => url === first?.url);
  expect((await reader.get(`/v1/entries/${own.id}`)).json.contentHtml).toContain('The text of item 1');

  await reader.patch('/v1/entries', { ids: [own.id], starred: true, addLabels: ['kept'] });
  if (second) second.isRead = true;
  await eventually(async () => {
    await reader.post('/v1/connections/inoreader/sync', {});
    return first?.isStarred && first.labels.includes('kept');
  }, 'the star and the label are there');
  await eventually(async () => {
    await reader.post('/v1/connections/inoreader/sync', {});
    const { items } = (await reader.get('/v1/entries?view=unread')).json;
    return items.length === 1;
  }, 'the other one is read here');

  const { connection } = (await reader.get('/v1/connections/inoreader')).json;
  expect(connection).toMatchObject({ account: 'default', subscriptions: 1, articles: 2, problem: null });
  expect(connection.budgets).toMatchObject([
    { kind: 'reads', allowed: 5_000, reserve: 500 },
    { kind: 'writes', allowed: 5_000, reserve: 500 },
  ]);
  expect((await alt('inoreader status')).output).toMatch(/default: ok.*\n.*reads: \d+ of 5000/);
  expect((await reader.delete('/v1/connections/inoreader')).status).toBe(204);
  expect((await reader.get('/v1/entries?view=all')).json.items).toHaveLength(2);
}, 600_000);

test('a dry run asks nothing and changes nothing; an account that is not allowed says what to do', async () => {
  expect(await alt('inoreader connect --user ada@example.org')).toMatchObject({ code: 0 });
  await eventually(async () => {
    // What came is counted as synchronised by the run after it. Whoever asks again and again always finds that a run is wanted.
    const { connection } = (await reader.get('/v1/connections/inoreader')).json;
    if (connection?.isWanted !== false) return false;
    if (connection.state === 'ok' && connection.articles === 2) return true;
    await reader.post('/v1/connections/inoreader/sync', {});
    return false;
  }, 'first contact is over');
  const asked = inoreader.requests.length;
  // The running Alt looks every second; who meets it is told so, and asks again.
  const { output } = await eventually(async () => {
    const result = await alt('inoreader sync --account default --dry-run');
    return !result.output.includes('another run') && result;
  }, 'the dry run has its turn');
  expect(inoreader.requests.length).toBe(asked);
  expect(output).toContain('requests used today');
  provider.withdraw();
  const refused = await eventually(async () => {
    const result = await alt('inoreader sync --account default');
    return !result.output.includes('another run') && result;
  }, 'a run has its turn');
  expect(refused).toMatchObject({ code: 1, output: expect.stringContaining('alt tokens authorize inoreader') });
  expect((await alt('inoreader disconnect --user ada@example.org')).code).toBe(0);
}, 600_000);

test('an account is authorised for a reader at once, and refreshed and revoked by their name', async () => {
  expect((await alt('user add bob@example.org --password a-long-password-of-bob')).code).toBe(0);
  expect((await alt('tokens refresh inoreader --force --user bob@example.org')).remarks).toContain(
    'bob@example.org has no account of Inoreader. Begin: npm run alt -- tokens authorize inoreader --user bob@example.org',
  );
  const given = await authorise('--user', 'bob@example.org', '--account', 'bobs');
  expect(given).toMatchObject({ code: 0 });
  expect(given.output).toContain('The Inoreader account "bobs" belongs to bob@example.org now.');
  // Again, for the same reader: nothing is given anew.
  const again = await authorise('--user', 'bob@example.org');
  expect(again).toMatchObject({ code: 0, output: expect.stringContaining('Authorised: inoreader, account "bobs".') });
  expect(again.output).not.toContain('belongs to');
  const others = 'tokens authorize inoreader --paste --user ada@example.org --account bobs';
  expect(await alt(others)).toMatchObject({ code: 1, remarks: expect.stringContaining('belongs to another reader') });
  const mixed = 'tokens revoke inoreader --user bob@example.org --account default';
  expect(await alt(mixed)).toMatchObject({ code: 1, remarks: expect.stringContaining('has the account "bobs"') });
  expect((await alt('tokens refresh inoreader --force --user bob@example.org')).output).toContain(
    'Refreshed: inoreader, account "bobs"',
  );
  expect((await alt('tokens revoke inoreader --user bob@example.org')).output).toContain(
    'Forgotten: inoreader, account "bobs"',
  );
}, 600_000);
