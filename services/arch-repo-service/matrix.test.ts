import { archRepoServiceEndpoints, type Endpoint } from '@alt/contracts';
import type { Reader } from '@alt/service-kit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answer, makePerson, openRepo, type TestRepo } from './testing.ts';

const lead = makePerson(1);
const editor = makePerson(2);
const viewer = makePerson(3);
const outsider = makePerson(4);
const admin = makePerson(5, { role: 'admin' });
const onlooker = makePerson(6, { role: 'reader' });
const stranger = makePerson(7, { tenant: 2, role: 'owner' });

const WHO = { lead, editor, viewer, admin, onlooker, outsider, stranger } as const;
type Who = keyof typeof WHO;

let repo: TestRepo;
let path: string;
beforeAll(async () => {
  repo = await openRepo();
  for (const as of Object.values(WHO)) await repo.call('GET', '/v1/projects', { as });
  const { json } = await repo.call('POST', '/v1/projects', { as: lead, body: { title: 'Matrix' } });
  path = `/v1/projects/${json.id}`;
  for (const [who, role] of [
    [editor, 'editor'],
    [viewer, 'viewer'],
    [onlooker, 'editor'],
  ] as const) {
    await repo.call('PUT', `${path}/members/${who.userId}`, { as: lead, body: { role } });
  }
});
afterAll(() => repo.drop());

/** Who may call an endpoint of a project, from the most to the least. */
const LOOK: Who[] = ['lead', 'admin', 'editor', 'viewer', 'onlooker'];
const WRITE: Who[] = ['lead', 'admin', 'editor'];
const LEAD: Who[] = ['lead', 'admin'];

/** A new endpoint of a project without a row here fails the test. */
const ALLOWED: Record<string, Who[]> = {
  readProject: LOOK,
  updateProject: LEAD,
  deleteProject: LEAD,
  undeleteProject: LEAD,
  archiveProject: LEAD,
  restoreProject: LEAD,
  listProjectMembers: LOOK,
  writeProjectMember: LEAD,
  removeProjectMember: LEAD,
  listProjectActivity: LOOK,
  listProjectSections: LOOK,
  createProjectSection: WRITE,
  readProjectSection: LOOK,
  updateProjectSection: WRITE,
  deleteProjectSection: WRITE,
  listProjectArticles: LOOK,
  pinProjectArticles: WRITE,
  moveProjectArticles: WRITE,
  unpinProjectArticles: WRITE,
  readProjectArticle: LOOK,
  listProjectHighlights: LOOK,
  createProjectHighlight: WRITE,
  deleteProjectHighlight: WRITE,
  listProjectNotes: LOOK,
  createProjectNote: WRITE,
  readProjectNote: LOOK,
  updateProjectNote: WRITE,
  deleteProjectNote: WRITE,
  listProjectDecisions: LOOK,
  createProjectDecision: WRITE,
  readProjectDecision: LOOK,
  updateProjectDecision: WRITE,
  deleteProjectDecision: LEAD,
  readProjectBrief: LOOK,
  writeProjectBrief: WRITE,
  writeProjectBriefSection: WRITE,
  listProjectBriefs: LOOK,
  readProjectBriefVersion: LOOK,
  compareProjectBriefs: LOOK,
  exportProject: LOOK,
  readPublication: LOOK,
  openPublication: LEAD,
  closePublication: LEAD,
  listProjectSources: LOOK,
  addProjectSource: WRITE,
  removeProjectSource: WRITE,
  listProjectRules: LOOK,
  createProjectRule: WRITE,
  updateProjectRule: WRITE,
  deleteProjectRule: WRITE,
  searchProject: LOOK,
};

const NOBODY = '018f0000-0000-7000-8000-000000009999';
const BODIES: Record<string, unknown> = {
  updateProject: { description: 'x' },
  writeProjectMember: { role: 'viewer' },
  createProjectSection: { title: 'x' },
  updateProjectSection: { title: 'x' },
  pinProjectArticles: { articleIds: ['1'] },
  moveProjectArticles: { ids: [NOBODY], sectionId: null },
  unpinProjectArticles: { ids: [NOBODY] },
  createProjectHighlight: { pinId: NOBODY, quote: 'x' },
  createProjectNote: { body: 'x' },
  updateProjectNote: { body: 'x' },
  createProjectDecision: { title: 'x' },
  updateProjectDecision: { title: 'x' },
  writeProjectBrief: {},
  writeProjectBriefSection: {},
  exportProject: { format: 'json' },
  openPublication: { kind: 'private' },
  addProjectSource: { kind: 'search', query: 'x' },
  createProjectRule: { name: 'x', query: 'x' },
  updateProjectRule: { name: 'x' },
};
const QUERIES: Record<string, string> = { compareProjectBriefs: '?from=1&to=1', searchProject: '?q=x' };

async function request({ name, method, path: pattern }: Endpoint, as?: Reader): Promise<Answer> {
  const at = pattern
    .replace('/v1/projects/:id', path)
    .replace(':userId', NOBODY)
    .replace(':partId', NOBODY)
    .replace(':number', '1');
  const body = BODIES[name];
  return repo.call(method, at + (QUERIES[name] ?? ''), {
    ...(as ? { as } : {}),
    headers: { 'if-match': '*' },
    ...(body === undefined ? {} : { body }),
  });
}

const ofProjects = archRepoServiceEndpoints.filter(({ path: pattern }) => pattern.startsWith('/v1/projects/:id'));
// What ends the project comes last, so that everything else meets a living one.
const order = ({ name }: Endpoint) =>
  ['archiveProject', 'restoreProject', 'deleteProject', 'undeleteProject'].indexOf(name);

test.each(ofProjects.toSorted((a, b) => order(a) - order(b)).map((endpoint) => [endpoint.name, endpoint] as const))(
  '%s: each may do what their role says, and who may not look finds nothing',
  async (name, endpoint) => {
    const allowed = ALLOWED[name];
    if (!allowed) throw new Error(`${name} has no row in the matrix`);
    expect((await request(endpoint)).json.code).toBe('not-signed-in');
    for (const who of Object.keys(WHO) as Who[]) {
      const { status, json } = await request(endpoint, WHO[who]);
      const isRefusedByProject = json?.code === 'not-found' && json.detail.includes('no such project');
      if (allowed.includes(who)) {
        expect([401, 403], `${who} ${json?.detail}`).not.toContain(status);
        expect(isRefusedByProject, `${who} is let in`).toBe(false);
      } else if (LOOK.includes(who)) {
        expect(json?.code, who).toBe('forbidden');
      } else {
        const isToldByRole = endpoint.role !== undefined && WHO[who].role === 'reader';
        expect(isRefusedByProject || isToldByRole, `${who} ${status} ${json?.detail}`).toBe(true);
      }
      if (name === 'deleteProject') await repo.call('POST', `${path}/undelete`, { as: lead });
      if (name === 'archiveProject') await repo.call('POST', `${path}/restore`, { as: lead });
    }
  },
);
