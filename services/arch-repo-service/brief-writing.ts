import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type BriefPart, type BriefSentence, type CreatedBrief, createBrief, type Passage } from '@alt/contracts';
import type { Queryable } from '@alt/database';
import type { PeerFetch } from '@alt/service-kit';
import { askCreator } from './creator.ts';
import type { Work } from './jobs.ts';
import { projectNotFound } from './people.ts';
import { refundRequests, spendRequests } from './spending.ts';
import { note } from './store/activity.ts';
import * as store from './store/briefs.ts';
import { listSections } from './store/sections.ts';
import { findStanding, lockProject } from './store/standing.ts';

/** So many articles of a section are read, the newest pins first, and so much of each: a request has at most a megabyte. */
const ARTICLES = 40;
const TEXT_LENGTH = 4_000;
const SENTENCES = { overview: 8, section: 10 };
/** Raised when the same texts would be written about in another way. */
const METHOD = 1;

interface PartPlan {
  sectionId: string | null;
  title: string;
}

interface Source {
  articleId: number;
  title: string;
  url: string | null;
  text: string;
}

/**
 * Writes a brief, or one section of it (`input.sectionId`), part by part. A part whose texts are those of the newest
 * version is taken over word for word and nobody is asked; what was written before a crash is not written again. Ends
 * without a new version where nothing changed. Each part that is asked for counts against what the tenant may ask of
 * models, unless none worked on it. Throws `limit-reached` before any is asked, and the Problem of news-creator where it
 * cannot be.
 */
export function createBriefWorker(creator: PeerFetch): (work: Work) => Promise<void> {
  return async (work) => {
    const projectId = work.projectId ?? '';
    const only = typeof work.input.sectionId === 'string' ? work.input.sectionId : null;
    const isForced = work.input.force === true;
    const { plans, newest } = await work.inTransaction((tx) => plan(tx, projectId, only));
    const written = new Map(Object.entries((work.kept.parts ?? {}) as Record<string, BriefPart>));
    const due: Due[] = [];
    for (const part of plans) {
      const sources = await work.inTransaction((tx) => gather(tx, projectId, part.sectionId));
      const inputHash = hashOf(part, sources);
      const present = newest?.parts.find(({ sectionId }) => sectionId === part.sectionId);
      if (written.get(keyOf(part))?.inputHash === inputHash) continue;
      if (present?.inputHash === inputHash && !isForced) written.set(keyOf(part), present);
      else due.push({ part, sources, inputHash });
    }
    await writeAll(creator, work, { due, written, total: plans.length });
    await work.inTransaction((tx) => save(tx, work, projectId, { written, only }));
  };
}

interface Due {
  part: PartPlan;
  sources: Source[];
  inputHash: string;
}

/**
 * Writes what is due into `written`. A request is counted for each part that has something to be asked about, before the
 * first is asked, and noted with the job: a crash counts nothing twice, and where no model worked it is given back.
 */
async function writeAll(
  creator: PeerFetch,
  work: Work,
  { due, written, total }: { due: Due[]; written: Map<string, BriefPart>; total: number },
): Promise<void> {
  let spent = typeof work.kept.spent === 'number' ? work.kept.spent : 0;
  let done = total - due.length;
  const settle = (wanted: number) =>
    work.inTransaction(async (tx) => {
      await spendRequests(tx, wanted - spent);
      await refundRequests(tx, spent - wanted);
      spent = wanted;
      await keep(tx);
    });
  const keep = (tx?: Queryable) =>
    work.progress({ done, total, kept: { parts: Object.fromEntries(written), spent } }, tx);
  await settle(due.filter(({ sources }) => sources.length > 0).length);
  try {
    for (const { part, sources, inputHash } of due) {
      const made = await write(creator, part, sources, inputHash, work.signal);
      written.set(keyOf(part), made);
      done += 1;
      if (made.engine !== NOT_ASKED) spent -= 1;
      await keep();
    }
  } finally {
    // Whoever has the job now, where it is somebody else's, has its requests as well.
    await settle(0);
  }
}

async function plan(tx: Queryable, projectId: string, only: string | null) {
  if (!(await findStanding(tx, projectId))) throw projectNotFound();
  const sections = await listSections(tx, projectId);
  const parts: PartPlan[] = [{ sectionId: null, title: '' }];
  parts.push(...sections.map(({ id, title }) => ({ sectionId: id, title })));
  return {
    plans: only === null ? parts : parts.filter(({ sectionId }) => sectionId === only),
    newest: await store.newestVersion(tx, projectId),
  };
}

async function gather(tx: Queryable, projectId: string, sectionId: string | null): Promise<Source[]> {
  const pins = await store.briefSources(tx, projectId, sectionId, ARTICLES);
  const ids = pins.map(({ id }) => id);
  const texts = await store.textsOf(tx, projectId, ids, TEXT_LENGTH);
  return pins.flatMap(({ id, ...pin }) => {
    const text = texts.get(id)?.trim();
    return text ? [{ ...pin, text }] : [];
  });
}

/** The title of the project is not part of it: the overview has none of its own. */
function hashOf({ title }: PartPlan, sources: Source[]): string {
  const input = [METHOD, title, sources.map(({ articleId, title, text }) => [articleId, title, text])];
  return createHash('sha256').update(JSON.stringify(input)).digest('base64url');
}

function keyOf({ sectionId }: PartPlan): string {
  return sectionId ?? 'overview';
}

const NOT_ASKED = 'extractive';

async function write(
  creator: PeerFetch,
  { sectionId, title }: PartPlan,
  sources: Source[],
  inputHash: string,
  signal: AbortSignal,
): Promise<BriefPart> {
  const articleIds = sources.map(({ articleId }) => String(articleId));
  const about = { sectionId, title, inputHash, articleIds };
  if (sources.length === 0) return { ...about, sentences: [], engine: NOT_ASKED };
  const passages = sources.map(({ articleId, title, text }, index): Passage => {
    return { id: String(index + 1), articleId: String(articleId), title: title.slice(0, 2_000), text };
  });
  const topic = title || sources[0]?.title.slice(0, 500) || '—';
  const maximumSentences = sectionId === null ? SENTENCES.overview : SENTENCES.section;
  const created = await askCreator(creator, createBrief, { topic, passages, maximumSentences }, signal);
  return { ...about, sentences: verified(created, passages, sources), engine: created.engine };
}

/** The sentences with those citations alone whose words stand in the text of the article, exactly; others go. */
function verified(created: CreatedBrief, passages: Passage[], sources: Source[]): BriefSentence[] {
  const byId = new Map(passages.map((passage, index) => [passage.id, { passage, source: sources[index] }]));
  return created.sentences.flatMap(({ text, citations }) => {
    const proven = citations.flatMap(({ passageId, articleId, quote, start, end }) => {
      const { passage, source } = byId.get(passageId) ?? {};
      const isTrue =
        passage?.articleId === articleId && quote.trim() !== '' && passage.text.slice(start, end) === quote;
      return isTrue && source ? [{ articleId, quote, title: source.title, url: source.url }] : [];
    });
    return proven.length > 0 && text.trim() !== '' ? [{ text: text.trim(), citations: proven }] : [];
  });
}

/**
 * Saves the parts as a version and ends the job, both or neither. Of sections that went meanwhile nothing is saved; a run
 * of one section takes all others from the version that is the newest now.
 */
async function save(
  tx: Queryable,
  work: Work,
  projectId: string,
  { written, only }: { written: Map<string, BriefPart>; only: string | null },
): Promise<void> {
  if (!(await lockProject(tx, projectId))) throw projectNotFound();
  const newest = await store.newestVersion(tx, projectId);
  const { plans } = await plan(tx, projectId, null);
  const parts = plans.flatMap((part) => {
    const before = newest?.parts.find(({ sectionId }) => sectionId === part.sectionId);
    const now = only === null || part.sectionId === only ? (written.get(keyOf(part)) ?? before) : before;
    return now ? [now] : [];
  });
  if (newest && isDeepStrictEqual(newest.parts, parts)) {
    await work.finish(tx, { number: newest.number, isUnchanged: true });
    return;
  }
  const number = (newest?.number ?? 0) + 1;
  const engines = [...new Set(parts.filter(({ sentences }) => sentences.length > 0).map(({ engine }) => engine))];
  await store.addVersion(tx, projectId, {
    number,
    engine: engines.join(', ') || NOT_ASKED,
    parts,
    articleCount: new Set(parts.flatMap(({ articleIds }) => articleIds)).size,
    sentenceCount: parts.reduce((sum, { sentences }) => sum + sentences.length, 0),
  });
  await note(tx, projectId, 'brief-written', { number });
  await work.finish(tx, { number, isUnchanged: false });
}
