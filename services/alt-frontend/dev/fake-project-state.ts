import { randomUUID } from 'node:crypto';
import type * as contracts from '@alt/contracts';

/** A project of the fake with all that is in it. */
export interface FakeProject {
  project: contracts.Project;
  members: contracts.ProjectMember[];
  sections: contracts.ProjectSection[];
  /** Those of a section stand in its order. */
  articles: contracts.ProjectArticle[];
  highlights: contracts.ProjectHighlight[];
  notes: contracts.ProjectNote[];
  decisions: contracts.ProjectDecision[];
  briefs: contracts.Brief[];
  sources: Array<contracts.ResponseOf<typeof contracts.addProjectSource>>;
  rules: contracts.ProjectRule[];
  publication: contracts.ResponseOf<typeof contracts.openPublication> | null;
  events: contracts.ProjectEvent[];
}

export interface FakeProjects {
  me: contracts.Person;
  people: Array<contracts.Person & { email: string }>;
  all: FakeProject[];
  jobs: contracts.ProjectJob[];
  mentions: contracts.ResponseOf<typeof contracts.listMentions>['items'];
  /** How much of a job is done each time that it is asked for. */
  jobSteps: number;
  /** The next job fails with this. */
  jobTrouble: { code: string; message: string } | null;
  importText: string;
}

export const now = () => new Date().toISOString();

/** Two active projects and an archived one, filled from the articles of the fake. */
export function createFakeProjects(
  me: contracts.Person,
  entries: readonly contracts.FullEntry[],
  isEmpty: boolean,
): FakeProjects {
  const bo = { id: '0190d3a8-7a10-7c1e-8a52-6d1b4f3e2b01', name: 'Bo Lindqvist' };
  const cleo = { id: '0190d3a8-7a10-7c1e-8a52-6d1b4f3e2b02', name: 'Cleo' };
  const projects: FakeProjects = {
    me,
    people: [
      { ...me, email: 'ada@example.org' },
      { ...bo, email: 'bo@example.org' },
      { ...cleo, email: 'cleo@example.org' },
    ],
    all: [],
    jobs: [],
    mentions: [],
    jobSteps: 1,
    jobTrouble: null,
    importText: '',
  };
  if (isEmpty) return projects;
  const tide = addProject(projects, { title: 'Tide tables after 2030', code: 'TIDE', description: about });
  tide.members.push({ user: bo, role: 'editor', addedAt: now() }, { user: cleo, role: 'viewer', addedAt: now() });
  const [harbours, pencils] = ['Harbours', 'Who keeps them'].map((title) => addSection(tide, title));
  for (const [index, entry] of entries.slice(0, 9).entries()) {
    const section = index < 4 ? harbours : index < 7 ? pencils : undefined;
    const pin = pinEntry(tide, entry, section?.id ?? null, index % 3 === 0 ? bo : me);
    if (index % 4 === 3) pin.origin = 'rule';
  }
  writeBrief(tide, entries, me);
  tide.notes.push(noteOf('@Ada could you check the 1911 figures? They differ from the printed table.', bo, [me]));
  tide.decisions.push(decisionOf(1, bo));
  note(tide, bo, 'note-created', { noteId: tide.notes[0]?.id ?? '' });
  addProject(projects, { title: 'Libraries that lend tools', code: 'TOOLS' });
  const old = addProject(projects, { title: 'Canal census', code: 'CANAL' });
  old.project.status = 'archived';
  return projects;
}

const about = 'What the printed tables said, what the gauges say, and who decides between them.';

interface NewProject {
  title: string;
  code?: string;
  description?: string;
  visibility?: 'members' | 'tenant';
}

export function addProject(projects: FakeProjects, { title, code, description, visibility }: NewProject): FakeProject {
  const made: FakeProject = {
    project: {
      id: randomUUID(),
      code: code ?? `P-${projects.all.length + 1}`,
      title,
      description: description ?? '',
      visibility: visibility ?? 'members',
      status: 'active',
      version: 1,
      role: 'lead',
      memberCount: 1,
      articleCount: 0,
      createdAt: now(),
      updatedAt: now(),
      deletedAt: null,
    },
    members: [{ user: projects.me, role: 'lead', addedAt: now() }],
    sections: [],
    articles: [],
    highlights: [],
    notes: [],
    decisions: [],
    briefs: [],
    sources: [],
    rules: [],
    publication: null,
    events: [],
  };
  note(made, projects.me, 'project-created', { title });
  projects.all.push(made);
  return made;
}

export function addSection(project: FakeProject, title: string): contracts.ProjectSection {
  const section = { id: randomUUID(), title, version: 1, articleCount: 0 };
  project.sections.push(section);
  return section;
}

export function pinEntry(
  project: FakeProject,
  entry: contracts.FullEntry,
  sectionId: string | null,
  pinnedBy: contracts.Person,
): contracts.ProjectArticle {
  const pin: contracts.ProjectArticle = {
    id: randomUUID(),
    articleId: entry.id,
    sectionId,
    title: entry.title,
    url: entry.url,
    feedTitle: entry.feed.title,
    publishedAt: entry.publishedAt,
    origin: 'person',
    pinnedBy,
    pinnedAt: now(),
  };
  project.articles.push(pin);
  return pin;
}

export function note(project: FakeProject, actor: contracts.Person, kind: string, subject: Record<string, string>) {
  project.events.unshift({ id: String(project.events.length + 1), kind, actor, subject, at: now() });
}

/** The next version of the brief: the first sentence of each article, cited. */
export function writeBrief(
  project: FakeProject,
  entries: readonly contracts.FullEntry[],
  createdBy: contracts.Person,
): contracts.Brief {
  const parts = [null, ...project.sections].map((section) => {
    const pins = project.articles.filter(({ sectionId }) => section === null || sectionId === section.id).slice(0, 4);
    return partOf(section, pins, entries);
  });
  const number = project.briefs.length + 1;
  const brief = {
    number,
    engine: 'extractive',
    articleCount: project.articles.length,
    sentenceCount: parts.reduce((sum, { sentences }) => sum + sentences.length, 0),
    createdBy,
    createdAt: now(),
    parts,
  };
  project.briefs.push(brief);
  note(project, createdBy, 'brief-written', { number: String(number) });
  return brief;
}

function partOf(
  section: contracts.ProjectSection | null,
  pins: readonly contracts.ProjectArticle[],
  entries: readonly contracts.FullEntry[],
): contracts.BriefPart {
  const sentences = pins.map(({ articleId, title, url }) => {
    const quote = sentenceIn(entries.find(({ id }) => id === articleId)?.contentHtml ?? title);
    return { text: quote, citations: [{ articleId, quote, title, url }] };
  });
  const articleIds = pins.flatMap(({ articleId }) => articleId ?? []);
  const title = section?.title ?? '';
  return { sectionId: section?.id ?? null, title, sentences, engine: 'extractive', inputHash: '0', articleIds };
}

/** The first sentence of the first paragraph, as it stands there. */
function sentenceIn(html: string): string {
  const paragraph = /<p>([^<]+)/.exec(html)?.[1] ?? html.replace(/<[^>]*>/g, ' ');
  return (/^.*?[.。!?](?=\s|$|[^\s.])/u.exec(paragraph)?.[0] ?? paragraph).trim().slice(0, 300) || '…';
}

export function noteOf(
  body: string,
  createdBy: contracts.Person,
  mentions: contracts.Person[] = [],
): contracts.ProjectNote {
  const at = now();
  return {
    id: randomUUID(),
    pinId: null,
    highlightId: null,
    body,
    mentions,
    version: 1,
    createdBy,
    createdAt: at,
    updatedAt: at,
  };
}

function decisionOf(number: number, createdBy: contracts.Person): contracts.ProjectDecision {
  return {
    id: randomUUID(),
    number,
    title: 'Take the gauge where both are known',
    context: 'The printed tables and the gauges disagree in eleven harbours.',
    decision: 'Where a gauge has run for ten years, its figures stand.',
    consequences: 'Four harbours keep the printed table for now.',
    alternatives: [{ title: 'Print both', reason: 'Nobody reads two columns on a boat.' }],
    status: 'accepted',
    supersededBy: null,
    version: 1,
    createdBy,
    createdAt: now(),
    updatedAt: now(),
  };
}
