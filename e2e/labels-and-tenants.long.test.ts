import { createDatabase } from '@alt/database';
import { type StaticFeeds, startStaticFeeds } from '@alt/testing/hostile/index.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Client, readEvents, register } from './client.ts';
import { eventually, type Machine, shapesAtLength, startMachine } from './harness.ts';
import { stagesDone } from './stored.ts';

/** With what a path must carry encoded, and what a file system would not like. */
const NAME = 'a/b ü%?#';
const RENAMED = '後で読む';

describe.each(shapesAtLength('a process per service'))('Alt as %s', (shape) => {
  let web: StaticFeeds;
  let machine: Machine;
  let ada: Client;
  let eve: Client;
  let ids: string[];

  beforeAll(async () => {
    web = await startStaticFeeds({ feeds: 1, items: 5 });
    machine = await startMachine(shape, {
      allow: [new URL(web.origin).host],
      environment: { ALT_REGISTRATION: 'open', ALT_FOLLOW_SECONDS: '0.2' },
    });
    [ada, eve] = [await register(machine.origin, 'ada@example.org'), await register(machine.origin, 'eve@example.org')];
    for (const reader of [ada, eve]) {
      const made = await reader.post('/v1/subscriptions', { url: web.urls[0] });
      expect(made.status, made.text).toBe(201);
    }
    ids = (await ada.get('/v1/entries')).json.items.map(({ id }: { id: string }) => id);
    expect(ids).toHaveLength(5);
    // Entries are compared as a whole below: their tags and summaries must have arrived.
    await stagesDone(machine);
  }, 120_000);
  afterAll(async () => {
    await machine?.stop();
    await web?.stop();
  });

  const labelsOf = async (reader: Client) => (await reader.get('/v1/labels')).json.items;
  const at = (name: string) => `/v1/labels/${encodeURIComponent(name)}`;

  /** What a second page hears while `act` runs: the labels of each changed entry. */
  async function heard(act: () => Promise<void>, isEnough: (labels: string[][]) => boolean): Promise<string[][]> {
    const labelsIn = (events: { event: string; data: { items: { labels: string[] }[] } }[]) =>
      events.flatMap(({ event, data }) => (event === 'entries' ? data.items.map(({ labels }) => labels) : []));
    const events = await readEvents(ada, { onOpen: act, isEnough: (seen) => isEnough(labelsIn(seen)) });
    return labelsIn(events);
  }

  test('labels appear, change their name and go in a second page that is open', async () => {
    const unread = (await ada.get('/v1/counters')).json;
    const two = ids.slice(0, 2);
    const added = await heard(
      async () => void (await ada.patch('/v1/entries', { ids: two, addLabels: [NAME, 'other'] })),
      (labels) => labels.length === 2,
    );
    expect(added).toEqual([
      [NAME, 'other'],
      [NAME, 'other'],
    ]);
    const renamed = await heard(
      async () => {
        const answer = await ada.patch(at(NAME), { name: RENAMED });
        expect([answer.status, answer.json]).toEqual([
          200,
          { id: expect.any(String), isShared: false, name: RENAMED, count: 2 },
        ]);
      },
      (labels) => labels.length === 2,
    );
    expect(renamed).toEqual([
      ['other', RENAMED],
      ['other', RENAMED],
    ]);
    expect((await ada.get(`/v1/entries?label=${encodeURIComponent(RENAMED)}`)).json.items).toHaveLength(2);
    const removed = await heard(
      async () => void expect((await ada.delete(at(RENAMED))).status).toBe(204),
      (labels) => labels.length === 2,
    );
    expect(removed).toEqual([['other'], ['other']]);
    expect(await labelsOf(ada)).toEqual([{ id: expect.any(String), isShared: false, name: 'other', count: 2 }]);
    expect((await ada.get('/v1/counters')).json).toEqual(unread);
  });

  test('a name that is taken, missing, foreign or no name changes nothing', async () => {
    await ada.patch('/v1/entries', { ids: ids.slice(0, 1), addLabels: ['one', 'two'] });
    await eve.patch('/v1/entries', { ids, addLabels: ['hers'] });
    const before = [await labelsOf(ada), await labelsOf(eve)];
    const expectCode = async (answer: Promise<{ status: number; json: { code: string } }>, code: string) =>
      expect((await answer).json.code).toBe(code);
    await expectCode(ada.patch(at('one'), { name: 'two' }), 'name-taken');
    await expectCode(ada.patch(at('none'), { name: 'three' }), 'not-found');
    await expectCode(eve.patch(at('one'), { name: 'mine' }), 'not-found');
    await expectCode(eve.delete(at('one')), 'not-found');
    await expectCode(ada.delete(at('hers')), 'not-found');
    await expectCode(ada.patch(at('one'), { name: ' ' }), 'invalid-request');
    await expectCode(ada.patch(at('one'), {}), 'invalid-request');
    await expectCode(ada.delete(at('x'.repeat(201))), 'not-found');
    expect((await ada.call('DELETE', at('one'), undefined, { 'x-csrf-token': 'x' })).json.code).toBe('csrf-failed');
    expect([await labelsOf(ada), await labelsOf(eve)]).toEqual(before);
    expect((await ada.patch(at('one'), { name: 'one' })).status).toBe(200);
  });

  test('a suspended tenant is refused until it is let in again, and misses nothing', async () => {
    const { tenantId } = (await eve.get('/v1/auth/validate')).json;
    const before = (await eve.get('/v1/entries')).json;
    await operator('auth', `update tenants set suspended_at = now() where id = '${tenantId}'`);
    const refused = await eventually(async () => {
      const answer = await eve.get('/v1/entries');
      return answer.status === 403 && answer.json;
    }, 'the suspension');
    expect(refused).toMatchObject({ code: 'tenant-suspended', detail: expect.stringMatching(/suspended/) });
    for (const path of ['/v1/subscriptions', '/v1/counters', '/v1/labels', '/v1/settings', '/v1/events']) {
      expect((await eve.get(path)).json.code, path).toBe('tenant-suspended');
    }
    expect((await ada.get('/v1/entries')).status).toBe(200);
    // Whoever is down meanwhile hears of it afterwards.
    await machine.kill('auth-service', 'SIGKILL');
    if (shape === 'one process') await machine.start('auth-service');
    await operator('auth', `update tenants set suspended_at = null where id = '${tenantId}'`);
    if (shape !== 'one process') await machine.start('auth-service');
    const after = await eventually(async () => {
      const answer = await eve.get('/v1/entries');
      return answer.status === 200 && answer.json;
    }, 'the end of the suspension');
    expect(after).toEqual(before);
  });

  test('a disabled account is refused and finds everything when it is enabled; a deleted one leaves nothing', async () => {
    const { userId, tenantId } = (await eve.get('/v1/auth/validate')).json;
    const before = (await eve.get('/v1/entries')).json;
    await operator('auth', `update accounts set disabled_at = now() where id = '${userId}'`);
    await eventually(async () => (await eve.get('/v1/entries')).status === 401, 'the refusal');
    await operator('auth', `update accounts set disabled_at = null where id = '${userId}'`);
    const after = await eventually(async () => {
      const answer = await eve.get('/v1/entries');
      return answer.status === 200 && answer.json;
    }, 'the way back in');
    expect(after).toEqual(before);

    await operator('auth', `delete from accounts where id = '${userId}'`);
    const left = `select 1 / (1 - least(1, (select count(*) from entries e join readers r on r.id = e.reader_id
      where r.tenant_id = '${tenantId}') + (select count(*) from subscriptions s join readers r on r.id = s.reader_id
      where r.tenant_id = '${tenantId}')))`;
    await eventually(
      () =>
        operator('alt', left).then(
          () => true,
          () => false,
        ),
      'the purge',
    );
    expect((await ada.get('/v1/entries')).json.items).toHaveLength(5);
  });

  /** What only the operator's own SQL can do today. */
  async function operator(database: 'alt' | 'auth', sql: string): Promise<void> {
    const admin = createDatabase({ ...machine.admin, database, applicationName: 'e2e operator' });
    try {
      await admin.script(sql);
    } finally {
      await admin.end();
    }
  }
});
