import type {
  addProjectSource,
  Brief,
  BriefPart,
  BriefVersion,
  compareProjectBriefs,
  ExportFormat,
  listMentions,
  openPublication,
  Person,
  Project,
  ProjectArticle,
  ProjectDecision,
  ProjectEvent,
  ProjectHighlight,
  ProjectJob,
  ProjectMember,
  ProjectNote,
  ProjectRole,
  ProjectRule,
  ProjectSection,
  ResponseOf,
  readProjectArticle,
  readProjectBrief,
  searchProject,
} from '@alt/contracts';
import type { Page } from '../api/api.ts';
import type { Client } from '../api/client.ts';

export type BriefNow = ResponseOf<typeof readProjectBrief>;
export type BriefComparison = ResponseOf<typeof compareProjectBriefs>;
export type FullProjectArticle = ResponseOf<typeof readProjectArticle>;
export type ProjectFinds = ResponseOf<typeof searchProject>;
export type ProjectSource = ResponseOf<typeof addProjectSource>;
export type Publication = ResponseOf<typeof openPublication>;
export type Mention = ResponseOf<typeof listMentions>['items'][number];
export type {
  Brief,
  BriefPart,
  BriefVersion,
  ExportFormat,
  Person,
  Project,
  ProjectArticle,
  ProjectDecision,
  ProjectEvent,
  ProjectHighlight,
  ProjectJob,
  ProjectMember,
  ProjectNote,
  ProjectRole,
  ProjectRule,
  ProjectSection,
};

export type ProjectStanding = 'active' | 'archived' | 'deleted';
export type ProjectChange = Partial<Pick<Project, 'title' | 'description' | 'visibility'>>;
export type NewProject = Pick<Project, 'title' | 'description' | 'visibility'>;
export type NewHighlight = Pick<ProjectHighlight, 'pinId' | 'quote' | 'prefix' | 'suffix'>;
export type NewNote = { body: string; pinId?: string; highlightId?: string; mentions: string[] };
export type DecisionFields = Pick<
  ProjectDecision,
  'title' | 'context' | 'decision' | 'consequences' | 'alternatives' | 'status'
>;
export type NewSource =
  | { kind: 'feed'; feedId: string }
  | { kind: 'folder'; folderId: string }
  | { kind: 'search'; query: string };

export type ProjectsApi = ReturnType<typeof createProjectsApi>;

type Calling = Pick<Client, 'call'>;

/** The calls of the project pages, one line each, in the words of the contract. */
export function createProjectsApi(client: Calling) {
  return { ...contentCalls(client), ...writingCalls(client), ...workCalls(client) };
}

const of = (id: string) => `/v1/projects/${id}`;

const pagesWith =
  (call: Client['call']) =>
  <Item>(path: string, query: Record<string, string | undefined> = {}) =>
    everyPage<Item>((cursor) => call('GET', path, { query: { limit: 200, ...query, cursor } }));

/** Projects, people, sections, articles. */
function contentCalls({ call }: Calling) {
  const every = pagesWith(call);
  return {
    projects: (status: ProjectStanding) => every<Project>('/v1/projects', { status }),
    createProject: (body: NewProject) => call<Project>('POST', '/v1/projects', { body }),
    project: (id: string) => call<Project>('GET', of(id)),
    changeProject: (id: string, version: number, body: ProjectChange) =>
      call<Project>('PATCH', of(id), { body, version }),
    deleteProject: (id: string, version: number) => call<void>('DELETE', of(id), { version }),
    move: (id: string, action: 'archive' | 'restore' | 'undelete') => call<Project>('POST', `${of(id)}/${action}`),

    people: () => every<Person & { email: string }>('/v1/projects/people'),
    members: (id: string) => every<ProjectMember>(`${of(id)}/members`),
    writeMember: (id: string, userId: string, role: ProjectRole) =>
      call<ProjectMember>('PUT', `${of(id)}/members/${userId}`, { body: { role } }),
    removeMember: (id: string, userId: string) => call<void>('DELETE', `${of(id)}/members/${userId}`),
    activity: (id: string, cursor: string | undefined) =>
      call<Page<ProjectEvent>>('GET', `${of(id)}/activity`, { query: { limit: 30, cursor } }),

    sections: async (id: string) => (await call<Page<ProjectSection>>('GET', `${of(id)}/sections`)).items,
    createSection: (id: string, title: string) =>
      call<ProjectSection>('POST', `${of(id)}/sections`, { body: { title } }),
    changeSection: (id: string, section: ProjectSection, body: { title?: string; afterId?: string | null }) =>
      call<ProjectSection>('PATCH', `${of(id)}/sections/${section.id}`, { body, version: section.version }),
    deleteSection: (id: string, section: ProjectSection) =>
      call<void>('DELETE', `${of(id)}/sections/${section.id}`, { version: section.version }),

    articles: (id: string, section?: string) =>
      every<ProjectArticle>(`${of(id)}/articles`, section === undefined ? {} : { section }),
    pin: (id: string, articleIds: string[], sectionId: string | null) =>
      call<{ pinned: number }>('POST', `${of(id)}/articles`, { body: { articleIds, sectionId } }),
    moveArticles: (id: string, body: { ids: string[]; sectionId: string | null; afterId?: string | null }) =>
      call<{ updated: number }>('PATCH', `${of(id)}/articles`, { body }),
    unpin: (id: string, ids: string[]) =>
      call<{ updated: number }>('POST', `${of(id)}/articles/unpin`, { body: { ids } }),
    article: (id: string, pinId: string) => call<FullProjectArticle>('GET', `${of(id)}/articles/${pinId}`),
  };
}

/** Highlights, notes, decisions. */
function writingCalls({ call }: Calling) {
  const every = pagesWith(call);
  return {
    highlights: (id: string, pin?: string) =>
      every<ProjectHighlight>(`${of(id)}/highlights`, pin === undefined ? {} : { pin }),
    createHighlight: (id: string, body: NewHighlight) =>
      call<ProjectHighlight>('POST', `${of(id)}/highlights`, { body }),
    deleteHighlight: (id: string, partId: string) => call<void>('DELETE', `${of(id)}/highlights/${partId}`),

    notes: (id: string, pin?: string) => every<ProjectNote>(`${of(id)}/notes`, pin === undefined ? {} : { pin }),
    note: (id: string, partId: string) => call<ProjectNote>('GET', `${of(id)}/notes/${partId}`),
    createNote: (id: string, body: NewNote) => call<ProjectNote>('POST', `${of(id)}/notes`, { body }),
    changeNote: (id: string, note: Versioned, body: { body: string; mentions: string[] }) =>
      call<ProjectNote>('PATCH', `${of(id)}/notes/${note.id}`, { body, version: note.version }),
    deleteNote: (id: string, note: Versioned) =>
      call<void>('DELETE', `${of(id)}/notes/${note.id}`, { version: note.version }),
    mentions: async () => (await call<Page<Mention>>('GET', '/v1/projects/mentions')).items,
    seeMentions: (noteIds: string[]) => call<unknown>('POST', '/v1/projects/mentions/read', { body: { noteIds } }),

    decisions: (id: string) => every<ProjectDecision>(`${of(id)}/decisions`),
    decision: (id: string, partId: string) => call<ProjectDecision>('GET', `${of(id)}/decisions/${partId}`),
    createDecision: (id: string, body: DecisionFields) =>
      call<ProjectDecision>('POST', `${of(id)}/decisions`, { body }),
    changeDecision: (id: string, decision: Versioned, body: Partial<DecisionFields> & { supersededBy?: string }) =>
      call<ProjectDecision>('PATCH', `${of(id)}/decisions/${decision.id}`, { body, version: decision.version }),
    deleteDecision: (id: string, decision: Versioned) =>
      call<void>('DELETE', `${of(id)}/decisions/${decision.id}`, { version: decision.version }),
  };
}

/** Briefs, files, publishing, sources, rules, search. */
function workCalls({ call }: Calling) {
  const every = pagesWith(call);
  return {
    job: (jobId: string) => call<ProjectJob>('GET', `/v1/projects/jobs/${jobId}`),
    brief: (id: string) => call<BriefNow>('GET', `${of(id)}/brief`),
    writeBrief: (id: string, sectionId: string | null, force = false) =>
      call<ProjectJob>('POST', `${of(id)}/brief${sectionId ? `/sections/${sectionId}` : ''}`, { body: { force } }),
    briefs: (id: string) => every<BriefVersion>(`${of(id)}/brief/versions`),
    compareBriefs: (id: string, from: number, to: number) =>
      call<BriefComparison>('GET', `${of(id)}/brief/diff`, { query: { from, to } }),

    exportProject: (id: string, format: ExportFormat) =>
      call<ProjectJob>('POST', `${of(id)}/exports`, { body: { format } }),
    importProject: (text: string) =>
      call<ProjectJob>('POST', '/v1/projects/import', { body: text, bodyType: 'application/json' }),
    publication: async (id: string) =>
      (await call<{ publication: Publication | null }>('GET', `${of(id)}/publication`)).publication,
    publish: (id: string, kind: Publication['kind']) =>
      call<Publication>('PUT', `${of(id)}/publication`, { body: { kind } }),
    unpublish: (id: string) => call<void>('DELETE', `${of(id)}/publication`),

    sources: async (id: string) => (await call<Page<ProjectSource>>('GET', `${of(id)}/sources`)).items,
    addSource: (id: string, body: NewSource) => call<ProjectSource>('POST', `${of(id)}/sources`, { body }),
    removeSource: (id: string, partId: string) => call<void>('DELETE', `${of(id)}/sources/${partId}`),
    rules: async (id: string) => (await call<Page<ProjectRule>>('GET', `${of(id)}/rules`)).items,
    createRule: (id: string, body: { name: string; query: string; sectionId: string | null }) =>
      call<ProjectRule>('POST', `${of(id)}/rules`, { body }),
    changeRule: (id: string, rule: Versioned, body: { isEnabled: boolean }) =>
      call<ProjectRule>('PATCH', `${of(id)}/rules/${rule.id}`, { body, version: rule.version }),
    deleteRule: (id: string, rule: Versioned) =>
      call<void>('DELETE', `${of(id)}/rules/${rule.id}`, { version: rule.version }),

    search: (id: string, q: string) => call<ProjectFinds>('GET', `${of(id)}/search`, { query: { q } }),
  };
}

interface Versioned {
  id: string;
  version: number;
}

/** All items of a list, page after page. */
async function everyPage<Item>(load: (cursor: string | undefined) => Promise<Page<Item>>): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const page = await load(cursor);
    items.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return items;
}
