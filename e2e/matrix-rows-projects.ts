import { eventually } from './harness.ts';
import {
  admins,
  anybody,
  everyone,
  type Fixture,
  inTeam,
  type MatrixRow,
  made,
  members,
  NOBODY,
  newName,
  ownersOwn,
  type Statuses,
} from './matrix-kinds.ts';

// At the project all of the team may look; `member` is an editor; `admin` may what leads may, as everywhere in the team.

const look = (status: number): Statuses => inTeam(everyone(status));
const edit = (status: number): Statuses => inTeam(members(status));
const lead = (status: number): Statuses => inTeam(admins(status));
const FOR_LEADS = 'It is for leads of the project, and for admins.';

const project = ({ project: { id } }: Fixture) => ({ id });
const at = (part: string) => (fixture: Fixture) => `/v1/projects/${fixture.project.id}/${part}`;
/** A part of the project that may be spoilt. */
const newPart =
  (part: string, body: (name: string, fixture: Fixture) => unknown) =>
  async (fixture: Fixture): Promise<Record<string, string>> => {
    const { id } = await made(at(part), (name) => body(name, fixture))(fixture);
    return { id: fixture.project.id, partId: id ?? '' };
  };
const section = newPart('sections', (title) => ({ title }));
const note = newPart('notes', (body) => ({ body }));
const decision = newPart('decisions', (title) => ({ title }));
const rule = newPart('rules', (name) => ({ name, query: 'nothing like this' }));
const otherProject = made('/v1/projects', (title) => ({ title, visibility: 'tenant' }));
const deletedProject = async (fixture: Fixture): Promise<Record<string, string>> => {
  const { id = '' } = await otherProject(fixture);
  await fixture.owner.call('DELETE', `/v1/projects/${id}`, undefined, { 'if-match': '*' });
  return { id };
};
const published = async ({ owner, project: { id } }: Fixture): Promise<Record<string, string>> => {
  const { pageUrl } = (await owner.call('PUT', `/v1/projects/${id}/publication`, { kind: 'public' })).json;
  return { id, key: new URL(pageUrl).pathname.split('/').at(-1) ?? '' };
};
const exported = async ({ owner, project: { id } }: Fixture): Promise<Record<string, string>> => {
  const job = (await owner.post(`/v1/projects/${id}/exports`, { format: 'json' })).json.id;
  await eventually(async () => (await owner.get(`/v1/projects/jobs/${job}`)).json.state === 'done', 'an export');
  return { id: job };
};
const inAny = { 'if-match': '*' };

export const projectRows: readonly MatrixRow[] = [
  { name: 'listProjects', statuses: everyone(200) },
  { name: 'createProject', statuses: members(201), body: () => ({ title: newName() }) },
  { name: 'changeProjects', statuses: members(200), body: () => ({ action: 'archive', ids: [NOBODY] }) },
  { name: 'listPeople', statuses: everyone(200) },
  { name: 'listMentions', statuses: everyone(200) },
  { name: 'readMentions', statuses: everyone(200), body: () => ({ noteIds: [NOBODY] }) },
  { name: 'readProject', statuses: look(200), params: project },
  {
    name: 'updateProject',
    statuses: lead(200),
    params: project,
    headers: inAny,
    body: () => ({ description: 'x' }),
    narrower: FOR_LEADS,
  },
  { name: 'listProjectMembers', statuses: look(200), params: project },
  {
    name: 'writeProjectMember',
    statuses: lead(200),
    params: ({ project: { id, editor } }) => ({ id, userId: editor }),
    body: () => ({ role: 'editor' }),
    narrower: FOR_LEADS,
  },
  {
    name: 'removeProjectMember',
    // Everybody may leave; these ask for somebody who is not there.
    statuses: { ...lead(404), reader: 403 },
    params: ({ project: { id } }) => ({ id, userId: NOBODY }),
    narrower: FOR_LEADS,
  },
  { name: 'listProjectActivity', statuses: look(200), params: project },

  { name: 'listProjectSections', statuses: look(200), params: project },
  { name: 'createProjectSection', statuses: edit(201), params: project, body: () => ({ title: newName() }) },
  {
    name: 'readProjectSection',
    statuses: look(200),
    params: ({ project: { id, section: partId } }) => ({ id, partId }),
  },
  {
    name: 'updateProjectSection',
    statuses: edit(200),
    params: section,
    headers: inAny,
    body: () => ({ title: newName() }),
  },
  { name: 'deleteProjectSection', statuses: edit(204), params: section, headers: inAny },
  { name: 'listProjectArticles', statuses: look(200), params: project },
  {
    name: 'pinProjectArticles',
    statuses: edit(200),
    params: project,
    body: ({ entry }) => ({ articleIds: [entry] }),
  },
  {
    name: 'moveProjectArticles',
    statuses: edit(200),
    params: project,
    body: ({ project: { pin } }) => ({ ids: [pin], sectionId: null }),
  },
  { name: 'unpinProjectArticles', statuses: edit(200), params: project, body: () => ({ ids: [NOBODY] }) },
  { name: 'readProjectArticle', statuses: look(200), params: ({ project: { id, pin: partId } }) => ({ id, partId }) },
  { name: 'listProjectHighlights', statuses: look(200), params: project },
  {
    name: 'createProjectHighlight',
    statuses: edit(201),
    params: project,
    body: ({ project: { pin: pinId } }) => ({ pinId, quote: 'a passage' }),
  },
  {
    name: 'deleteProjectHighlight',
    statuses: edit(204),
    params: newPart('highlights', (quote, { project: { pin: pinId } }) => ({ pinId, quote })),
  },
  { name: 'listProjectNotes', statuses: look(200), params: project },
  { name: 'createProjectNote', statuses: edit(201), params: project, body: () => ({ body: 'a note' }) },
  { name: 'readProjectNote', statuses: look(200), params: note },
  {
    name: 'updateProjectNote',
    statuses: lead(200),
    params: note,
    headers: inAny,
    body: () => ({ body: 'another' }),
    narrower: 'A note is its author’s, and the leads’.',
  },
  {
    name: 'deleteProjectNote',
    statuses: lead(204),
    params: note,
    headers: inAny,
    narrower: 'A note is its author’s, and the leads’.',
  },
  { name: 'listProjectDecisions', statuses: look(200), params: project },
  { name: 'createProjectDecision', statuses: edit(201), params: project, body: () => ({ title: 'a decision' }) },
  { name: 'readProjectDecision', statuses: look(200), params: decision },
  {
    name: 'updateProjectDecision',
    statuses: edit(200),
    params: decision,
    headers: inAny,
    body: () => ({ status: 'accepted' }),
  },
  { name: 'deleteProjectDecision', statuses: lead(204), params: decision, headers: inAny, narrower: FOR_LEADS },

  { name: 'readProjectBrief', statuses: look(200), params: project },
  { name: 'writeProjectBrief', statuses: edit(202), params: project, body: () => ({}) },
  {
    name: 'writeProjectBriefSection',
    statuses: edit(202),
    params: ({ project: { id, section: partId } }) => ({ id, partId }),
    body: () => ({}),
  },
  { name: 'listProjectBriefs', statuses: look(200), params: project },
  {
    name: 'readProjectBriefVersion',
    statuses: look(200),
    params: ({ project: { id } }) => ({ id, number: '1' }),
  },
  { name: 'compareProjectBriefs', statuses: look(200), params: project, query: 'from=1&to=1' },
  { name: 'exportProject', statuses: look(202), params: project, body: () => ({ format: 'markdown' }) },
  // An export is for whom it was made.
  { name: 'readProjectJob', statuses: ownersOwn(200), params: exported },
  { name: 'readProjectExport', statuses: ownersOwn(200), params: exported },
  { name: 'importProject', statuses: members(202), body: ({ project: { archive } }) => archive },

  { name: 'readPublication', statuses: look(200), params: project },
  {
    name: 'openPublication',
    statuses: lead(200),
    params: project,
    body: () => ({ kind: 'private' }),
    narrower: FOR_LEADS,
  },
  { name: 'readPublished', statuses: anybody(200), params: published },
  { name: 'readPublishedFeed', statuses: anybody(200), params: published },
  { name: 'closePublication', statuses: lead(204), params: published, narrower: FOR_LEADS },
  { name: 'listProjectSources', statuses: look(200), params: project },
  {
    name: 'addProjectSource',
    statuses: edit(201),
    params: project,
    body: () => ({ kind: 'search', query: newName() }),
  },
  {
    name: 'removeProjectSource',
    statuses: edit(204),
    params: newPart('sources', (query) => ({ kind: 'search', query })),
  },
  { name: 'listProjectRules', statuses: look(200), params: project },
  {
    name: 'createProjectRule',
    statuses: edit(201),
    params: project,
    body: () => ({ name: newName(), query: 'nothing like this' }),
  },
  { name: 'updateProjectRule', statuses: edit(200), params: rule, headers: inAny, body: () => ({ isEnabled: false }) },
  { name: 'deleteProjectRule', statuses: edit(204), params: rule, headers: inAny },
  { name: 'searchProject', statuses: look(200), params: project, query: 'q=reader' },

  { name: 'archiveProject', statuses: lead(200), params: otherProject, narrower: FOR_LEADS },
  { name: 'restoreProject', statuses: lead(200), params: otherProject, narrower: FOR_LEADS },
  { name: 'deleteProject', statuses: lead(204), params: otherProject, headers: inAny, narrower: FOR_LEADS },
  // What is deleted is there for its leads alone.
  { name: 'undeleteProject', statuses: { ...lead(200), member: 404 }, params: deletedProject },
];
