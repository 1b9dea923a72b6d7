import { Registry } from 'prom-client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addConnectionMetrics } from './connection-metrics.ts';
import { connectionRoutes } from './connections.ts';
import { connectInoreader } from './store/connections.ts';
import { makeReader, openBackend, type TestBackend, type TestClient } from './testing.ts';

const ann = makeReader(1);
const bob = makeReader(2);
let backend: TestBackend;
let call: TestClient;

beforeEach(async () => {
  backend = await openBackend();
  call = backend.serve(connectionRoutes(backend.asReader));
});
afterEach(() => backend.drop());

const read = async (as = ann) => (await (await call('GET', '/v1/connections/inoreader', { as })).json()).connection;

test('nothing is connected until an account is given to the reader, and then only to them', async () => {
  expect(await read()).toBeNull();
  expect((await call('POST', '/v1/connections/inoreader/sync', { as: ann, body: {} })).status).toBe(404);
  expect(await backend.asReader(ann, (tx, id) => connectInoreader(tx, id, 'default'))).toBe(true);
  expect(await backend.asReader(bob, (tx, id) => connectInoreader(tx, id, 'default'))).toBe(false);
  expect(await backend.asReader(ann, (tx, id) => connectInoreader(tx, id, 'other'))).toBe(false);
  expect(await read()).toMatchObject({ account: 'default', state: 'new', problem: null, budgets: [], isWanted: false });
  expect(await read(bob)).toBeNull();
  expect((await call('DELETE', '/v1/connections/inoreader', { as: bob })).status).toBe(404);
});

test('it tells what waits, what is spent of a day that goes on, and what is wrong', async () => {
  await backend.asReader(ann, (tx, id) => connectInoreader(tx, id, 'default'));
  await backend.superuser.script(`
    update inoreader_connections set state = 'failing', problem_code = 'unreachable', problem_message = 'Inoreader is away.';
    insert into inoreader_items (connection_id, item, stamp, remote_read, content, needs_write)
      select 1, lpad(to_hex(n), 16, '0'), n, false, case when n <= 3 then 'wanted' else 'here' end, n = 5
      from generate_series(1, 10) n;
    insert into inoreader_budgets (connection_id, zone, day_ends_at, allowed, used)
      values (1, 1, now() + interval '1 hour', 101, 37), (1, 2, now() - interval '1 hour', 100, 90)`);
  const connection = await read();
  expect(connection).toMatchObject({
    state: 'failing',
    problem: { code: 'unreachable', message: 'Inoreader is away.' },
    articles: 7,
    waiting: { articles: 3, changes: 1 },
    budgets: [
      { kind: 'reads', allowed: 101, reserve: 11, used: 37 },
      { kind: 'writes', allowed: 100, reserve: 10, used: 0 },
    ],
  });
});

test('a run is asked for, a doubt is lifted, and the end forgets what was agreed', async () => {
  await backend.asReader(ann, (tx, id) => connectInoreader(tx, id, 'default'));
  expect((await call('POST', '/v1/connections/inoreader/sync', { as: ann, body: { confirm: true } })).status).toBe(202);
  expect(await read()).toMatchObject({ isWanted: true });
  const [row] = await backend.superuser.all<{ isConfirmed: boolean }>({
    name: 'confirmed',
    text: 'select confirmed_at is not null as "isConfirmed" from inoreader_connections',
  });
  expect(row?.isConfirmed).toBe(true);
  expect((await call('DELETE', '/v1/connections/inoreader', { as: ann })).status).toBe(204);
  expect(await read()).toBeNull();
});

test('numbers say how many accounts there are, need a person, and have used up requests that they need', async () => {
  const metrics = new Registry();
  addConnectionMetrics({ metrics, database: backend.database });
  const numbers = async () => {
    const found = await metrics.getMetricsAsJSON();
    return Object.fromEntries(
      found.map(({ name, values }) => [name.replace('alt_inoreader_', ''), Math.round(values[0]?.value ?? -1)]),
    );
  };
  expect(new Set(Object.values(await numbers()))).toEqual(new Set([0]));
  await backend.asReader(ann, (tx, id) => connectInoreader(tx, id, 'default'));
  await backend.asReader(bob, (tx, id) => connectInoreader(tx, id, 'other'));
  await backend.superuser.script(`
    update inoreader_connections set state = 'unauthorised', created_at = to_timestamp(1000000000) where account = 'default';
    update inoreader_connections set last_success_at = to_timestamp(1500000000) where account = 'other';
    insert into inoreader_budgets (connection_id, zone, day_ends_at, allowed, used)
      select id, zone, now() + interval '1 hour', 100, 90 from inoreader_connections, (values (1), (2)) z (zone)`);
  // Requests that nothing waits for may be used up.
  expect(await numbers()).toEqual({
    connections: 2,
    connections_needing_person: 1,
    connections_failing: 0,
    connections_spent: 0,
    backlog: 0,
    writes_waiting: 0,
    oldest_success_timestamp_seconds: 1_500_000_000,
  });
  await backend.superuser.script(`
    update inoreader_connections set state = 'failing' where account = 'other';
    insert into inoreader_items (connection_id, item, stamp, remote_read, content, needs_write)
      select id, '0000000000000001', 1, false, 'wanted', true from inoreader_connections where account = 'other'`);
  expect(await numbers()).toMatchObject({
    connections_failing: 1,
    connections_spent: 1,
    backlog: 1,
    writes_waiting: 1,
  });
  await backend.superuser.script('update inoreader_budgets set used = 89');
  expect(await numbers()).toMatchObject({ connections_spent: 0 });
});
