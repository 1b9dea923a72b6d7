import { existsSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { BACKGROUND_NICE } from './giving-way.ts';
import {
  connectionFromUrl,
  type Database,
  DatabaseUnavailableError,
  openClient,
  renewableLogin,
  sqlState,
  statement,
} from './index.ts';
import { createDatabase } from './pool.ts';
import { createTestDatabase, type TestDatabase } from './testing.ts';

const reader = { userId: '018f3f3f-0000-7000-8000-000000000001', tenantId: '018f3f3f-0000-7000-8000-000000000002' };
const one = statement<{ one: number }>('one', 'select 1 as one');
const backendPid = statement<{ pid: number }>('backend_pid', 'select pg_backend_pid() as pid');
const addRow = statement('add_row', 'insert into things (id) values ($1)');
const countRows = statement<{ count: number }>('count_rows', 'select count(*) from things');
const readerIds = statement<{ ids: string }>(
  'reader_ids',
  "select concat(current_setting('alt.user_id', true), ' ', current_setting('alt.tenant_id', true)) as ids",
);

/** Ends only what hangs. */
const HANG_MS = 60_000;
let databases: TestDatabase;
let database: Database;

beforeAll(async () => {
  databases = await createTestDatabase();
  database = databases.superuser('alt');
  await database.script('create table things (id bigint primary key, n integer not null default 0)');
});

afterEach(() => database.script('truncate things'));
afterAll(() => databases.drop());

function connectTwo(options: { maxConnections?: number; idleTimeoutMs?: number } = {}): Database {
  const connection = { ...databases.connection('alt_admin'), applicationName: 'pool test' };
  return createDatabase({ ...connection, maxConnections: 2, ...options });
}

test('a password that changed is looked for when the server refuses the old one, and not before', async () => {
  const role = `renewing_${process.pid}_${Date.now()}`;
  const passwords = { kept: 'first', reads: 0 };
  const { database: name, ...server } = databases.connection('alt_admin');
  await database.script(`create role ${role} login password 'first'; grant connect on database ${name} to ${role}`);
  const login = renewableLogin(() => {
    passwords.reads += 1;
    return passwords.kept;
  });
  const options = { ...server, database: name, user: role, password: '', applicationName: 'pool test' };
  const opened = createDatabase({ ...options, login, idleTimeoutMs: 1 });
  const asks = () => Promise.all([opened, opened.background].map(async (each) => (await each.one(one))?.one));
  const newConnections = async () => {
    opened.renew();
    return asks();
  };
  try {
    expect(await asks()).toEqual([1, 1]);
    passwords.kept = 'second';
    expect(await newConnections()).toEqual([1, 1]);
    expect(passwords.reads).toBe(1);
    await database.script(`alter role ${role} password 'second'`);
    expect(await newConnections()).toEqual([1, 1]);
    await opened.copy(async (session) => expect((await session.one(one))?.one).toBe(1));
    passwords.kept = 'wrong';
    await database.script(`alter role ${role} password 'third'`);
    expect(await newConnections().catch(sqlState)).toBe('28P01');
    passwords.kept = 'third';
    expect(await newConnections()).toEqual([1, 1]);
  } finally {
    await opened.end();
    await database.script(`drop owned by ${role}; drop role ${role}`);
  }
});

test('values come as JavaScript means them', async () => {
  const types = statement(
    'types',
    `select 9007199254740991::int8 as int8, array[1, 9007199254740991, null]::int8[] as int8s, 1.50::numeric as numeric,
      '2026-03-01T12:00:00.123Z'::timestamptz as time, date '2026-03-01' as date, '{"a": [1]}'::jsonb as json`,
  );
  expect(await database.one(types)).toEqual({
    int8: 9007199254740991,
    int8s: [1, 9007199254740991, null],
    numeric: '1.50',
    time: new Date('2026-03-01T12:00:00.123Z'),
    date: '2026-03-01',
    json: { a: [1] },
  });
});

test('one gives the first row or null, run the number of affected rows', async () => {
  expect(await database.run(statement('add_two', 'insert into things (id) values ($1), ($2)'), [1, 2])).toBe(2);
  const smallest = statement<{ id: number }>('smallest', 'select id from things where id > $1 order by id');
  expect(await database.one(smallest, [0])).toEqual({ id: 1 });
  expect(await database.one(smallest, [2])).toBe(null);
});

test('a transaction commits what its work did, or nothing', async () => {
  await database.transaction((tx) => tx.run(addRow, [1]));
  const failure = database.transaction(async (tx) => {
    await tx.run(addRow, [2]);
    throw new Error('changed my mind');
  });
  await expect(failure).rejects.toThrow('changed my mind');
  expect(await database.one(countRows)).toEqual({ count: 1 });
});

test('a transaction whose failed statement was ignored does not pretend to have committed', async () => {
  const work = database.transaction(async (tx) => {
    await tx.run(addRow, [1]);
    await tx.run(addRow, [1]).catch(() => {});
  });
  await expect(work).rejects.toThrow('rolled back');
  expect(await database.one(countRows)).toEqual({ count: 0 });
});

test('statements after the end of a transaction are refused', async () => {
  const tx = await database.transaction(async (inner) => inner);
  await expect(tx.run(addRow, [1])).rejects.toThrow('over');
  await expect(tx.script('select 1')).rejects.toThrow('over');
});

test('the reader is set inside its transaction and nowhere else', async () => {
  const single = connectTwo({ maxConnections: 1 });
  for (const isReadOnly of [false, true]) {
    const inside = await single.asReader(reader, (tx) => tx.one(readerIds), { isReadOnly });
    expect(inside?.ids).toBe(`${reader.userId} ${reader.tenantId}`);
    expect((await single.one(readerIds))?.ids.trim()).toBe('');
  }
  await single.end();
});

test('ids of a reader that are not UUIDs never reach the database', async () => {
  const work = vi.fn();
  const injected = { ...reader, userId: "x', true); drop table things; --" };
  await expect(database.asReader(injected, work)).rejects.toThrow('UUID');
  expect(work).not.toHaveBeenCalled();
});

test('a read-only transaction writes nothing', async () => {
  const work = database.transaction((tx) => tx.run(addRow, [1]), { isReadOnly: true });
  expect(sqlState(await work.catch((error) => error))).toBe('25006');
});

test('work that may be repeated survives conflicts, other work is told of them', async () => {
  await database.run(addRow, [1]);
  const read = statement<{ n: number }>('read_n', 'select n from things where id = 1');
  const write = statement('write_n', 'update things set n = $1 where id = 1');
  const increment = (retry: boolean) => {
    return database.transaction(
      async (tx) => {
        const row = await tx.one(read);
        await tx.run(write, [(row?.n ?? 0) + 1]);
      },
      { isolation: 'serializable', retry },
    );
  };
  await Promise.all([increment(true), increment(true), increment(true)]);
  expect(await database.one(read)).toEqual({ n: 3 });
  const results = await Promise.allSettled(Array.from({ length: 5 }, () => increment(false)));
  const failed = results.filter((result) => result.status === 'rejected');
  for (const { reason } of failed) expect(sqlState(reason)).toBe('40001');
  expect(await database.one(read)).toEqual({ n: 8 - failed.length });
});

test('statements started together travel together and answer in their order', async () => {
  const rows = await database.transaction((tx) => Promise.all([1, 2, 3].map(() => tx.one(backendPid))));
  expect(new Set(rows.map((row) => row?.pid)).size).toBe(1);
});

test('a lost connection is reported as unavailable, and the next call works', async () => {
  const two = connectTwo();
  const kill = statement('kill', 'select pg_terminate_backend($1)');
  const work = two.transaction(async (tx) => {
    const row = await tx.one(backendPid);
    await database.one(kill, [row?.pid]);
    await tx.one(one);
  });
  await expect(work).rejects.toBeInstanceOf(DatabaseUnavailableError);
  expect(await two.one(one)).toEqual({ one: 1 });
  await two.end();
});

test('an unreachable server is reported as unavailable', async () => {
  const nowhere = createDatabase({ ...databases.connection('alt_admin'), host: '/nowhere', applicationName: 'test' });
  await expect(nowhere.one(one)).rejects.toBeInstanceOf(DatabaseUnavailableError);
  await expect(nowhere.transaction((tx) => tx.one(one))).rejects.toBeInstanceOf(DatabaseUnavailableError);
  await expect(nowhere.listen('look', () => {})).rejects.toBeInstanceOf(DatabaseUnavailableError);
  await nowhere.end();
});

test('renewing lets running work finish and gives new work new connections', async () => {
  const two = connectTwo();
  const before = await two.transaction(async (tx) => {
    const row = await tx.one(backendPid);
    two.renew();
    expect((await two.one(backendPid))?.pid).not.toBe(row?.pid);
    expect(await tx.one(backendPid)).toEqual(row);
    return row;
  });
  expect((await two.one(backendPid))?.pid).not.toBe(before?.pid);
  await two.end();
});

test('renewing forgets nobody who waits for a connection', async () => {
  const two = connectTwo();
  const waiting: Promise<unknown>[] = [];
  const busy = [1, 2].map(() =>
    two.transaction(async (tx) => {
      await tx.one(one);
      await vi.waitFor(() => expect(waiting).toHaveLength(5), HANG_MS);
      two.renew();
      await tx.one(one);
    }),
  );
  waiting.push(...Array.from({ length: 5 }, () => two.one(one)));
  await Promise.all(busy);
  await expect(Promise.all(waiting)).resolves.toHaveLength(5);
  await two.end();
});

test('connections that nobody uses close by themselves', async () => {
  const two = connectTwo({ idleTimeoutMs: 50 });
  const count = statement<{ count: number }>(
    'count_sessions',
    "select count(*) from pg_stat_activity where application_name = 'pool test'",
  );
  await Promise.all([two.one(one), two.one(one)]);
  await vi.waitFor(async () => expect(await database.one(count)).toEqual({ count: 0 }), HANG_MS);
  await two.end();
});

test('a notification reaches every handler of its channel', async () => {
  const heard: string[] = [];
  const stopFirst = await database.listen('look', (payload) => heard.push(`first ${payload}`));
  const stopSecond = await database.listen('look', (payload) => heard.push(`second ${payload}`));
  const stopOther = await database.listen('Other channel', (payload) => heard.push(`other ${payload}`));
  await database.script("notify look, 'a'");
  await vi.waitFor(() => expect(heard).toEqual(['first a', 'second a']), HANG_MS);
  await stopFirst();
  await database.script(`notify look, 'b'; notify "Other channel", 'c'`);
  await vi.waitFor(() => expect(heard.slice(2)).toEqual(['second b', 'other c']), HANG_MS);
  await Promise.all([stopSecond(), stopOther()]);
});

test('after a lost connection every handler is told to look, and hears again', async () => {
  const two = connectTwo();
  const heard: string[] = [];
  await two.listen('look', (payload) => heard.push(payload));
  await database.script(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'pool test (listen)'",
  );
  await vi.waitFor(() => expect(heard).toEqual(['']), HANG_MS);
  await database.script("notify look, 'a'");
  await vi.waitFor(() => expect(heard).toEqual(['', 'a']), HANG_MS);
  await two.end();
});

test('a table goes out and comes in by COPY', async () => {
  await database.script('insert into things select i, i from generate_series(1, 1000) i');
  const chunks = await database.copy(async (session) => session.copyOut('copy things to stdout').toArray());
  await database.script('truncate things');
  await database.copy(async (session) => {
    const into = session.copyIn('copy things from stdin');
    into.end(Buffer.concat(chunks));
    await new Promise((resolve, reject) => into.on('finish', resolve).on('error', reject));
  });
  expect(await database.one(statement('sum', 'select count(*), sum(n) from things'))).toEqual({
    count: 1000,
    sum: 500500,
  });
});

test('a statement that takes too long is cut off', async () => {
  const impatient = createDatabase({
    ...databases.connection('alt_admin'),
    applicationName: 'test',
    statementTimeoutMs: 50,
  });
  expect(sqlState(await impatient.script('select pg_sleep(60)').catch((error) => error))).toBe('57014');
  await impatient.end();
});

test('a URL connects as its parts do', async () => {
  const { host, port, user, password, database: name } = databases.connection('alt_admin');
  const url = `postgres://${user}:${password}@/${name}?host=${encodeURIComponent(host)}&port=${port}`;
  const client = await openClient({ ...connectionFromUrl(url), applicationName: 'test' });
  expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  await client.end();
});

test('work in the background has its own connections, whose server processes give way where Alt runs the server', async () => {
  const own = createDatabase({ ...databases.connection('alt_admin'), isEmbedded: true, applicationName: 'pool test' });
  const { background } = own;
  expect(background.background).toBe(background);
  const behind = await pidsOf(background);
  const ahead = await pidsOf(own);
  expect(new Set([...behind, ...ahead]).size).toBe(4);
  // The server answers a moment before it has stepped back.
  await vi.waitFor(() => {
    for (const pid of behind) expect(niceOf(pid)).toEqual({ process: BACKGROUND_NICE, session: BACKGROUND_NICE });
  }, 20_000);
  for (const pid of ahead)
    expect(niceOf(pid)).toEqual({ process: getPriority(), session: sessionNice(pid) ?? getPriority() });
  expect(getPriority()).not.toBe(BACKGROUND_NICE);
  expect(sessionNice(process.pid)).not.toBe(BACKGROUND_NICE);
  await own.end();
});

test('a server that Alt does not run is left as it is', async () => {
  const distant = createDatabase({
    ...databases.connection('alt_admin'),
    isEmbedded: false,
    applicationName: 'pool test',
  });
  for (const pid of await pidsOf(distant.background)) expect(getPriority(pid)).toBe(getPriority());
  await distant.end();
});

test('work in the background begins connections anew with the rest, and ends with it', async () => {
  const own = connectTwo();
  const pidOf = async () => (await own.background.one(backendPid))?.pid;
  const before = await pidOf();
  expect(await pidOf()).toBe(before);
  own.renew();
  expect(await pidOf()).not.toBe(before);
  await own.end();
  await expect(pidOf()).rejects.toThrow(DatabaseUnavailableError);
});

/** Of two connections at once. */
async function pidsOf(given: Database): Promise<number[]> {
  const rows = await Promise.all([1, 2].map(() => given.transaction((tx) => tx.one(backendPid))));
  return rows.map((row) => row?.pid ?? 0);
}

/** The nice values of a process and, where Linux shares the processor among sessions, of its session. */
function niceOf(pid: number) {
  return { process: getPriority(pid), session: sessionNice(pid) ?? getPriority(pid) };
}

function sessionNice(pid: number): number | null {
  const file = `/proc/${pid}/autogroup`;
  if (!existsSync(file)) return null;
  return Number(/nice (-?\d+)/.exec(readFileSync(file, 'utf8'))?.[1] ?? Number.NaN);
}
