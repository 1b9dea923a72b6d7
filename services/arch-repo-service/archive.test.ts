import { afterAll, beforeAll, expect, test } from 'vitest';
import { exportProjects, importProjects } from './archive.ts';
import { makePerson, openRepo, type TestRepo } from './testing.ts';

const ada = makePerson(1);
const ben = makePerson(2);
const OTHER_TENANT = '018f0000-0000-7000-8000-0000000000bb';

interface Line {
  kind: string;
  row: Record<string, unknown>;
}

let repo: TestRepo;

beforeAll(async () => {
  repo = await openRepo();
  const feed = await repo.makeFeed('feed', ada);
  await repo.call('GET', '/v1/projects', { as: ben });
  const send = async (method: string, path: string, body?: unknown, as = ada) => {
    const answer = await repo.call(method, path, { as, body });
    expect(answer.status, `${method} ${path} ${answer.text}`).toBeLessThan(300);
    return answer.json;
  };
  const { id } = await send('POST', '/v1/projects', { title: 'Tides', visibility: 'tenant' });
  const path = `/v1/projects/${id}`;
  await send('PUT', `${path}/members/${ben.userId}`, { role: 'editor' });
  const section = await send('POST', `${path}/sections`, { title: 'Costs' });
  const articleIds = [
    await repo.makeArticle(feed, { title: 'One', text: 'Costs rise.', url: 'https://a.example/1' }),
    await repo.makeArticle(feed, { title: 'Two', text: 'Costs fall.', url: 'https://a.example/2' }),
  ];
  await send('POST', `${path}/articles`, { articleIds, sectionId: section.id });
  const pins = (await send('GET', `${path}/articles`)).items;
  const highlight = await send('POST', `${path}/highlights`, { pinId: pins[0].id, quote: 'Costs' }, ben);
  await send('POST', `${path}/notes`, { body: 'See', highlightId: highlight.id, mentions: [ada.userId] }, ben);
  const first = await send('POST', `${path}/decisions`, { title: 'Wait' });
  const second = await send('POST', `${path}/decisions`, { title: 'Buy', status: 'accepted' });
  await repo.call('PATCH', `${path}/decisions/${first.id}`, {
    as: ada,
    body: { supersededBy: second.id },
    headers: { 'if-match': '*' },
  });
  await send('POST', `${path}/sources`, { kind: 'feed', feedId: String(feed) });
  await send('POST', `${path}/rules`, { name: 'Costs', query: 'costs', sectionId: section.id });
  await send('PUT', `${path}/publication`, { kind: 'private' });
  const sentence = {
    text: 'Costs rise.',
    citations: [{ articleId: articleIds[0], pinId: pins[0].id, quote: 'Costs rise.' }],
  };
  await repo.superuser.script(`
    insert into project_briefs (project_id, number, engine, parts, article_count, sentence_count)
      values ('${id}', 1, 'extractive', '${JSON.stringify([{ sectionId: section.id, sentences: [sentence] }])}', 1, 1);
    insert into project_dismissals (project_id, article_id) values ('${id}', ${articleIds[1]})`);
});

afterAll(() => repo.drop());

const archiveOf = async (tenantId: string): Promise<Line[]> =>
  (await new Response(exportProjects(repo.database, tenantId)).text())
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

const bodyOf = (lines: Line[], accounts: Record<string, string | null>) =>
  new Response([{ accounts }, ...lines].map((line) => `${JSON.stringify(line)}\n`).join('')).body;

/** Ids of people stay; every other one becomes the number of its first appearance: lists by id keep their order. */
function withoutIds(lines: Line[]): string {
  const numbers = new Map<string, number>([
    [ada.userId, -1],
    [ben.userId, -2],
  ]);
  return lines
    .map((line) => JSON.stringify(line))
    .join('\n')
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (id) => {
      if (!numbers.has(id)) numbers.set(id, numbers.size);
      return `#${numbers.get(id)}`;
    });
}

const everybody = { [ada.userId]: ada.userId, [ben.userId]: ben.userId };

test('the projects of a tenant come back equal, row by row, beside the original and as often as one likes', async () => {
  const lines = await archiveOf(ada.tenantId);
  expect(new Set(lines.map(({ kind }) => kind)).size).toBe(15);
  const taken = lines.filter(({ kind }) => kind !== 'project_publication');
  for (const times of [1, 2]) {
    expect(await importProjects(repo.database, OTHER_TENANT, bodyOf(taken, everybody))).toBe(taken.length);
    expect(withoutIds(await archiveOf(OTHER_TENANT)), `time ${times}`).toBe(withoutIds(taken));
  }
  expect(await archiveOf(ada.tenantId)).toEqual(lines);
  const copied = await repo.call('GET', '/v1/projects', { as: { ...ada, tenantId: OTHER_TENANT } });
  expect(copied.json.items).toMatchObject([{ title: 'Tides' }]);
});

test('a published address stays with the project that has it', async () => {
  const lines = await archiveOf(ada.tenantId);
  await importProjects(repo.database, OTHER_TENANT, bodyOf(lines, everybody));
  const there = await archiveOf(OTHER_TENANT);
  expect(there.filter(({ kind }) => kind === 'project_publication')).toEqual([]);
  expect(await archiveOf(ada.tenantId)).toEqual(lines);
});

test('somebody who is not here is a member of nothing, and what they wrote stays', async () => {
  const lines = await archiveOf(ada.tenantId);
  await importProjects(repo.database, OTHER_TENANT, bodyOf(lines, { ...everybody, [ben.userId]: null }));
  const there = await archiveOf(OTHER_TENANT);
  expect(there.filter(({ kind }) => kind === 'project_member')).toHaveLength(1);
  expect(there.find(({ kind }) => kind === 'project_note')?.row).toMatchObject({ body: 'See', created_by: null });
});

test('what is no archive changes nothing', async () => {
  const before = await archiveOf(ada.tenantId);
  for (const text of ['', '{}', '{"accounts":{}}\n{"kind":"reader","row":{}}']) {
    const body = new Response(text).body;
    await expect(importProjects(repo.database, ada.tenantId, body), text).rejects.toMatchObject({
      name: 'RowLinesError',
    });
  }
  expect(await archiveOf(ada.tenantId)).toEqual(before);
});
