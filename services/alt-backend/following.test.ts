import type { AuthChange, listTenants, ResponseOf } from '@alt/contracts';
import { type Database, statement } from '@alt/database';
import { createTestDatabase, type TestDatabase } from '@alt/database/testing.ts';
import { writeInbound } from '@alt/pipeline';
import { createLogger, type PeerFetch, type Reader } from '@alt/service-kit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startFollowing } from './following.ts';
import { addImport } from './imports/store.ts';
import { ensureLabels } from './store/labels.ts';
import { createAsReader } from './store/readers.ts';
import { subscribe } from './store/subscriptions.ts';

type Tenant = ResponseOf<typeof listTenants>['tenants'][number];

let database: TestDatabase;
let superuser: Database;
let backend: Database;
let asReader: ReturnType<typeof createAsReader>;
let feedId: number;
beforeEach(async () => {
  database = await createTestDatabase();
  superuser = database.superuser('alt');
  backend = database.connectAs('alt_backend');
  asReader = createAsReader(backend);
  feedId = await makeFeed();
});
afterEach(() => database.drop());

const ADA = makeReader(1, 1);
const EVE = makeReader(2, 2);
/** Eve in Ada's tenant. */
const EVE_AT_ADAS = makeReader(2, 1);
const [ADAS, EVES] = [ADA.tenantId, EVE.tenantId];

test('a suspended tenant is refused with a clear sentence, others are not, and nothing is lost', async () => {
  await follow(feedId, ADA, EVE);
  const outbox = makeOutbox([{ kind: 'tenant', tenantId: ADAS, limits: { feeds: 9 }, suspendedAt: NOW }]);
  await catchUp(outbox);
  expect(await rows('select limits from tenants where suspended_at is not null')).toEqual([{ limits: { feeds: 9 } }]);
  await expect(unreadOf(ADA)).rejects.toMatchObject({ code: 'tenant-suspended', status: 403 });
  expect(await unreadOf(EVE)).toBe(3);
  outbox.changes.push({ kind: 'tenant', tenantId: ADAS, limits: {}, suspendedAt: null });
  await catchUp(outbox);
  expect(await unreadOf(ADA)).toBe(3);
});

test('a tenant that was suspended before anybody of it was seen is refused at first sight', async () => {
  await catchUp(makeOutbox([{ kind: 'tenant', tenantId: EVES, limits: {}, suspendedAt: NOW }]));
  await expect(unreadOf(EVE)).rejects.toMatchObject({ code: 'tenant-suspended' });
});

test('what a deleted account had goes, in every tenant; others keep theirs, and all counts stay right', async () => {
  await follow(feedId, ADA, EVE, EVE_AT_ADAS);
  await asReader(EVE, async (tx, readerId) => void (await ensureLabels(tx, readerId, ['mine'])));
  await asReader(EVE, async (tx) => {
    const item = { itemId: '1', url: null, title: 'x', publishedAt: null, contentHtml: '', labels: [] };
    await writeInbound(tx, 's', [{ ...item, feedId, isRead: false, isStarred: false }]);
    await addImport(tx, { service: 'other', address: 'a', account: 'eve', secret: Buffer.of(1), what: [] });
  });
  await catchUp(makeOutbox([{ kind: 'account-removed', userId: EVE.userId }]));
  await purge(2);
  expect(await rows('select id::text from inbound_items union all select id::text from reader_imports')).toEqual([]);
  expect(await rows('select reader_id, count(*) from entries group by 1')).toEqual([{ reader_id: 1, count: 3 }]);
  expect(await rows('select name from labels')).toEqual([]);
  expect(await rows('select reader_id from subscriptions')).toEqual([{ reader_id: 1 }]);
  expect(await rows('select subscriber_count as n from feeds')).toEqual([{ n: 1 }]);
  expect(await rows('select * from miscounted()')).toEqual([]);
  expect(await unreadOf(ADA)).toBe(3);
});

test('a request that was under way when the account went brings nothing back', async () => {
  await follow(feedId, EVE);
  await catchUp(makeOutbox([{ kind: 'account-removed', userId: EVE.userId }]));
  await purge();
  await follow(feedId, EVE);
  expect(await rows('select count(*)::int as n from readers')).toEqual([{ n: 1 }]);
  await superuser.script(`update readers set purged_at = now() - interval '2 hours'`);
  await purge();
  expect(await rows('select id from readers')).toEqual([]);
  expect(await rows('select article_id from entries')).toEqual([]);
  expect(await rows('select subscriber_count as n from feeds')).toEqual([{ n: 0 }]);
});

test('a tenant that went takes its readers and its private feeds with it', async () => {
  await superuser.script(`insert into hosts (host) values ('own.example') on conflict do nothing;
    insert into tenants (id) values ('${EVES}') on conflict do nothing;
    insert into feeds (url, host, tenant_id) values ('https://own.example/', 'own.example', '${EVES}')`);
  await follow(feedId, ADA, EVE);
  await catchUp(makeOutbox([{ kind: 'tenant-removed', tenantId: EVES }]));
  await purge();
  await superuser.script(`update readers set purged_at = now() - interval '2 hours' where purged_at is not null;
    update tenants set purge_after = now() - interval '2 hours' where purge_after is not null;
    update feeds set created_at = now() - interval '2 days'`);
  await purge();
  expect(await rows('select id from tenants')).toHaveLength(2);
  await superuser.script('select collect_garbage(0, 1000), collect_garbage(9007199254740991, 1000)');
  await purge();
  expect(await rows('select id from tenants')).toEqual([{ id: ADAS }]);
});

test('a member who is back within 30 days finds everything; after that it goes', async () => {
  await follow(feedId, EVE_AT_ADAS);
  const membership = { tenantId: ADAS, userId: EVE.userId };
  const outbox = makeOutbox([{ kind: 'member-removed', ...membership }]);
  await catchUp(outbox);
  await purge();
  outbox.changes.push({ kind: 'member', ...membership });
  await catchUp(outbox);
  await superuser.script(`update readers set purge_after = purge_after - interval '31 days'`);
  await purge();
  expect(await unreadOf(EVE_AT_ADAS)).toBe(3);
  outbox.changes.push({ kind: 'member-removed', ...membership });
  await catchUp(outbox);
  await superuser.script(`update readers set purge_after = purge_after - interval '31 days'`);
  await purge();
  expect(await rows('select article_id from entries')).toEqual([]);
});

test('replicas apply every page once and in order, and go on from where the last one stopped', async () => {
  await follow(feedId, ADA);
  const states: AuthChange[] = Array.from({ length: 60 }, (_, n) => ({
    kind: 'tenant',
    tenantId: ADAS,
    limits: { feeds: n },
    suspendedAt: null,
  }));
  const outbox = makeOutbox(states, { pageSize: 7 });
  let applied = 0;
  const count = () => {
    applied += 1;
  };
  await Promise.all([catchUp(outbox, count), catchUp(outbox, count), catchUp(outbox, count)]);
  expect(applied).toBe(Math.ceil(60 / 7));
  expect(await rows('select limits from tenants')).toEqual([{ limits: { feeds: 59 } }]);
  expect(await rows('select position::int from auth_position')).toEqual([{ position: 60 }]);
  const askedBefore = outbox.asked.length;
  await catchUp(outbox);
  expect(outbox.asked.slice(askedBefore)[0]).toContain('after=60');
});

test.each(['/internal/changes', '/internal/tenants'])(
  'an answer of %s that another replica was faster with is dropped',
  async (path) => {
    await follow(feedId, ADA);
    const isGap = path === '/internal/tenants';
    const tenant = { limits: {}, suspendedAt: null };
    const outbox = makeOutbox(
      [{ kind: 'tenant', tenantId: ADAS, ...tenant }],
      isGap ? { oldest: 9, newest: 9, tenants: [{ id: ADAS, ...tenant, memberIds: [ADA.userId] }] } : {},
    );
    const held = Promise.withResolvers<void>();
    const isHeld = Promise.withResolvers<void>();
    const newer = makeOutbox(Array(12).fill({ kind: 'tenant', tenantId: ADAS, limits: {}, suspendedAt: NOW }));
    let isOver = false;
    let applied = 0;
    const slow = startFollowing({
      ...followerOf({
        ...outbox,
        peer: async (asked) => {
          if (isOver) return newer.peer(asked);
          const answer = await outbox.peer(asked);
          if (asked.startsWith(path)) {
            isHeld.resolve();
            await held.promise;
          }
          return answer;
        },
      }),
      onApplied: () => {
        applied += 1;
      },
    });
    await isHeld.promise;
    await catchUp(newer);
    const askedBefore = newer.asked.length;
    isOver = true;
    held.resolve();
    while (newer.asked.length <= askedBefore) await new Promise((resolve) => setTimeout(resolve, 5));
    await slow.stop();
    expect(applied).toBe(0);
    expect(await rows('select suspended_at is null as isfree from tenants')).toEqual([{ isfree: false }]);
    expect(await rows('select position::int from auth_position')).toEqual([{ position: 12 }]);
  },
);

test('where changes are missing all tenants are compared; who is missing there has 30 days to come back', async () => {
  await follow(feedId, ADA, EVE, EVE_AT_ADAS);
  const outbox = makeOutbox([], {
    oldest: 900,
    newest: 1_000,
    tenants: [{ id: ADAS, limits: { feeds: 3 }, suspendedAt: NOW, memberIds: [ADA.userId] }],
  });
  await catchUp(outbox);
  expect(await rows('select position::int from auth_position')).toEqual([{ position: 1_000 }]);
  expect(await rows('select limits from tenants where suspended_at is not null')).toEqual([{ limits: { feeds: 3 } }]);
  expect(await rows('select id from tenants where purge_after > now()')).toEqual([{ id: EVES }]);
  expect(await rows('select id from readers where purge_after > now() order by id')).toEqual([{ id: 2 }, { id: 3 }]);
  await purge();
  expect(await rows('select distinct reader_id from entries order by 1')).toHaveLength(3);
  // The operator had given the wrong database: with the right one all is as it was.
  const right = makeOutbox([], {
    newest: 50,
    tenants: [
      { id: ADAS, limits: {}, suspendedAt: null, memberIds: [ADA.userId, EVE.userId] },
      { id: EVES, limits: {}, suspendedAt: null, memberIds: [EVE.userId] },
    ],
  });
  await catchUp(right);
  expect(await rows('select id from readers where purge_after is not null')).toEqual([]);
  expect(await rows('select id from tenants where purge_after is not null or suspended_at is not null')).toEqual([]);
});

test('an auth-service that is down is asked again until it answers', async () => {
  await follow(feedId, ADA);
  const outbox = makeOutbox([{ kind: 'tenant', tenantId: ADAS, limits: {}, suspendedAt: NOW }], { failures: 2 });
  await catchUp(outbox);
  expect(outbox.asked.length).toBeGreaterThan(2);
  await expect(unreadOf(ADA)).rejects.toMatchObject({ code: 'tenant-suspended' });
});

// ------------------------------------------------------------------ auth-service and the database

const NOW = '2026-11-21T06:00:00.000Z';

interface Outbox {
  changes: AuthChange[];
  asked: string[];
  peer: PeerFetch;
  newest(): number;
}

/** What auth-service answers: a change a position, from 1 on, or from `oldest` on where earlier ones were pruned. */
function makeOutbox(
  changes: AuthChange[],
  options: { pageSize?: number; oldest?: number; newest?: number; tenants?: Tenant[]; failures?: number } = {},
): Outbox {
  const { pageSize = 500, oldest = 1, tenants = [] } = options;
  let failures = options.failures ?? 0;
  const outbox: Outbox = {
    changes,
    asked: [],
    newest: () => options.newest ?? changes.length,
    peer: async (path) => {
      outbox.asked.push(path);
      if (failures > 0) {
        failures -= 1;
        throw new Error('auth-service is down');
      }
      const query = new URL(path, 'http://auth').searchParams;
      if (path.startsWith('/internal/tenants')) {
        // One a page, by id, as many pages as there are.
        const left = tenants.filter(({ id }) => id > (query.get('after') ?? ''));
        return Response.json({ tenants: left.slice(0, 1), position: outbox.newest(), hasMore: left.length > 1 });
      }
      const after = Number(query.get('after'));
      const page = changes.slice(after, after + pageSize);
      return Response.json({
        changes: page,
        position: after + page.length,
        hasMore: page.length === pageSize,
        isGap: after < oldest - 1 || after > outbox.newest(),
      });
    },
  };
  return outbox;
}

function followerOf(outbox: Outbox) {
  return {
    database: backend,
    authService: outbox.peer,
    log: createLogger('silent'),
    everyMs: 20,
  };
}

/** Follows until the position is the newest, as a process that starts and stops. */
test('who must know memberships as they are has them at once, without waiting for the next look', async () => {
  await follow(feedId, ADA, EVE);
  const outbox = makeOutbox([]);
  const following = startFollowing({ ...followerOf(outbox), everyMs: 3_600_000, onApplied() {} });
  await following.untilCurrent();
  const asked = outbox.asked.length;
  await following.untilCurrent();
  expect(outbox.asked).toHaveLength(asked); // known a moment ago
  await following.stop();
  outbox.changes.push({ kind: 'account-removed', userId: EVE.userId });
  const later = startFollowing({ ...followerOf(outbox), everyMs: 3_600_000, onApplied() {} });
  await later.untilCurrent();
  expect(await rows('select id from readers where purge_after is not null')).toHaveLength(1);
  await later.stop();
});

test('what is told is seen at once, also by a process that has just looked', async () => {
  await follow(feedId, ADA);
  const outbox = makeOutbox([]);
  const following = startFollowing({ ...followerOf(outbox), everyMs: 3_600_000, onApplied: () => asReader.forget() });
  await following.untilCurrent();
  expect(await unreadOf(ADA)).toBe(3);
  const isRefused = () =>
    unreadOf(ADA).then(
      () => false,
      () => true,
    );
  for (const suspendedAt of [NOW, null]) {
    outbox.changes.push({ kind: 'tenant', tenantId: ADAS, limits: {}, suspendedAt });
    following.lookNow();
    await expect.poll(isRefused, { timeout: 20_000 }).toBe(suspendedAt !== null);
  }
  await following.stop();
});

test('while auth-service is away nobody is told that memberships are known', async () => {
  const following = startFollowing({
    ...followerOf(makeOutbox([], { failures: 1_000 })),
    everyMs: 3_600_000,
    onApplied() {},
  });
  await expect(following.untilCurrent()).rejects.toMatchObject({ code: 'unavailable', status: 503 });
  await following.stop();
});

async function catchUp(outbox: Outbox, onApplied = () => {}): Promise<void> {
  const following = startFollowing({ ...followerOf(outbox), onApplied });
  const deadline = Date.now() + 60_000;
  for (;;) {
    const [row] = await rows<{ position: number }>('select position::int from auth_position');
    if ((row?.position ?? 0) === outbox.newest()) break;
    if (Date.now() > deadline) throw new Error(`stopped at ${row?.position}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await following.stop();
  asReader = createAsReader(backend); // as after the seconds for which a reader is known
}

const purgeStatement = statement<{ removed: number }>('following_purge', 'select purge_leavers($1) as removed');

async function purge(batch = 1_000): Promise<void> {
  while (((await backend.one(purgeStatement, [batch]))?.removed ?? 0) > 0);
}

let statements = 0;

async function rows<Row>(sql: string): Promise<Row[]> {
  statements += 1;
  return superuser.all(statement<Row>(`following_rows_${statements}`, sql));
}

/** A feed with three articles in its last document. */
async function makeFeed(): Promise<number> {
  await superuser.script(`insert into hosts (host) values ('site.example');
    insert into feeds (url, host, last_polled_at) values ('https://site.example/', 'site.example', now());
    insert into articles (id, feed_id, identity, title, excerpt, received_at, sort_at, content_hash)
      select n, (select id from feeds), int4send(n), 'title', '', now(), now(), '\\x01' from generate_series(1, 3) n;
    insert into feed_documents select id, '{1,2,3}' from feeds;`);
  const [feed] = await rows<{ id: number }>('select id from feeds');
  return feed?.id ?? 0;
}

async function follow(feed: number, ...readers: Reader[]): Promise<void> {
  for (const reader of readers) await asReader(reader, (tx) => subscribe(tx, [feed], [null]));
}

const unreadStatement = statement<{ unread: number }>(
  'following_unread',
  'select coalesce(sum(unread), 0)::int as unread from counters where reader_id = $1',
);

async function unreadOf(reader: Reader): Promise<number> {
  return asReader(reader, async (tx, readerId) => (await tx.one(unreadStatement, [readerId]))?.unread ?? 0);
}

function makeReader(user: number, tenant: number): Reader {
  const id = (digit: number) => `018f0000-0000-7000-8000-00000000000${digit}`;
  return {
    userId: id(user),
    tenantId: id(tenant),
    role: 'owner',
    email: '',
    name: '',
    sessionId: null,
    keyId: null,
    csrfToken: null,
    provedAt: null,
    isSuspended: false,
    scope: 'full',
  };
}
