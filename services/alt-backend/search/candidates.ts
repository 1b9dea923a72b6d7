import { CANDIDATE_LIMIT, type TextQuery } from '@alt/contracts';
import type { Queryable } from '@alt/database';
import { type Condition, conjuncts } from '../store/conditions.ts';
import { countEntries, type FoundEntry, filterEntries, walkEntries } from '../store/search.ts';
import { type AskEngine, type EngineQuestion, withArticles } from './engine.ts';
import type { Case, PreparedQuery } from './query.ts';

/** Who looks: the engine for texts, the database in the name of a reader. */
export interface Finding {
  ask: AskEngine;
  read<T>(work: (tx: Queryable, readerId: number) => Promise<T>): Promise<T>;
}

export interface Candidates {
  /** The best first; all of them where `total` is exact, else at least as many as wanted if there are so many. */
  found: FoundEntry[];
  /** How they are sorted. */
  compare: (a: FoundEntry, b: FoundEntry) => number;
  total: number;
  totalIsExact: boolean;
  corrections: { word: string; readAs: string[] }[];
  isComplete: boolean;
}

/** With so few entries of a state it is quicker to look among them than to look through all texts. */
const NARROW = 2_000;
/** The engine is asked for so many, one piece after the other. */
const PIECES = [100, 900, CANDIDATE_LIMIT - 1_000];
/** Some of what the engine finds may be in no list of the reader's. */
const SPARE = 400;

/** The entries that a query finds, the best first, at most `CANDIDATE_LIMIT` of each case. */
export async function findCandidates(finding: Finding, query: PreparedQuery, wanted: number): Promise<Candidates> {
  const [only, ...others] = query.cases;
  if (only && others.length === 0) return findCase(finding, only, query.mode, wanted);
  const all = await Promise.all(query.cases.map((one) => findCase(finding, one, query.mode, CANDIDATE_LIMIT)));
  const best = new Map<number, FoundEntry & { score: number }>();
  for (const entry of all.flatMap(({ found }) => found)) {
    const scored = { ...entry, score: entry.score ?? 0 };
    if ((best.get(entry.id)?.score ?? -1) < scored.score) best.set(entry.id, scored);
  }
  const compare = (a: FoundEntry, b: FoundEntry) => byScore(a, b) || byAge(a, b);
  const found = [...best.values()].sort(compare);
  return {
    found,
    compare,
    total: Math.min(found.length, CANDIDATE_LIMIT),
    totalIsExact: found.length <= CANDIDATE_LIMIT && all.every(({ totalIsExact }) => totalIsExact),
    corrections: all.flatMap(({ corrections }) => corrections),
    isComplete: all.every(({ isComplete }) => isComplete),
  };
}

function byScore(a: FoundEntry, b: FoundEntry): number {
  return (b.score ?? 0) - (a.score ?? 0);
}

function byAge(a: FoundEntry, b: FoundEntry): number {
  return b.sortAt.getTime() - a.sortAt.getTime() || b.id - a.id;
}

/** As engines sort. */
function byRank(a: FoundEntry, b: FoundEntry): number {
  return byScore(a, b) || b.id - a.id;
}

async function findCase(finding: Finding, one: Case, mode: 'rank' | 'filter', wanted: number): Promise<Candidates> {
  const { text, condition, unscoped, scope } = one;
  if (!text) return findByState(finding, condition, wanted);
  const question = { text, mode, order: 'relevance', scope } as const;
  const narrow = await narrowEntries(finding, condition);
  if (narrow) return findAmong(finding, question, unscoped, narrow);
  return findByText(finding, question, { condition, unscoped }, wanted);
}

export type Question = Omit<EngineQuestion, 'limit' | 'text'> & { text: TextQuery };

/**
 * Text leads where it finds few; where it finds many, the state leads if it finds few; else the best of the text count.
 * Where nothing else must hold, as many of them are looked at as are wanted.
 */
async function findByText(
  finding: Finding,
  question: Question,
  { condition, unscoped }: Pick<Case, 'condition' | 'unscoped'>,
  wanted: number,
) {
  const first = await finding.ask({ ...question, limit: Math.min(CANDIDATE_LIMIT, wanted + SPARE) });
  if (!first.totalIsExact) {
    const few = await fewEntries(finding, condition, CANDIDATE_LIMIT);
    if (few) return findAmong(finding, question, unscoped, few);
    const found = unscoped ? [] : await checkHits(finding, first, null);
    if (found.length >= wanted) return { ...first, found, compare: byRank };
  }
  return findAll(finding, await withRest(finding, question, first), unscoped);
}

type Answer = Awaited<ReturnType<AskEngine>>;

/** An answer with the hits that were not asked for at first. */
async function withRest(finding: Finding, question: Question, first: Answer): Promise<Answer> {
  const offset = first.hits.length;
  if (offset >= first.total) return first;
  const { hits } = await finding.ask({ ...question, offset, limit: CANDIDATE_LIMIT - offset });
  return { ...first, hits: [...first.hits, ...hits] };
}

async function findAll(finding: Finding, answer: Answer, unscoped: Condition | null) {
  const found = await checkHits(finding, answer, unscoped);
  return { ...answer, found, compare: byRank, total: found.length };
}

/** The best that a question finds of what the reader has, at most so many; nothing is counted. */
export async function findBest(finding: Finding, question: Question, wanted: number) {
  const found: FoundEntry[] = [];
  let offset = 0;
  let isComplete = true;
  for (const limit of PIECES) {
    const answer = await finding.ask({ ...question, offset, limit });
    isComplete = answer.isComplete;
    found.push(...(await checkHits(finding, answer, null)));
    if (found.length >= wanted || answer.hits.length < limit) {
      return { found: found.slice(0, wanted), isComplete };
    }
    offset += limit;
  }
  const few = await fewEntries(finding, null, CANDIDATE_LIMIT);
  const among = few ? (await findAmong(finding, question, null, few)).found : found;
  return { found: among.slice(0, wanted), isComplete };
}

async function findAmong(finding: Finding, question: Question, unscoped: Condition | null, few: FoundEntry[]) {
  const scope = withArticles(
    question.scope,
    few.map(({ id }) => id),
  );
  const answer = await finding.ask({ ...question, scope, limit: CANDIDATE_LIMIT });
  return { ...(await findAll(finding, answer, unscoped)), totalIsExact: true };
}

async function findByState(finding: Finding, condition: Condition | null, wanted: number): Promise<Candidates> {
  const walk = { order: 'newest', key: null, limit: Math.min(wanted, CANDIDATE_LIMIT) } as const;
  return finding.read(async (tx, readerId) => {
    const { found } = await walkEntries(tx, readerId, condition, walk);
    const count = await countEntries(tx, readerId, condition, CANDIDATE_LIMIT + 1);
    const total = Math.min(count ?? found.length, CANDIDATE_LIMIT);
    return {
      found,
      compare: byAge,
      total,
      totalIsExact: count !== null && count <= CANDIDATE_LIMIT,
      corrections: [],
      isComplete: true,
    };
  });
}

/** What the engine found, as far as it is in the reader's lists and fulfils the condition. */
export async function checkHits(
  { read }: Finding,
  { hits }: { hits: { articleId: string; score: number }[] },
  condition: Condition | null,
): Promise<FoundEntry[]> {
  if (hits.length === 0) return [];
  const scores = new Map(hits.map(({ articleId, score }) => [Number(articleId), score]));
  const found = await read((tx, readerId) => filterEntries(tx, readerId, [...scores.keys()], condition));
  return found.map((entry) => ({ ...entry, score: scores.get(entry.id) ?? 0 }));
}

/** The entries of a condition, newest first, if there are no more than `limit`; null if there are, or if it takes long to say. */
async function fewEntries({ read }: Finding, condition: Condition | null, limit: number) {
  return read(async (tx, readerId) => {
    const count = await countEntries(tx, readerId, condition, limit + 1);
    if (count === null || count > limit) return null;
    return (await walkEntries(tx, readerId, condition, { order: 'newest', key: null, limit: limit + 1 })).found;
  });
}

/** The entries of a condition that has an index of its own, if they are few. */
export async function narrowEntries(finding: Finding, condition: Condition | null): Promise<FoundEntry[] | null> {
  return hasLead(condition) ? fewEntries(finding, condition, NARROW) : null;
}

function hasLead(condition: Condition | null): boolean {
  return conjuncts(condition).some(
    (part) => part.kind === 'labels' || part.kind === 'tags' || (part.kind === 'is' && part.state !== 'read'),
  );
}
