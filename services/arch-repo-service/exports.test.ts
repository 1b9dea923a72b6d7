import { createLogger } from '@alt/service-kit';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { exportDossier } from './exports.ts';
import { importDossier } from './imports.ts';
import { type Jobs, startJobs, type Workers } from './jobs.ts';
import { makePerson, openRepo, type TestRepo } from './testing.ts';

const ada = makePerson(1);
const ben = makePerson(2);
const stranger = makePerson(6, { tenant: 2, role: 'owner' });

let repo: TestRepo;
let path: string;
let projectId: string;
let jobs: Jobs;

const startWorking = (workers: Partial<Workers> = {}) =>
  startJobs({
    watched: (_name, _everyMs, work) => work,
    database: repo.database,
    log: createLogger('silent'),
    workers: { brief: async () => {}, export: exportDossier, import: importDossier, ...workers },
  });

beforeAll(async () => {
  repo = await openRepo();
  const feed = await repo.makeFeed('feed', ada, stranger);
  const own = await repo.makeFeed('only-ada', ada);
  await repo.call('GET', '/v1/projects', { as: ben });
  jobs = await startWorking();
  const body = { title: 'Batteries & <co>', description: 'All of them.\n\n"Soon"' };
  projectId = (await repo.call('POST', '/v1/projects', { as: ada, body })).json.id;
  path = `/v1/projects/${projectId}`;
  await repo.call('PUT', `${path}/members/${ben.userId}`, { as: ada, body: { role: 'editor' } });
  const section = await post(`${path}/sections`, { title: 'Costs' });
  await post(`${path}/sections`, { title: 'Risks', afterId: null });
  const articleIds = [
    await repo.makeArticle(feed, {
      title: '<script>alert(1)</script> & more',
      text: 'Costs rise. Yes.',
      url: 'https://a.example/1',
    }),
    await repo.makeArticle(feed, { title: 'Evil link', text: 'Text.', url: 'javascript:alert(1)' }),
    await repo.makeArticle(own, { title: 'Ada’s own', text: 'Text.', url: 'https://b.example/2' }),
  ];
  await post(`${path}/articles`, { articleIds: articleIds.slice(0, 2), sectionId: section.id });
  await post(`${path}/articles`, { articleIds: articleIds.slice(2) });
  const { items } = await get(`${path}/articles?section=${section.id}`);
  const highlight = await post(
    `${path}/highlights`,
    { pinId: items[0].id, quote: 'Costs rise.', suffix: ' Yes.' },
    ben,
  );
  await post(
    `${path}/notes`,
    { body: 'See this\n# no heading', highlightId: highlight.id, mentions: [ada.userId] },
    ben,
  );
  await post(`${path}/notes`, { body: '電池 <b>bold</b>' });
  const first = await post(`${path}/decisions`, { title: 'Wait', alternatives: [{ title: 'Buy', reason: 'Dear' }] });
  const second = await post(`${path}/decisions`, { title: 'Buy', status: 'accepted', decision: 'We buy.' });
  await repo.call('PATCH', `${path}/decisions/${first.id}`, {
    as: ada,
    body: { supersededBy: second.id },
    headers: { 'if-match': '*' },
  });
  const citation = { articleId: articleIds[0], quote: 'Costs rise.', title: 'Article', url: 'https://a.example/1' };
  const part = (sectionId: string | null, title: string) => ({
    sectionId,
    title,
    sentences: [{ text: 'Costs rise.', citations: [citation] }],
    engine: 'extractive',
    inputHash: 'x',
    articleIds: [articleIds[0]],
  });
  await repo.superuser.script(`insert into project_briefs (project_id, number, engine, parts, article_count, sentence_count)
    values ('${projectId}', 1, 'extractive', '${JSON.stringify([part(null, ''), part(section.id, 'Costs')])}', 1, 2)`);
});
afterAll(async () => {
  await jobs.stop();
  await repo.drop();
});
beforeEach(() => jobs.workNow());

const post = async (at: string, body: unknown, as = ada) => (await repo.call('POST', at, { as, body })).json;
const get = async (at: string, as = ada) => (await repo.call('GET', at, { as })).json;

async function exported(
  format: string,
  of = path,
  as = ada,
): Promise<{ bytes: Uint8Array; text: string; headers: Headers }> {
  const job = await repo.call('POST', `${of}/exports`, { as, body: { format } });
  expect(job.status).toBe(202);
  await jobs.workNow();
  const { state } = await get(`/v1/projects/jobs/${job.json.id}`, as);
  expect(state).toBe('done');
  const file = await repo.call('GET', `/v1/projects/jobs/${job.json.id}/file`, { as });
  expect(file.status).toBe(200);
  return { bytes: file.bytes, text: file.text, headers: file.headers };
}

test('as Markdown every text stands as it was written, and links lead to web addresses alone', async () => {
  const { text, headers } = await exported('markdown');
  expect(headers.get('content-disposition')).toContain('.md"');
  expect(text).toContain('# Batteries \\& \\<co\\>');
  expect(text).toContain('\\<script\\>');
  expect(text).toContain('](<https://a.example/1>)');
  // A sentence that was taken from its article does not stand there twice.
  expect(text).not.toContain('“Costs rise');
  expect(text).toContain('\\# no heading');
  expect(text).toContain('We buy\\.');
  expect(text).not.toContain('javascript:');
});

test('as HTML it is one page without scripts, outside resources or foreign markup', async () => {
  const { text, headers } = await exported('html');
  expect(headers.get('content-security-policy')).toContain('sandbox');
  expect(text).not.toMatch(/<script|<b>|javascript:|<img|<link/);
  expect(text).toContain('&#60;script&#62;alert(1)&#60;/script&#62;');
  expect(text).toContain('<a href="https://a.example/1">');
  expect(text).toContain('電池');
});

test('as EPUB it begins as the format asks, names every chapter, and all of it is XML', async () => {
  const { bytes } = await exported('epub');
  // OCF 4.3: the file `mimetype` first, stored, without extra field.
  const head = Buffer.from(bytes.slice(0, 58));
  expect([head.readUInt32LE(0), head.readUInt16LE(8), head.readUInt16LE(28)]).toEqual([0x04034b50, 0, 0]);
  expect(head.toString('latin1', 30)).toBe('mimetypeapplication/epub+zip');
  const files = unzipSync(bytes);
  const read = (name: string) => new TextDecoder().decode(files[name]);
  const named = [...read('book/package.opf').matchAll(/href="([^"]+)"/g)].map(([, name]) => `book/${name}`);
  expect(Object.keys(files).toSorted()).toEqual(
    ['META-INF/container.xml', 'book/package.opf', 'mimetype', ...named].toSorted(),
  );
  const { XMLValidator } = await import('fast-xml-parser');
  for (const name of Object.keys(files).filter((file) => file !== 'mimetype')) {
    expect(XMLValidator.validate(read(name)), name).toBe(true);
  }
  expect(read('book/nav.xhtml')).toContain('Costs');
  expect(named.map(read).join('')).toContain('We buy.');
});

test('who did not ask for a file does not get it, nor who lost the project', async () => {
  const job = await post(`${path}/exports`, { format: 'json' }, ben);
  await jobs.workNow();
  const file = (as: typeof ada) => repo.call('GET', `/v1/projects/jobs/${job.id}/file`, { as });
  expect([(await file(ben)).status, (await file(ada)).status, (await file(stranger)).status]).toEqual([200, 404, 404]);
  expect((await repo.call('GET', `/v1/projects/jobs/${job.id}`, { as: ada })).status).toBe(404);
  await repo.call('DELETE', `${path}/members/${ben.userId}`, { as: ada });
  expect((await file(ben)).status).toBe(404);
  await repo.call('PUT', `${path}/members/${ben.userId}`, { as: ada, body: { role: 'editor' } });
  await repo.superuser.script(`update project_files set expires_at = now() where job_id = '${job.id}'`);
  expect((await file(ben)).status).toBe(404);
});

/** What must be equal in two dossiers: ids by the order of their rows, and the article ids where they are known. */
function comparable(text: string): unknown {
  const dossier = JSON.parse(text);
  const names = new Map<string, string>();
  for (const kind of ['sections', 'articles', 'highlights', 'notes', 'decisions']) {
    const rows = dossier[kind].toSorted((a: { [key: string]: string }, b: { [key: string]: string }) =>
      keyOf(a) < keyOf(b) ? -1 : 1,
    );
    for (const [index, row] of rows.entries()) names.set(row.id, `${kind}-${index}`);
    dossier[kind] = rows;
  }
  const { code: _code, createdAt: _createdAt, ...project } = dossier.project;
  return JSON.parse(JSON.stringify({ ...dossier, project }), (_key, value) => names.get(value) ?? value);
}
const keyOf = (row: { [key: string]: string }) =>
  `${row.createdAt ?? row.pinnedAt}${row.title ?? ''}${row.body ?? ''}${row.url ?? ''}`;

async function imported(text: string, as = ada): Promise<string> {
  const job = await repo.call('POST', '/v1/projects/import', { as, text });
  expect(job.status).toBe(202);
  await jobs.workNow();
  const done = await get(`/v1/projects/jobs/${job.json.id}`, as);
  expect(done).toMatchObject({ state: 'done', done: done.total });
  return done.result.projectId;
}

test('JSON out and in again makes an equal project, row by row', async () => {
  const { text } = await exported('json');
  const id = await imported(text);
  expect(id).not.toBe(projectId);
  const again = await exported('json', `/v1/projects/${id}`);
  const [before, after] = [comparable(text), comparable(again.text)] as Record<string, unknown>[];
  for (const name of Object.keys(before ?? {})) expect(after?.[name], name).toEqual(before?.[name]);
  expect((await get(`/v1/projects/${id}`)).code).toBe('BATTERIES-CO-2');
  expect((await get(`/v1/projects/${id}/activity`)).items[0].kind).toBe('project-imported');
});

test('in another tenant, articles that one does not have become references, and people who are not there are nobody', async () => {
  const { text } = await exported('json');
  const id = await imported(text, stranger);
  const { items } = await get(`/v1/projects/${id}/articles`, stranger);
  const known = (title: RegExp) => items.find((item: { title: string }) => title.test(item.title));
  expect(known(/script/)).toMatchObject({ articleId: expect.any(String), url: 'https://a.example/1' });
  expect(known(/Ada/)).toMatchObject({ articleId: null, url: 'https://b.example/2', pinnedBy: null });
  expect((await get(`/v1/projects/${id}/articles/${known(/Ada/).id}`, stranger)).contentHtml).toBe(null);
  expect((await get(`/v1/projects/${id}/members`, stranger)).items).toMatchObject([
    { user: { name: 'Person 6' }, role: 'lead' },
  ]);
  const { brief } = await get(`/v1/projects/${id}/brief`, stranger);
  expect(brief.parts[1].sentences[0].citations[0].articleId).toBe(known(/script/).articleId);
});

test('what is no export is refused at once, in plain words', async () => {
  const { text } = await exported('json');
  const bad = (change: object) => JSON.stringify({ ...JSON.parse(text), ...change });
  for (const wrong of ['', '{', '[]', '{}', bad({ formatVersion: 2 }), bad({ notes: [{}] }), bad({ format: 'x' })]) {
    const refused = await repo.call('POST', '/v1/projects/import', { as: ada, text: wrong });
    expect([400, 422]).toContain(refused.status);
    expect(refused.json.detail.length).toBeGreaterThan(20);
  }
});

test('an import that a crash cut off goes on where it was, and nothing is there twice', async () => {
  const dossier = JSON.parse((await exported('json')).text);
  const [note] = dossier.notes;
  dossier.notes = Array.from({ length: 1_000 }, (_, n) => ({
    ...note,
    id: `018f0000-0000-7000-8000-${String(n).padStart(12, '0')}`,
    body: `Note ${n}`,
  }));
  await jobs.stop();
  const job = await repo.call('POST', '/v1/projects/import', { as: ada, text: JSON.stringify(dossier) });
  // A worker that is lost after some batches: its job goes back as its lease ends, with what was kept.
  let steps = 0;
  const dying = await startWorking({
    import: (work) =>
      importDossier({
        ...work,
        progress: async (progress, tx) => {
          steps += 1;
          if (steps === 6) throw new Error('killed');
          await work.progress(progress, tx);
        },
      }),
  });
  await dying.workNow();
  await dying.stop();
  const half = await get(`/v1/projects/jobs/${job.json.id}`);
  expect(half).toMatchObject({ state: 'waiting' });
  expect(half.done).toBeGreaterThan(2);
  expect(half.done).toBeLessThan(half.total);
  await repo.superuser.script(
    `update project_jobs set next_attempt_at = now() - interval '1 minute' where id = '${job.json.id}'`,
  );
  jobs = await startWorking();
  await jobs.workNow();
  const { state, result } = await get(`/v1/projects/jobs/${job.json.id}`);
  expect(state).toBe('done');
  const again = JSON.parse((await exported('json', `/v1/projects/${result.projectId}`)).text);
  const bodies = again.notes.map(({ body }: { body: string }) => body);
  expect(new Set(bodies).size).toBe(1_000);
  expect(bodies).toHaveLength(1_000);
  expect(again.sections).toHaveLength(2);
});
