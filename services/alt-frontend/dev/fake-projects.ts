import { randomUUID } from 'node:crypto';
import * as contracts from '@alt/contracts';
import { type FakeCall, type FakeHandler, FakeReply } from './fake-api.ts';
import { addProject, addSection, type FakeProject, note, now, pinEntry } from './fake-project-state.ts';
import { projectWorkHandlers } from './fake-project-work.ts';
import { projectWritingHandlers } from './fake-project-writings.ts';
import type { FakeState } from './fake-state.ts';

/** The project that an address names. */
export function projectOf({ state, params, request }: FakeCall): FakeProject {
  const isTakenBack = request.url.endsWith('/undelete');
  const found = state.projects.all.find(
    ({ project }) => project.id === params.id && (project.deletedAt === null || isTakenBack),
  );
  if (!found) throw new contracts.Problem('not-found', 'There is no such project.');
  return found;
}

/** One of the parts of a project, by the address. */
export function partOf<Part extends { id: string }>(parts: readonly Part[], id: string | undefined): Part {
  const found = parts.find((part) => part.id === id);
  if (!found) throw new contracts.Problem('not-found', 'There is no such thing here.');
  return found;
}

/** Changes what has a version, as the service does: only who read the present one. */
export function change<Part extends { version: number }>(part: Part, request: Request, changes: Partial<Part>): Part {
  checkVersion(part, request);
  return Object.assign(part, changes, { version: part.version + 1 });
}

export function checkVersion({ version }: { version: number }, request: Request): void {
  const header = request.headers.get('if-match');
  if (header === null) throw new contracts.Problem('precondition-required', 'Send If-Match.');
  if (header !== `"v${version}"`) throw new contracts.Problem('precondition-failed', 'Changed meanwhile.');
}

function shown({ project, members, articles }: FakeProject): contracts.Project {
  return { ...project, memberCount: members.length, articleCount: articles.length };
}

const listed = <Item>(items: readonly Item[]) => ({ items, nextCursor: null });

function isListed({ status, deletedAt }: contracts.Project, wanted: string): boolean {
  if (deletedAt !== null) return wanted === 'deleted';
  return wanted === 'all' || wanted === status;
}

const standing = (endpoint: unknown, changes: () => Partial<contracts.Project>, kind: string): FakeHandler => [
  endpoint,
  (call) => {
    const found = projectOf(call);
    Object.assign(found.project, changes(), { version: found.project.version + 1 });
    note(found, call.state.projects.me, kind, {});
    return shown(found);
  },
];

const sectionsOf = ({ sections, articles }: FakeProject) =>
  sections.map((section) => ({
    ...section,
    articleCount: articles.filter(({ sectionId }) => sectionId === section.id).length,
  }));

function place<Item extends { id: string }>(items: Item[], moved: Item[], afterId: string | null | undefined): Item[] {
  const rest = items.filter((item) => !moved.includes(item));
  const index = afterId === undefined ? rest.length : rest.findIndex(({ id }) => id === afterId) + 1;
  return [...rest.slice(0, index), ...moved, ...rest.slice(index)];
}

function pin(call: FakeCall): { pinned: number } {
  const { state, body } = call;
  const found = projectOf(call);
  const fresh = state.entries.filter(
    ({ id }) => body.articleIds.includes(id) && !found.articles.some(({ articleId }) => articleId === id),
  );
  for (const entry of fresh) pinEntry(found, entry, body.sectionId, state.projects.me);
  note(found, state.projects.me, 'articles-pinned', { count: String(fresh.length) });
  return { pinned: fresh.length };
}

function move(call: FakeCall): { updated: number } {
  const found = projectOf(call);
  const { ids, sectionId, afterId } = call.body;
  const moved = (ids as string[]).map((id) => partOf(found.articles, id));
  for (const article of moved) article.sectionId = sectionId;
  found.articles = place(found.articles, moved, afterId);
  note(found, call.state.projects.me, 'articles-moved', { count: String(moved.length) });
  return { updated: moved.length };
}

function unpin(call: FakeCall): { updated: number } {
  const found = projectOf(call);
  const before = found.articles.length;
  found.articles = found.articles.filter(({ id }) => !call.body.ids.includes(id));
  note(found, call.state.projects.me, 'articles-unpinned', { count: String(before - found.articles.length) });
  return { updated: before - found.articles.length };
}

function contentOf(state: FakeState, articleId: string | null): string | null {
  return state.entries.find(({ id }) => id === articleId)?.contentHtml ?? null;
}

const memberHandlers: FakeHandler[] = [
  [contracts.listProjectMembers, (call) => listed(projectOf(call).members)],
  [
    contracts.writeProjectMember,
    (call) => {
      const found = projectOf(call);
      const user = call.state.projects.people.find(({ id }) => id === call.params.userId);
      if (!user) throw new contracts.Problem('not-found', 'There is nobody with this id.');
      const present = found.members.find((member) => member.user.id === user.id);
      const member = { user: { id: user.id, name: user.name }, role: call.body.role, addedAt: now() };
      if (present) Object.assign(present, member);
      else found.members.push(member);
      note(found, call.state.projects.me, present ? 'member-changed' : 'member-added', { name: user.name });
      return new FakeReply(member, { status: present ? 200 : 201 });
    },
  ],
  [
    contracts.removeProjectMember,
    (call) => {
      const found = projectOf(call);
      const leads = found.members.filter(({ role, user }) => role === 'lead' && user.id !== call.params.userId);
      if (leads.length === 0) throw new contracts.Problem('conflict', 'The last lead stays.');
      found.members = found.members.filter(({ user }) => user.id !== call.params.userId);
    },
  ],
];

/** What the web app does with projects. */
export const projectHandlers: FakeHandler[] = [
  [contracts.listPeople, ({ state }) => listed(state.projects.people)],
  ...projectWorkHandlers,
  [
    contracts.listProjects,
    ({ state, query }) =>
      listed(state.projects.all.filter(({ project }) => isListed(project, query.status)).map(shown)),
  ],
  [
    contracts.createProject,
    ({ state, body }) => {
      if (state.projects.all.some(({ project }) => project.code === body.code)) {
        throw new contracts.Problem('name-taken', 'Take another code.');
      }
      return shown(addProject(state.projects, body));
    },
  ],
  [contracts.readProject, (call) => shown(projectOf(call))],
  [
    contracts.updateProject,
    (call) => {
      const found = projectOf(call);
      change(found.project, call.request, call.body);
      note(found, call.state.projects.me, 'project-updated', {});
      return shown(found);
    },
  ],
  [
    contracts.deleteProject,
    (call) => {
      change(projectOf(call).project, call.request, { deletedAt: now() });
    },
  ],
  standing(contracts.undeleteProject, () => ({ deletedAt: null }), 'project-undeleted'),
  standing(contracts.archiveProject, () => ({ status: 'archived' }), 'project-archived'),
  standing(contracts.restoreProject, () => ({ status: 'active' }), 'project-restored'),
  ...memberHandlers,
  [contracts.listProjectActivity, (call) => listed(projectOf(call).events)],
  [contracts.listProjectSections, (call) => listed(sectionsOf(projectOf(call)))],
  [contracts.createProjectSection, (call) => addSection(projectOf(call), call.body.title)],
  [
    contracts.updateProjectSection,
    (call) => {
      const found = projectOf(call);
      const { afterId, ...changes } = call.body;
      const section = change(partOf(found.sections, call.params.partId), call.request, changes);
      if (afterId !== undefined) found.sections = place(found.sections, [section], afterId);
      return section;
    },
  ],
  [
    contracts.deleteProjectSection,
    (call) => {
      const found = projectOf(call);
      const section = partOf(found.sections, call.params.partId);
      checkVersion(section, call.request);
      found.sections = found.sections.filter((other) => other !== section);
      for (const article of found.articles) if (article.sectionId === section.id) article.sectionId = null;
    },
  ],
  [
    contracts.listProjectArticles,
    (call) => {
      const { articles } = projectOf(call);
      const { section } = call.query;
      if (section === undefined) return listed(articles.toReversed());
      return listed(articles.filter(({ sectionId }) => (sectionId ?? 'none') === section));
    },
  ],
  [contracts.pinProjectArticles, pin],
  [contracts.moveProjectArticles, move],
  [contracts.unpinProjectArticles, unpin],
  [
    contracts.readProjectArticle,
    (call) => {
      const article = partOf(projectOf(call).articles, call.params.partId);
      return { ...article, contentHtml: contentOf(call.state, article.articleId) };
    },
  ],
  [contracts.listProjectHighlights, (call) => listed(projectOf(call).highlights.filter(ofPin(call)))],
  [
    contracts.createProjectHighlight,
    (call) => {
      const made = { id: randomUUID(), ...call.body, createdBy: call.state.projects.me, createdAt: now() };
      projectOf(call).highlights.unshift(made);
      return made;
    },
  ],
  [
    contracts.deleteProjectHighlight,
    (call) => {
      const found = projectOf(call);
      found.highlights = found.highlights.filter(({ id }) => id !== call.params.partId);
    },
  ],
  ...projectWritingHandlers,
];

function ofPin({ query }: FakeCall) {
  return ({ pinId }: { pinId: string | null }) => query.pin === undefined || query.pin === pinId;
}
