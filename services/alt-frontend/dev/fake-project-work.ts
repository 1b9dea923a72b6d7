import { randomUUID } from 'node:crypto';
import * as contracts from '@alt/contracts';
import { type FakeCall, type FakeHandler, FakeReply } from './fake-api.ts';
import { addProject, now, writeBrief } from './fake-project-state.ts';
import { partOf, projectOf } from './fake-projects.ts';

const jobTotal = 3;

function startJob({ state }: FakeCall, kind: contracts.ProjectJob['kind'], projectId: string | null) {
  const job: contracts.ProjectJob = {
    id: randomUUID(),
    kind,
    projectId,
    state: 'running',
    done: 0,
    total: jobTotal,
    result: null,
    error: null,
    createdAt: now(),
    finishedAt: null,
  };
  state.projects.jobs.push(job);
  return job;
}

/** A job gets on each time that somebody asks for it. */
function goOn({ state }: FakeCall, job: contracts.ProjectJob): contracts.ProjectJob {
  const { projects } = state;
  if (job.state !== 'running' && job.state !== 'waiting') return job;
  job.done = Math.min(job.done + projects.jobSteps, job.total);
  if (job.done < job.total) return job;
  job.finishedAt = now();
  job.state = projects.jobTrouble ? 'failed' : 'done';
  job.error = projects.jobTrouble;
  if (job.state === 'failed') return job;
  const found = projects.all.find(({ project }) => project.id === job.projectId);
  if (job.kind === 'brief' && found) {
    job.result = { number: writeBrief(found, state.entries, projects.me).number, isUnchanged: false };
  }
  if (job.kind === 'import') {
    const { title } = (JSON.parse(projects.importText) as { project: { title: string } }).project;
    job.projectId = addProject(projects, { title }).project.id;
  }
  return job;
}

function compare(call: FakeCall) {
  const { briefs } = projectOf(call);
  const [from, to] = [call.query.from, call.query.to].map((number) => briefs.find((brief) => brief.number === number));
  if (!from || !to) throw new contracts.Problem('not-found', 'There is no such version.');
  const ids = new Set([...from.parts, ...to.parts].map(({ sectionId }) => sectionId));
  return { from, to, parts: [...ids].map((id) => partChange(from, to, id)) };
}

function partChange(from: contracts.Brief, to: contracts.Brief, id: string | null): contracts.PartChange {
  const [before, after] = [from, to].map(({ parts }) => parts.find(({ sectionId }) => sectionId === id));
  const old = before?.sentences ?? [];
  const fresh = after?.sentences ?? [];
  const isIn = (sentences: typeof old, text: string) => sentences.some((sentence) => sentence.text === text);
  const sentences: contracts.SentenceChange[] = [
    ...old.filter(({ text }) => !isIn(fresh, text)).map((one) => ({ ...one, change: 'removed' as const })),
    ...fresh.map((one) => ({ ...one, change: isIn(old, one.text) ? ('kept' as const) : ('added' as const) })),
  ];
  const isKept = sentences.every((sentence) => sentence.change === 'kept');
  const change = !before ? 'added' : !after ? 'removed' : isKept ? 'kept' : 'changed';
  return { sectionId: id, title: (after ?? before)?.title ?? '', change, sentences };
}

function search(call: FakeCall) {
  const { articles, notes, decisions } = projectOf(call);
  const words = String(call.query.q).toLowerCase();
  const isFound = (text: string) => text.toLowerCase().includes(words);
  const part = (text: string) => [{ text: text.slice(0, 160), isMarked: false }];
  const items = [
    ...articles
      .filter(({ title }) => isFound(title))
      .map(({ id, articleId, title, feedTitle }) => ({
        kind: 'article',
        id,
        articleId,
        title,
        snippet: part(feedTitle),
      })),
    ...notes
      .filter(({ body }) => isFound(body))
      .map(({ id, body }) => ({ kind: 'note', id, articleId: null, title: '', snippet: part(body) })),
    ...decisions
      .filter(({ title, decision }) => isFound(title + decision))
      .map(({ id, title, decision }) => ({
        kind: 'decision',
        id,
        articleId: null,
        title,
        snippet: part(decision),
      })),
  ];
  return { items, total: items.length, totalIsExact: true, nextCursor: null };
}

/** Jobs, briefs, exports, imports, publications, search and mentions. */
export const projectWorkHandlers: FakeHandler[] = [
  [contracts.listMentions, ({ state }) => ({ items: state.projects.mentions, nextCursor: null })],
  [
    contracts.readMentions,
    ({ state, body }) => {
      const before = state.projects.mentions.length;
      state.projects.mentions = state.projects.mentions.filter(({ noteId }) => !body.noteIds.includes(noteId));
      return { updated: before - state.projects.mentions.length };
    },
  ],
  [contracts.readProjectJob, (call) => goOn(call, partOf(call.state.projects.jobs, call.params.id))],
  [
    contracts.readProjectExport,
    () =>
      new Response('# A project\n', {
        headers: { 'content-type': 'text/markdown', 'content-disposition': 'attachment; filename="project.md"' },
      }),
  ],
  [
    contracts.importProject,
    (call) => {
      call.state.projects.importText = call.body;
      return startJob(call, 'import', null);
    },
  ],
  [
    contracts.readProjectBrief,
    (call) => {
      const found = projectOf(call);
      const job = call.state.projects.jobs.find(
        ({ kind, projectId, state }) => kind === 'brief' && projectId === found.project.id && state === 'running',
      );
      return { brief: found.briefs.at(-1) ?? null, job: job ?? null };
    },
  ],
  [contracts.writeProjectBrief, (call) => startJob(call, 'brief', projectOf(call).project.id)],
  [contracts.writeProjectBriefSection, (call) => startJob(call, 'brief', projectOf(call).project.id)],
  [contracts.listProjectBriefs, (call) => ({ items: projectOf(call).briefs.toReversed(), nextCursor: null })],
  [
    contracts.readProjectBriefVersion,
    (call) => {
      const found = projectOf(call).briefs.find(({ number }) => number === Number(call.params.number));
      if (!found) throw new contracts.Problem('not-found', 'There is no such version.');
      return found;
    },
  ],
  [contracts.compareProjectBriefs, compare],
  [contracts.exportProject, (call) => startJob(call, 'export', projectOf(call).project.id)],
  [
    contracts.readPublication,
    (call) => {
      const { publication } = projectOf(call);
      const isSecret = publication?.kind === 'private';
      return { publication: publication && isSecret ? { ...publication, pageUrl: null, feedUrl: null } : publication };
    },
  ],
  [
    contracts.openPublication,
    (call) => {
      const key = randomUUID();
      const pageUrl = `https://alt.example/v1/projects/published/${key}`;
      const opened = { kind: call.body.kind, pageUrl, feedUrl: `${pageUrl}/feed`, openedAt: now() };
      projectOf(call).publication = opened;
      return opened;
    },
  ],
  [
    contracts.closePublication,
    (call) => {
      projectOf(call).publication = null;
      return new FakeReply(undefined, { status: 204 });
    },
  ],
  [contracts.searchProject, search],
];
