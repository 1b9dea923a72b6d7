import type { Queryable } from '@alt/database';
import { explainUndone, type Seen } from '@alt/testing/explaining.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listActivity } from './store/activity.ts';
import { newestPins, pinsOfSection } from './store/articles.ts';
import { listNotes } from './store/notes.ts';
import { listProjects } from './store/projects.ts';
import { makePerson, openRepo, type TestRepo } from './testing.ts';

const ada = makePerson(1);
const PROJECTS = 200;
const ROWS = 60_000;

let repo: TestRepo;
let projectId: string;
let sectionId: string;
beforeAll(async () => {
  repo = await openRepo();
  projectId = (await repo.call('POST', '/v1/projects', { as: ada, body: { title: 'Large' } })).json.id;
  const section = await repo.call('POST', `/v1/projects/${projectId}/sections`, { as: ada, body: { title: 'A' } });
  sectionId = section.json.id;
  await repo.superuser.script(`
    insert into projects (id, tenant_id, code, title) select uuidv7(), '${ada.tenantId}', 'X-' || n, 'x' from generate_series(1, ${PROJECTS}) n;
    insert into project_activity (project_id, kind)
      select p.id, 'x' from generate_series(1, ${ROWS / PROJECTS}), projects p order by random();
    insert into project_activity (project_id, kind) select '${projectId}', 'x' from generate_series(1, 10000);
    insert into project_articles (project_id, position, title, origin, section_id)
      select p.id, n, 'x', 'import', case when p.id = '${projectId}' and n % 2 = 0 then '${sectionId}'::uuid end
      from generate_series(1, ${ROWS / PROJECTS}) n, projects p;
    insert into project_articles (project_id, position, title, origin, section_id)
      select '${projectId}', n, 'x', 'import', case when n % 2 = 0 then '${sectionId}'::uuid end from generate_series(1, 9000) n;
    insert into project_notes (project_id, body) select p.id, 'x' from generate_series(1, 100), projects p;
    analyze projects, project_activity, project_articles, project_notes, project_members, readers, people`);
});
afterAll(() => repo.drop());

/** The plan of what a list does, with the rights of the service and as Ada. */
async function planOf(
  mode: 'force_custom_plan' | 'force_generic_plan',
  work: (tx: Queryable) => Promise<unknown>,
): Promise<Seen> {
  const { seen } = await explainUndone(repo.superuser, mode, async (tx) => {
    await tx.script(`select set_config('alt.user_id', '${ada.userId}', true),
      set_config('alt.tenant_id', '${ada.tenantId}', true), set_config('alt.role', 'member', true);
      set local role arch_repo_service`);
    return work(tx);
  });
  const last = seen.at(-1);
  if (!last) throw new Error('nothing was explained');
  return last;
}

const TOP = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

test.each(['force_custom_plan', 'force_generic_plan'] as const)(
  'a page of a large project reads little more than it shows (%s)',
  async (mode) => {
    const pages: [string, (tx: Queryable) => Promise<unknown>][] = [
      ['activity', (tx) => listActivity(tx, projectId, null, 51)],
      ['newest articles', (tx) => newestPins(tx, projectId, TOP, 51)],
      ['articles of a section', (tx) => pinsOfSection(tx, projectId, sectionId, { position: 4_000, id: TOP }, 51)],
      ['articles of none', (tx) => pinsOfSection(tx, projectId, null, null, 51)],
      ['notes', (tx) => listNotes(tx, projectId, null, null, 51)],
    ];
    for (const [name, work] of pages) {
      const { rowsRead, rowsSorted, sequentialScans } = await planOf(mode, work);
      expect(rowsRead, name).toBeLessThan(51 * 8);
      expect(rowsSorted, name).toBeLessThan(110);
      const large = ['project_activity', 'project_articles', 'project_notes'];
      expect(
        sequentialScans.filter((table) => large.includes(table)),
        name,
      ).toEqual([]);
    }
    const projects = await planOf(mode, (tx) => listProjects(tx, null, { status: 'active', codes: [] }, 51));
    expect(projects.rowsRead).toBeLessThan(PROJECTS * 3);
  },
);
