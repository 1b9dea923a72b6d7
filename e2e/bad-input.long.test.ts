import { isDeepStrictEqual } from 'node:util';
import {
  altBackendEndpoints,
  archRepoServiceEndpoints,
  authServiceEndpoints,
  type Endpoint,
  type ProblemCode,
  problemSchema,
  problems,
  tenantServiceEndpoints,
} from '@alt/contracts';
import { createDatabase, databaseNames, statement } from '@alt/database';
import { type StaticFeeds, startStaticFeeds } from '@alt/testing/hostile/index.ts';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Client, createClient, register } from './client.ts';
import { eventually, type Machine, shapesAtLength, startMachine } from './harness.ts';
import { stagesDone } from './stored.ts';

/** A reader may open so many event streams at once that no limit stands in the way of this test. */
const STREAMS = 40;
const RUNS = process.env.ALT_TEST_LONG === '1' ? 100 : 10;
/** Longer than any look for work that follows a stage. */
const QUIET_MS = 2_000;
const JSON_MAXIMUM_BYTES = 1024 * 1024;
const TEXT_MAXIMUM_BYTES = 16 * 1024 * 1024;
const UNKNOWN_UUID = '018f0000-0000-7000-8000-000000000000';
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
/** What every endpoint may answer besides the problems that it declares. */
const COMMON: ProblemCode[] = [
  'invalid-json',
  'invalid-request',
  'invalid-query',
  'unsupported-media-type',
  'body-too-large',
  'not-found',
];
/** Tables whose rows follow the clock, and not what is asked. */
const CLOCKED = [
  'sessions',
  'throttles',
  'hosts',
  'feeds',
  'websub_subscriptions',
  // When auth-service was last asked for changes; a private feed asks it again.
  'auth_position',
  // Says since when search-indexer has worked.
  'search_engine',
  // Learned of articles some time after they are tagged.
  'term_counts',
  'term_documents',
  // What the platform notes of its own work, by the minute.
  'job_runs',
  'work_hours',
  'feed_days',
  // What was read before moves on from the inbox by the minute.
  'reading_inbox',
  'reading_events',
  'reading_feed_days',
  'reading_feed_months',
  'reading_slots',
  'service_logs',
  'service_log_counts',
];
/** Partitions, a table a month or a day: of those, and of the platform's own log. */
const PARTITION = /^(reading_events|service_logs)_/;

const endpoints = [
  ...authServiceEndpoints,
  ...tenantServiceEndpoints,
  ...altBackendEndpoints,
  ...archRepoServiceEndpoints,
];
const named = (list: readonly Endpoint[]) => list.map((endpoint) => [endpoint.name, endpoint] as const);
const anyText = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', ' ', '\0', '💥', '-1', 'null'),
);
const anyValue = fc.oneof(
  fc.jsonValue(),
  anyText,
  fc.constantFrom(-1, 0, Number.MAX_VALUE, 2 ** 53, [], {}, [''], true),
);

describe.each(shapesAtLength('one process'))('bad input to Alt as %s', (shape) => {
  let web: StaticFeeds;
  let machine: Machine;
  let reader: Client;
  let fingerprints: Fingerprints;
  let before: string[];

  beforeAll(async () => {
    web = await startStaticFeeds({ feeds: 1, items: 5 });
    machine = await startMachine(shape, {
      allow: [new URL(web.origin).host],
      // What follows of tenants would change the databases while a test looks.
      environment: { ALT_RATE_LIMIT_PER_SECOND: '10000', ALT_FOLLOW_SECONDS: '3600' },
    });
    reader = await register(machine.origin, 'ada@example.org');
    await furnish(reader, web);
    fingerprints = await openFingerprints(machine);
    before = await settled(machine, fingerprints);
  }, 240_000);
  afterAll(async () => {
    await fingerprints?.end();
    await machine?.stop();
    await web?.stop();
  });

  afterEach(async () => {
    const expected = before;
    before = await fingerprints.take();
    expect(before, 'what the databases hold').toEqual(expected);
  });

  test.each(named(endpoints.filter(({ body, bodyType }) => body && !bodyType)))(
    '%s refuses every body that its contract does not allow',
    async (_name, endpoint) => {
      await fc.assert(
        fc.asyncProperty(badBodies(endpoint), async (body) => {
          await expectProblem(await send(reader, endpoint, { body }), endpoint);
        }),
        { numRuns: RUNS },
      );
      const huge = JSON.stringify({ name: 'x'.repeat(JSON_MAXIMUM_BYTES) });
      await expectProblem(await send(reader, endpoint, { body: huge }), endpoint, 'body-too-large');
      for (const type of ['text/plain', 'application/xml', 'multipart/form-data; boundary=x', 'nonsense']) {
        const answer = await send(reader, endpoint, { body: '{}', type });
        await expectProblem(answer, endpoint, 'unsupported-media-type');
      }
    },
    60_000,
  );

  test('importOpml refuses what is no subscription list', async () => {
    const [endpoint] = endpoints.filter(({ bodyType }) => bodyType);
    if (!endpoint) throw new Error('no endpoint takes text');
    const bodies = fc.oneof(fc.string(), fc.constantFrom('', '<opml', '<html><body/></html>', '{}'));
    await fc.assert(
      fc.asyncProperty(bodies, async (body) => {
        await expectProblem(await send(reader, endpoint, { body, type: 'text/x-opml' }), endpoint);
      }),
      { numRuns: RUNS },
    );
    const huge = `<opml>${' '.repeat(TEXT_MAXIMUM_BYTES)}</opml>`;
    await expectProblem(await send(reader, endpoint, { body: huge, type: 'text/x-opml' }), endpoint, 'body-too-large');
  }, 60_000);

  test.each(named(endpoints.filter(({ query }) => query)))(
    '%s refuses every query that its contract does not allow',
    async (_name, endpoint) => {
      await fc.assert(
        fc.asyncProperty(badQueries(endpoint), async (query) => {
          await expectProblem(await send(reader, endpoint, { query }), endpoint, 'invalid-query');
        }),
        { numRuns: endpoint.responseType === 'text/event-stream' ? Math.min(RUNS, STREAMS) : RUNS },
      );
    },
    60_000,
  );

  test.each(named(endpoints.filter(({ problems: own }) => own.includes('invalid-cursor'))))(
    '%s refuses a cursor that it did not make',
    async (_name, endpoint) => {
      const cursors = fc.string({ minLength: 1, maxLength: 300 }).filter((text) => !/^\d{1,10}$/.test(text));
      await fc.assert(
        fc.asyncProperty(cursors, async (cursor) => {
          const answer = await send(reader, endpoint, { query: { ...requiredQuery(endpoint), cursor } });
          await expectProblem(answer, endpoint, 'invalid-cursor');
        }),
        { numRuns: RUNS },
      );
    },
    60_000,
  );

  test.each(named(endpoints.filter(({ params }) => params)))(
    '%s knows nothing at an address made up by a stranger',
    async (_name, endpoint) => {
      await fc.assert(
        fc.asyncProperty(strangeIds, async (id) => {
          await expectProblem(await send(reader, endpoint, { id, ...smallestBody(endpoint) }), endpoint);
        }),
        { numRuns: RUNS },
      );
    },
    60_000,
  );

  test('a method that no endpoint of a path has is refused with those that it has', async () => {
    for (const path of new Set(endpoints.map((endpoint) => endpoint.path))) {
      const known = endpoints.filter((endpoint) => endpoint.path === path).map(({ method }) => method);
      for (const method of METHODS.filter((candidate) => !known.includes(candidate))) {
        const answer = await reader.call(method, path.replaceAll(/:\w+/g, '999'), method === 'GET' ? undefined : {});
        // A path like /v1/entries/mark-read is also an id for the methods of /v1/entries/:id.
        const isOther = endpoints.some((other) => other.method === method && matches(other.path, path));
        if (isOther) continue;
        expect(answer.json?.code, `${method} ${path}`).toBe('method-not-allowed');
        expect(answer.status).toBe(405);
        for (const allowed of known) expect(answer.headers.get('allow')).toContain(allowed);
      }
    }
  });

  test('there is nothing at an unknown path of the API, and nothing internal', async () => {
    const paths = fc.webPath().map((path) => `/v1/nothing${path.replaceAll('..', '')}`);
    await fc.assert(
      fc.asyncProperty(paths, async (path) => {
        expect((await reader.get(path)).json?.code, path).toBe('not-found');
      }),
      { numRuns: RUNS },
    );
    for (const path of ['/internal/exchange', '/internal/keys', '/internal']) {
      expect((await reader.post(path, {})).json?.code, path).toBe('not-found');
    }
  });

  test('a write without the CSRF token, and anything without a session, is refused before it is read', async () => {
    for (const endpoint of endpoints.filter(({ access }) => access === 'reader')) {
      const isWrite = endpoint.method !== 'GET';
      const careless = createClient(machine.origin);
      careless.cookie = reader.cookie;
      if (isWrite && endpoint.name !== 'csrf') {
        await expectProblem(await send(careless, endpoint, { body: 'nonsense' }), endpoint, 'csrf-failed');
      }
      const nobody = createClient(machine.origin);
      await expectProblem(
        await send(nobody, endpoint, isWrite ? { body: 'nonsense' } : {}),
        { ...endpoint, problems: ['not-signed-in'] },
        'not-signed-in',
      );
    }
  });

  test('addresses that can be no feed are refused in plain words', async () => {
    const addresses = [
      'javascript:alert(1)',
      'file:///etc/passwd',
      'ftp://192.0.2.1/feed',
      'http://',
      'http://[::1]/feed',
      'http://0x7f000001/feed',
      'http://169.254.169.254/latest/meta-data',
      'http://192.0.2.1:22/feed',
      '\0',
      'x'.repeat(4096),
    ];
    for (const endpoint of endpoints.filter(({ name }) => ['discoverFeeds', 'createSubscription'].includes(name))) {
      for (const url of addresses) {
        const answer = await send(reader, endpoint, { body: JSON.stringify({ url }) });
        await expectProblem(answer, endpoint);
        expect(answer.status, url).toBe(422);
      }
    }
  }, 60_000);
});

interface Input {
  body?: string;
  type?: string;
  query?: Record<string, string | string[]>;
  id?: string;
}

async function send(client: Client, endpoint: Endpoint, { body, type, query, id }: Input) {
  const parameters = new URLSearchParams();
  for (const [name, values] of Object.entries(query ?? {})) {
    for (const value of [values].flat()) parameters.append(name, value);
  }
  const path =
    id === undefined
      ? endpoint.path
          .replace('/v1/projects/:id', `/v1/projects/${furnished.projectId}`)
          .replaceAll(/:(partId|userId)/g, NOBODY_UUID)
          .replaceAll(/:\w+/g, unknownId(endpoint))
      : endpoint.path.replaceAll(/:\w+/g, encodeURIComponent(id));
  const response = await fetch(`${client.origin}${path}${query ? `?${parameters}` : ''}`, {
    method: endpoint.method,
    redirect: 'manual',
    headers: {
      ...(body === undefined ? {} : { 'content-type': type ?? 'application/json' }),
      ...(client.cookie ? { cookie: client.cookie } : {}),
      ...(client.csrfToken ? { 'x-csrf-token': client.csrfToken } : {}),
    },
    ...(body === undefined ? {} : { body }),
  });
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
}

async function expectProblem(
  answer: Awaited<ReturnType<typeof send>>,
  endpoint: Endpoint,
  code?: ProblemCode,
): Promise<void> {
  expect(answer.type, `${answer.status} ${answer.text.slice(0, 200)}`).toBe('application/problem+json');
  const problem = problemSchema.parse(JSON.parse(answer.text));
  expect([...COMMON, ...endpoint.problems]).toContain(problem.code);
  if (code) expect(problem.code).toBe(code);
  expect(problems[problem.code as ProblemCode].status).toBe(answer.status);
  expect(problem.detail.length).toBeGreaterThan(10);
  expect(problem.detail).not.toMatch(/\[object|at .*\.ts:/);
}

/** An id of the right form that nothing has, so that the rest of the request is looked at too. */
function unknownId({ params }: Endpoint): string {
  return params?.safeParse({ id: UNKNOWN_UUID }).success ? UNKNOWN_UUID : '999999';
}

/** Bodies that a contract refuses: no JSON, other shapes, and its own fields with other values. */
function badBodies({ body }: Endpoint): fc.Arbitrary<string> {
  const fields = fieldsOf(body);
  const shaped = fc.dictionary(fc.constantFrom(...(fields.length > 0 ? fields : ['x'])), anyValue, { maxKeys: 4 });
  const refused = fc
    .oneof({ weight: 3, arbitrary: shaped }, { weight: 1, arbitrary: anyValue })
    .map((value) => JSON.stringify(value) ?? 'null')
    .filter((text) => body?.safeParse(JSON.parse(text)).success === false);
  const noJson = fc
    .oneof(fc.string(), fc.constantFrom('', '{', '{"a":}', '[1,]', 'NaN', "{'a':1}"))
    .filter((text) => !isJson(text));
  return fc.oneof({ weight: 3, arbitrary: refused }, { weight: 1, arbitrary: noJson });
}

function badQueries({ query }: Endpoint): fc.Arbitrary<Record<string, string | string[]>> {
  const values = fc.oneof(anyText, fc.array(anyText, { minLength: 2, maxLength: 3 }));
  return fc
    .dictionary(fc.constantFrom(...fieldsOf(query)), values, { minKeys: 1, maxKeys: 3 })
    .map((given) => JSON.parse(JSON.stringify(given).toWellFormed()) as Record<string, string | string[]>)
    .filter((given) => query?.safeParse(given).success === false);
}

/** Never the address of something that is there, nor one that a URL parser rewrites. */
const strangeIds = fc
  .oneof(
    anyText,
    fc.constantFrom('0', '-1', '1.5', '1e3', '99999999999', '2147483648', '９', "1' or 1=1", 'mark-read '),
  )
  .map((text) => text.toWellFormed())
  .filter((text) => text !== '' && !/^\.{1,2}$/.test(text) && !/^[1-9]\d{0,2}$/.test(text));

/** A body with which only the address is wrong. */
function smallestBody({ body }: Endpoint): Pick<Input, 'body'> {
  return body ? { body: '{}' } : {};
}

/** What a list must be given before it looks at its cursor. */
function requiredQuery({ name }: Endpoint): Record<string, string> {
  return name === 'search' ? { q: 'words' } : {};
}

function fieldsOf(schema: unknown): string[] {
  const shape = (schema as { shape?: object } | undefined)?.shape;
  return shape ? Object.keys(shape) : [];
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function matches(pattern: string, path: string): boolean {
  const parts = path.split('/');
  const wanted = pattern.split('/');
  return wanted.length === parts.length && wanted.every((part, n) => part.startsWith(':') || part === parts[n]);
}

/** A project that is there, so that what is wrong is what is asked of it. */
const furnished = { projectId: '' };
/** An id that nothing has, as a number and as a UUID. */
const NOBODY_UUID = '018f0000-0000-7000-8000-000000999999';

/** A little of everything that bad input might change. */
async function furnish(reader: Client, web: StaticFeeds): Promise<void> {
  const folder = await reader.post('/v1/folders', { name: 'Folder' });
  const made = await reader.post('/v1/subscriptions', { url: web.url(0), folderIds: [folder.json.id] });
  expect(made.status, made.text).toBe(201);
  const { items } = await eventually(async () => {
    const { json } = await reader.get('/v1/entries');
    return json.items.length > 0 && json;
  }, 'entries');
  await reader.patch('/v1/entries', { ids: [items[0].id], starred: true, addLabels: ['kept'] });
  await reader.post('/v1/user/api-keys', { name: 'script' });
  const project = await reader.post('/v1/projects', { title: 'Project' });
  expect(project.status, project.text).toBe(201);
  furnished.projectId = project.json.id;
}

/** Waits until nothing is worked on any more, and answers the fingerprint then: what tags, summaries and stories write is not what bad input changes. */
async function settled(machine: Machine, fingerprints: Fingerprints): Promise<string[]> {
  await stagesDone(machine);
  let seen: string[] = [];
  await eventually(
    async () => {
      const before = seen;
      await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
      seen = await fingerprints.take();
      return isDeepStrictEqual(seen, before);
    },
    'databases in which nothing changes',
    60_000,
  );
  return seen;
}

interface Fingerprints {
  /** A hash of the rows of each table of both databases, but for what the clock alone changes. */
  take(): Promise<string[]>;
  end(): Promise<void>;
}

const selectTables = statement<{ name: string }>(
  'fingerprint_tables',
  `select tablename as name from pg_tables where schemaname = 'public' order by 1`,
);

/** Keeps its connections: a fingerprint is taken after every test. */
async function openFingerprints(machine: Machine): Promise<Fingerprints> {
  const opened = await Promise.all(
    databaseNames.map(async (name) => {
      const database = createDatabase({ ...machine.admin, database: name, applicationName: 'fingerprint' });
      const tables = (await database.all(selectTables)).filter(
        ({ name }) => !CLOCKED.includes(name) && !PARTITION.test(name),
      );
      const hashes = tables.map(
        (table) =>
          `select '${table.name}' as name, md5(string_agg(t::text, ',' order by t::text)) as hash from "${table.name}" t`,
      );
      const all = statement<{ name: string; hash: string }>('fingerprint', hashes.join(' union all '));
      return { look: () => database.all(all), end: () => database.end() };
    }),
  );
  return {
    async take() {
      const rows = (await Promise.all(opened.map(({ look }) => look()))).flat();
      return rows.map(({ name, hash }) => `${name} ${hash}`);
    },
    async end() {
      await Promise.all(opened.map(({ end }) => end()));
    },
  };
}
