import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startDemoWeb } from '../demo/server.ts';
import { type Client, readEvents, register, type ServerEvent } from './client.ts';
import { eventually, type Machine, shapesAtLength, startMachine } from './harness.ts';
import { findMiscounted } from './stored.ts';

const TAGGED_MS = 120_000;
const HANG_GUARD_MS = 180_000;
type Entry = { id: string; title: string; tags: string[]; read: boolean; starred: boolean };

describe.each(shapesAtLength('one process'))('tags in Alt as %s', (shape) => {
  let web: Awaited<ReturnType<typeof startDemoWeb>>;
  let machine: Machine;
  let ada: Client;
  /** Has a rule that waits for tags. */
  let eve: Client;
  beforeAll(async () => {
    web = await startDemoWeb({ slowDelayMs: 100 });
    machine = await startMachine(shape, {
      allow: [new URL(web.origin).host],
      environment: { ALT_REGISTRATION: 'open' },
    });
    [ada, eve] = [await register(machine.origin, 'ada@example.org'), await register(machine.origin, 'eve@example.org')];
    const query = '-tag:"a tag that nothing has"';
    await eve.post('/v1/rules', { name: 'Tagged', query, actions: { markRead: true } });
    const opml = await (await fetch(`${web.origin}/subscriptions.opml`)).text();
    await ada.post('/v1/opml', opml);
    await eve.post('/v1/opml', opml);
    for (const reader of [ada, eve]) await eventually(() => allTagged(reader), 'tags on every article', TAGGED_MS);
  }, HANG_GUARD_MS);
  afterAll(async () => {
    await machine?.stop();
    await web?.stop();
  });

  const entries = async (reader: Client, query = ''): Promise<Entry[]> =>
    (await reader.get(`/v1/entries?view=all&limit=200${query}`)).json.items;
  const allTagged = async (reader: Client) => {
    const items = await entries(reader);
    return items.length > 20 && items.every(({ tags }) => tags.length > 0) ? items : null;
  };
  const frequent = async (reader: Client): Promise<string[]> =>
    (await reader.get('/v1/tags?order=frequent&limit=20')).json.items.map(({ name }: { name: string }) => name);
  const at = (name: string) => `/v1/tags/${encodeURIComponent(name)}`;
  const tagged = (reader: Client, name: string) => entries(reader, `&tag=${encodeURIComponent(name)}`);

  test('a rule that asks for tags acts on what arrived as soon as they are there', async () => {
    await eventually(async () => (await entries(eve)).every(({ read }) => read), 'the rule acted on everything');
    expect((await entries(ada)).some(({ read }) => read)).toBe(false);
    expect(await findMiscounted(machine)).toEqual([]);
  });

  test('every article has at most eight, each names a list, and the list is those articles', async () => {
    const items = await entries(ada);
    for (const { tags } of items) expect(tags.length).toBeLessThanOrEqual(8);
    const [name = ''] = await frequent(ada);
    const expected = items.filter(({ tags }) => tags.includes(name)).map(({ id }) => id);
    expect(expected.length).toBeGreaterThan(1);
    expect((await tagged(ada, name)).map(({ id }) => id)).toEqual(expected);
    expect((await tagged(ada, name.toUpperCase())).map(({ id }) => id)).toEqual(expected);
    const { items: listed } = (await ada.get('/v1/tags?limit=200')).json;
    expect(listed).toContainEqual({ name, count: expected.length, hidden: false, promoted: false });
  });

  test('tags are listed by name, page after page, each once', async () => {
    const names: string[] = [];
    let cursor = '';
    do {
      const { json } = await ada.get(`/v1/tags?limit=7${cursor}`);
      names.push(...json.items.map(({ name }: { name: string }) => name));
      cursor = json.nextCursor === null ? '' : `&cursor=${json.nextCursor}`;
    } while (cursor !== '');
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBe((await ada.get('/v1/tags?limit=200')).json.items.length);
  });

  test('a renamed tag has its new name on every article and answers to both; another tenant sees nothing of it', async () => {
    const [, name = ''] = await frequent(ada);
    const before = (await tagged(ada, name)).map(({ id }) => id);
    const eves = await frequent(eve);
    const renamed = await ada.patch(at(name), { name: 'Ada’s own / name', promoted: true });
    expect([renamed.status, renamed.json.name, renamed.json.promoted]).toEqual([200, 'Ada’s own / name', true]);
    for (const either of [name, 'ada’s OWN name']) {
      expect((await tagged(ada, either)).map(({ id }) => id)).toEqual(before);
    }
    expect((await tagged(ada, name))[0]?.tags).toContain('Ada’s own / name');
    expect((await frequent(ada))[0]).toBe('Ada’s own / name');
    expect(await frequent(eve)).toEqual(eves);
    expect((await eve.patch(at('Ada’s own / name'), { hidden: true })).json.code).toBe('not-found');
    expect(await tagged(eve, 'Ada’s own / name')).toEqual([]);
  });

  test('a second page that is open hears of tags that change, are merged, hidden or vetoed; another tenant’s does not', async () => {
    const [, name = '', from = '', vetoed = ''] = await frequent(ada);
    const changes: [string, () => Promise<{ status: number }>][] = [
      ['a new name', () => ada.patch(at(name), { name: 'Heard of' })],
      ['hiding', () => ada.patch(at('Heard of'), { hidden: true })],
      ['showing', () => ada.patch(at('Heard of'), { hidden: false })],
      ['promotion', () => ada.patch(at('Heard of'), { promoted: true })],
      ['merging', () => ada.post('/v1/tags/merge', { from: [from], into: 'Heard of' })],
      ['a veto', () => ada.post('/v1/tags/vetoes', { name: vetoed })],
      ['its end', () => ada.delete(`/v1/tags/vetoes/${encodeURIComponent(vetoed)}`)],
    ];
    const isHeard = (events: ServerEvent[]) => events.some(({ event }) => event === 'tags');
    for (const [what, change] of changes) {
      const onOpen = async () => void expect((await change()).status, what).toBeLessThan(300);
      expect(isHeard(await readEvents(ada, { onOpen, isEnough: isHeard })), what).toBe(true);
    }
    const marked = async () =>
      void (await eve.patch('/v1/entries', { ids: [(await entries(eve))[0]?.id], read: true }));
    const eves = await readEvents(eve, { since: 0, onOpen: marked, isEnough: (seen) => seen.length > 0 });
    expect(isHeard(eves)).toBe(false);
  });

  test('merged tags are one list', async () => {
    const [, , into = '', from = ''] = await frequent(ada);
    const ids = new Set([...(await tagged(ada, into)), ...(await tagged(ada, from))].map(({ id }) => id));
    const merged = await ada.post('/v1/tags/merge', { from: [from], into });
    expect([merged.status, merged.json.merged, merged.json.tag.name]).toEqual([200, 1, into]);
    expect(new Set((await tagged(ada, into)).map(({ id }) => id))).toEqual(ids);
    expect(new Set((await tagged(ada, from)).map(({ id }) => id))).toEqual(ids);
    expect((await ada.get('/v1/tags?limit=200')).json.items.map(({ name }: { name: string }) => name)).not.toContain(
      from,
    );
  });

  test('a hidden tag is on no article and in no list until it is shown again', async () => {
    const [, , , name = ''] = await frequent(ada);
    const ids = (await tagged(ada, name)).map(({ id }) => id);
    expect((await ada.patch(at(name), { hidden: true })).status).toBe(200);
    expect(await tagged(ada, name)).toEqual([]);
    expect((await entries(ada)).flatMap(({ tags }) => tags)).not.toContain(name);
    expect((await ada.get('/v1/tags?view=hidden')).json.items.map((tag: { name: string }) => tag.name)).toEqual([name]);
    await ada.patch(at(name), { hidden: false });
    expect((await tagged(ada, name)).map(({ id }) => id)).toEqual(ids);
  });

  test('a vetoed tag is gone for the reader under every name, until they lift the veto', async () => {
    const [, , , , name = ''] = await frequent(ada);
    const ids = (await tagged(ada, name)).map(({ id }) => id);
    expect((await ada.post('/v1/tags/vetoes', { name })).status).toBe(201);
    expect((await ada.post('/v1/tags/vetoes', { name })).status).toBe(200);
    await ada.patch(at(name), { name: 'Under another name' });
    for (const either of [name, 'Under another name']) expect(await tagged(ada, either)).toEqual([]);
    const shown = (await entries(ada)).flatMap(({ tags }) => tags);
    expect(shown).not.toContain(name);
    expect(shown).not.toContain('Under another name');
    expect(await frequent(ada)).not.toContain('Under another name');
    expect((await ada.get('/v1/tags/vetoes')).json.items).toEqual([{ name, createdAt: expect.any(String) }]);
    expect((await ada.delete(`/v1/tags/vetoes/${encodeURIComponent(name)}`)).status).toBe(204);
    expect((await tagged(ada, name)).map(({ id }) => id)).toEqual(ids);
  });

  test('two that differ by a hyphen are proposed, and not any more when they are dismissed', async () => {
    const names = await frequent(ada);
    const one = names.find((name) => /^\p{L}{6,}$/u.test(name)) ?? '';
    const other = names.findLast((name) => name !== one) ?? '';
    const twin = `${one.slice(0, 3)}-${one.slice(3)}`;
    expect((await ada.patch(at(other), { name: twin })).status).toBe(200);
    const proposed = async () => {
      const { items } = (await ada.get('/v1/tags/proposals?limit=200')).json;
      return items.find((item: { names: string[] }) => item.names.includes(one) && item.names.includes(twin));
    };
    expect(await proposed()).toMatchObject({ reason: 'letters' });
    expect((await ada.post('/v1/tags/proposals/dismiss', { names: [one, twin] })).status).toBe(204);
    expect(await proposed()).toBeUndefined();
  });

  test.each<[string, string, string, unknown, string]>([
    ['a tag that nobody has', 'PATCH', '/v1/tags/nobody%20has%20this', { hidden: true }, 'not-found'],
    ['no change', 'PATCH', '/v1/tags/x', {}, 'invalid-request'],
    ['an unknown change', 'PATCH', '/v1/tags/x', { colour: 'red' }, 'invalid-request'],
    ['a name of blanks', 'PATCH', '/v1/tags/x', { name: '  ' }, 'invalid-request'],
    ['a name with a control character', 'PATCH', '/v1/tags/x', { name: 'a\u0000b' }, 'invalid-request'],
    ['a merge of nothing', 'POST', '/v1/tags/merge', { from: [], into: 'x' }, 'invalid-request'],
    ['a merge into what nobody has', 'POST', '/v1/tags/merge', { from: ['x'], into: 'nobody has this' }, 'not-found'],
    ['a veto of what nobody has', 'POST', '/v1/tags/vetoes', { name: 'nobody has this' }, 'not-found'],
    ['a veto that was not', 'DELETE', '/v1/tags/vetoes/never', undefined, 'not-found'],
    ['one name alone', 'POST', '/v1/tags/proposals/dismiss', { names: ['x'] }, 'invalid-request'],
    ['a cursor of somebody else’s', 'GET', '/v1/tags?cursor=%00', undefined, 'invalid-cursor'],
    ['an order that is none', 'GET', '/v1/tags?order=random', undefined, 'invalid-query'],
    ['a limit too high', 'GET', '/v1/tags?limit=201', undefined, 'invalid-query'],
  ])('%s is refused', async (_, method, path, body, code) => {
    expect((await ada.call(method, path, body)).json.code).toBe(code);
  });

  test('nothing is said to who is not signed in, nor written without the CSRF token', async () => {
    expect((await fetch(`${machine.origin}/v1/tags`)).status).toBe(401);
    const [name = ''] = await frequent(ada);
    const answer = await ada.call('PATCH', at(name), { hidden: true }, { 'x-csrf-token': 'x' });
    expect(answer.json.code).toBe('csrf-failed');
  });
});
