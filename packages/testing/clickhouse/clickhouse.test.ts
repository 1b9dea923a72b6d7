import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startClickHouse, type TestClickHouse } from './clickhouse.ts';

let server: TestClickHouse;
let client: ClickHouseClient;
beforeAll(async () => {
  server = await startClickHouse();
  const { url, user: username, password, database } = server;
  const log = { level: ClickHouseLogLevel.OFF };
  const compression = { request: true, response: true };
  client = createClient({ url, username, password, database, log, compression });
  await client.command({
    query: 'create table things (id UInt64, name String, fields Map(String, String)) engine = MergeTree order by id',
  });
});
afterAll(async () => {
  await client.close();
  await server.stop();
});

const rows = async (query: string, query_params: Record<string, unknown> = {}) =>
  (await client.query({ query, query_params, format: 'JSONEachRow' })).json();

test('the client inserts and asks, with parameters, and what it put in survives a kill', async () => {
  const values = [
    { id: 1, name: "a 'quoted'\tname", fields: { k: 'v' } },
    { id: 2, name: '日本', fields: {} },
  ];
  const { summary } = await client.insert({ table: 'things', values, format: 'JSONEachRow' });
  expect(summary?.written_rows).toBe('2');
  expect(
    await rows('select id, name, fields from things where name = {name:String}', { name: values[0]?.name }),
  ).toEqual([{ ...values[0], id: expect.anything() }]);
  await server.kill();
  await expect(client.query({ query: 'select 1' })).rejects.toThrow();
  await server.start();
  expect(await rows('select name from things order by id')).toEqual(values.map(({ name }) => ({ name })));
});

test('a plain request has its query in the body or in the address, and its data compressed', async () => {
  const headers = { authorization: `Basic ${Buffer.from(`${server.user}:${server.password}`).toString('base64')}` };
  const insert = `insert into alt.things (id, name) format JSONEachRow`;
  const body = gzipSync('{"id": 10, "name": "ten"}\n');
  const inserted = await fetch(`${server.url}/?query=${encodeURIComponent(insert)}`, {
    method: 'POST',
    headers: { ...headers, 'content-encoding': 'gzip' },
    body,
  });
  expect(inserted.status).toBe(200);
  const asked = await fetch(`${server.url}/?database=alt&param_id=10`, {
    method: 'POST',
    headers,
    body: 'select name from things where id = {id:UInt64} format TabSeparated',
  });
  expect(await asked.text()).toBe('ten\n');
  expect(await (await fetch(`${server.url}/ping`)).text()).toBe('Ok.\n');
});

test('settings and parameters end with their request', async () => {
  const setting = "select getSetting('max_block_size') as value";
  const clickhouse_settings = { max_block_size: '123' };
  const set = await client.query({ query: setting, format: 'JSONEachRow', clickhouse_settings });
  expect(await set.json()).toEqual([{ value: 123 }]);
  expect(await rows(setting)).not.toEqual([{ value: 123 }]);
});

test('errors have the numbers of ClickHouse, and a wrong password opens nothing', async () => {
  await expect(rows('select nothing_of_that_name')).rejects.toMatchObject({ code: '47' });
  await expect(rows('select * from no_table')).rejects.toMatchObject({ code: '60' });
  await expect(rows('selekt 1')).rejects.toMatchObject({ code: '62' });
  const log = { level: ClickHouseLogLevel.OFF };
  const stranger = createClient({ url: server.url, username: server.user, password: 'wrong', log });
  await expect(stranger.query({ query: 'select 1' })).rejects.toMatchObject({ code: '516' });
  await stranger.close();
  const answer = await fetch(server.url, { method: 'POST', body: 'select 1' });
  expect([answer.status, answer.headers.get('x-clickhouse-exception-code')]).toEqual([403, '516']);
});

test('a program that awaits its end goes on to its own, and needs nothing else to keep it going', async () => {
  const code = `
    const { startClickHouse } = await import(${JSON.stringify(new URL('./clickhouse.ts', import.meta.url).href)});
    const server = await startClickHouse();
    await server.kill();
    await server.start();
    await server.stop();
    process.stdout.write('went on');`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said, exitCode] = await Promise.all([
    text(child.stdout),
    new Promise((resolve) => child.once('exit', resolve)),
  ]);
  expect([said, exitCode]).toEqual(['went on', 0]);
});
