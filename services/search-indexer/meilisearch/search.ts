import { z } from 'zod';
import { type Analysis, stemmedLanguages } from '../analysis.ts';
import { type EngineRequest, type EngineResult, LONGEST_SEARCH_MS, type Scope, SearchTimeoutError } from '../engine.ts';
import { createFacets } from '../facets.ts';
import { isStemmed, readQuery, type Sought, type SoughtUnit, unitsOf } from '../sought.ts';
import type { Client } from './client.ts';
import { encodeWord } from './documents.ts';
import { createLimit } from './limit.ts';
import { readUnknown } from './spelling.ts';

const hit = z.object({
  id: z.int(),
  feedId: z.int(),
  language: z.string(),
  sortAt: z.number(),
  _rankingScore: z.number().default(0),
});
type Hit = z.infer<typeof hit>;
const answer = z.object({ hits: z.array(hit), totalHits: z.int() });

/** What is found, and whether that is all of it. */
interface Found {
  hits: Map<number, Hit>;
  isAll: boolean;
}

/** One search: where to ask, what limits it, and in which languages it is asked now. */
interface Asking {
  search(query: { q: string; attributes: string[] | null; filter: string[] }): Promise<Found>;
  analysis: Analysis;
  filter: string[];
  /** Null: languages without stems. */
  language: string | null;
  readings: ReadonlyMap<string, readonly string[]>;
}

/** Above the scores of all words together: articles with all words come before those with some. */
const ALL_WORDS = 1_000;

/**
 * Answers a request. Meilisearch knows words and phrases that all hold; everything else is made of what it finds, up to
 * `countLimit` articles of each part. Every word is quoted, so that no other word passes for it.
 */
export async function searchIndex(
  client: Client,
  uid: string,
  request: EngineRequest,
  analysis: Analysis,
): Promise<EngineResult> {
  const deadline = AbortSignal.timeout(LONGEST_SEARCH_MS);
  const inTurn = createLimit(AT_ONCE);
  const ask: AskIndex = (body) =>
    inTurn(async () => {
      if (deadline.aborted) throw new SearchTimeoutError();
      return client.call('POST', `/indexes/${encodeURIComponent(uid)}/search`, body, deadline);
    });
  try {
    return await answerRequest(ask, request, analysis);
  } catch (error) {
    if (deadline.aborted) throw new SearchTimeoutError({ cause: error });
    throw error;
  }
}

/** One query to the index that is searched. */
export type AskIndex = (body: object) => Promise<unknown>;

/** A search in many languages and parts is many queries. */
const AT_ONCE = 6;

async function answerRequest(ask: AskIndex, request: EngineRequest, analysis: Analysis): Promise<EngineResult> {
  const { sought, isRanked } = request.text
    ? readQuery(request.text, request.mode, analysis)
    : { sought: null, isRanked: false };
  if (request.text && !sought) return resultOf({ hits: new Map(), isAll: true }, request, []);
  const search = createSearch(ask, request);
  const filter = scopeFilter(request.scope);
  const { feedIds, readableFeedIds = feedIds } = request.scope;
  const known = scopeFilter({ feedIds: readableFeedIds });
  const readings =
    sought && request.mode === 'rank'
      ? await readUnknown(ask, sought, { filter, known, analysis })
      : new Map<string, string[]>();
  const asked = sought ? languageClasses(sought, readings, analysis) : [{ language: null, filter: [] as string[] }];
  const found = await Promise.all(
    asked.map(({ language, filter: ofLanguages }) => {
      const asking: Asking = { search, analysis, language, readings, filter: [...filter, ...ofLanguages] };
      if (sought === null) return search({ q: '', attributes: null, filter: asking.filter });
      return isRanked ? findSome(sought, asking) : find(sought, asking);
    }),
  );
  const corrections = [...readings].map(([word, readAs]) => ({ word, readAs: [...readAs] }));
  return resultOf(united(found), request, corrections);
}

function createSearch(ask: AskIndex, { countLimit, order }: EngineRequest): Asking['search'] {
  return async ({ q, attributes, filter }) => {
    const given = await ask({
      q,
      filter,
      matchingStrategy: 'all',
      // Pages are counted exactly; offsets are estimated.
      page: 1,
      hitsPerPage: countLimit + 1,
      attributesToRetrieve: ['id', 'feedId', 'language', 'sortAt'],
      showRankingScore: order === 'relevance' && q !== '',
      ...(attributes ? { attributesToSearchOn: attributes } : {}),
      ...(order === 'relevance'
        ? {}
        : { sort: order === 'newest' ? ['sortAt:desc', 'id:desc'] : ['sortAt:asc', 'id:asc'] }),
    });
    const { hits, totalHits } = answer.parse(given);
    return { hits: new Map(hits.map((one) => [one.id, one])), isAll: totalHits <= countLimit };
  };
}

function scopeFilter({ feedIds, articleIds, after, before, languages }: Scope): string[] {
  return [
    `feedId IN [${feedIds.join(',')}]`,
    ...(articleIds ? [`id IN [${articleIds.join(',')}]`] : []),
    ...(after === undefined ? [] : [`sortAt >= ${after}`]),
    ...(before === undefined ? [] : [`sortAt < ${before}`]),
    ...(languages ? [`language IN [${languages.map((language) => JSON.stringify(language)).join(',')}]`] : []),
  ];
}

/** Languages in which all words have the same stems are asked together, each language once. */
function languageClasses(
  sought: Sought,
  readings: Asking['readings'],
  analysis: Analysis,
): { language: string | null; filter: string[] }[] {
  const words = unitsOf(sought)
    .filter((unit) => isStemmed(unit))
    .flatMap(({ unit }) => unit.words.flatMap((word) => [word, ...(readings.get(word) ?? [])]));
  if (words.length === 0) return [{ language: null, filter: [] }];
  const classes = new Map<string, string[]>();
  for (const language of stemmedLanguages) {
    const stems = words.map((word) => analysis.stem(word, language)).join(' ');
    classes.set(stems, [...(classes.get(stems) ?? []), language]);
  }
  const listed = (languages: readonly string[]): string =>
    languages.map((language) => JSON.stringify(language)).join(',');
  const plain = words.join(' ');
  const withPlain = classes.get(plain) ?? [];
  classes.delete(plain);
  const others = [...classes.values()].flat();
  return [
    { language: withPlain[0] ?? null, filter: others.length > 0 ? [`language NOT IN [${listed(others)}]`] : [] },
    ...[...classes.values()].map((languages) => ({
      language: languages[0] ?? null,
      filter: [`language IN [${listed(languages)}]`],
    })),
  ];
}

async function find(sought: Sought, asking: Asking): Promise<Found> {
  if (sought.kind === 'unit') return findUnit(sought, asking);
  if (sought.kind === 'or') return united(await Promise.all(sought.parts.map((part) => find(part, asking))));
  if (sought.kind === 'not')
    return without(await asking.search({ q: '', attributes: null, filter: asking.filter }), sought.part, asking);
  return findAll(sought.parts, asking);
}

/** All parts: the units that Meilisearch can take together first, each other part within what is left. */
async function findAll(parts: readonly Sought[], asking: Asking): Promise<Found> {
  const together = groupUnits(parts, asking);
  const rest = parts.filter((part) => !together.some(({ of }) => of.includes(part as SoughtUnit)));
  let found: Found | null = null;
  for (const { q, attributes } of together) {
    const within: Asking = found ? limitedTo(found, asking) : asking;
    found = scoreUp(found, await asking.search({ q, attributes, filter: within.filter }));
  }
  for (const part of rest.filter(({ kind }) => kind !== 'not')) {
    found = scoreUp(found, await find(part, found ? limitedTo(found, asking) : asking));
  }
  found ??= await asking.search({ q: '', attributes: null, filter: asking.filter });
  for (const part of rest) if (part.kind === 'not') found = await without(found, part.part, asking);
  return found;
}

/** Units of one field whose words are sure: one query asks for all of them. */
function groupUnits(parts: readonly Sought[], asking: Asking): { of: SoughtUnit[]; q: string; attributes: string[] }[] {
  const groups = new Map<string, SoughtUnit[]>();
  for (const part of parts) {
    if (part.kind !== 'unit' || part.isPrefix || readingsOf(part, asking).length > 1) continue;
    const attributes = attributesOf(part).join();
    groups.set(attributes, [...(groups.get(attributes) ?? []), part]);
  }
  return [...groups.values()].map((of) => ({
    of,
    q: of.map((unit) => quoted(unit.unit.words, unit, asking)).join(' '),
    attributes: of[0] ? attributesOf(of[0]) : [],
  }));
}

async function findUnit(unit: SoughtUnit, asking: Asking): Promise<Found> {
  const { words } = unit.unit;
  const attributes = attributesOf(unit);
  if (unit.isPrefix) return findPrefix(unit, asking);
  const found = readingsOf(unit, asking).map((reading) =>
    asking.search({ q: quoted(reading, unit, asking), attributes, filter: asking.filter }),
  );
  return words.length > 1
    ? (found[0] ?? asking.search({ q: '', attributes, filter: ['id = 0'] }))
    : united(await Promise.all(found));
}

/**
 * The beginning of a word: Meilisearch takes the last word of a query for one, with typing errors unless it is told; the
 * words before it are a phrase, which it does not join with a beginning.
 */
async function findPrefix({ unit, field, ...rest }: SoughtUnit, asking: Asking): Promise<Found> {
  const attributes = attributesOf({ unit, field, ...rest });
  const before = unit.words.slice(0, -1);
  const last = encodeWord(unit.words.at(-1) ?? '');
  const q = before.length > 0 ? `"${before.map(encodeWord).join(' ')}" ${last}` : last;
  return asking.search({ q, attributes, filter: asking.filter });
}

function attributesOf(unit: SoughtUnit): string[] {
  if (unit.field === 'author' || unit.field === 'url') return [unit.field];
  const kind = isStemmed(unit) ? 'Stems' : 'Words';
  return unit.field === 'title' ? [`title${kind}`] : [`title${kind}`, `text${kind}`];
}

function readingsOf({ unit, isExact, isPrefix }: SoughtUnit, { readings }: Asking): (readonly string[])[] {
  const [only = ''] = unit.words;
  if (unit.words.length > 1 || isExact || isPrefix) return [unit.words];
  return [unit.words, ...(readings.get(only) ?? []).map((word) => [word])];
}

function quoted(words: readonly string[], unit: SoughtUnit, { analysis, language }: Asking): string {
  const isStem = isStemmed(unit) && language !== null;
  return `"${words.map((word) => encodeWord(isStem ? analysis.stem(word, language) : word)).join(' ')}"`;
}

function limitedTo({ hits }: Found, asking: Asking): Asking {
  return { ...asking, filter: [...asking.filter, `id IN [${[...hits.keys()].join(',')}]`] };
}

async function without(found: Found, part: Sought, asking: Asking): Promise<Found> {
  if (found.hits.size === 0) return found;
  const excluded = await find(part, limitedTo(found, asking));
  return { ...found, hits: new Map([...found.hits].filter(([id]) => !excluded.hits.has(id))) };
}

/** What both hold, the scores added. */
function scoreUp(found: Found | null, next: Found): Found {
  if (!found) return next;
  const both = [...next.hits].filter(([id]) => found.hits.has(id));
  const hits = both.map(([id, one]): [number, Hit] => [
    id,
    { ...one, _rankingScore: one._rankingScore + (found.hits.get(id)?._rankingScore ?? 0) },
  ]);
  return { hits: new Map(hits), isAll: found.isAll && next.isAll };
}

function united(all: readonly Found[]): Found {
  const hits = new Map<number, Hit>();
  for (const found of all) {
    for (const [id, one] of found.hits) {
      hits.set(id, { ...one, _rankingScore: one._rankingScore + (hits.get(id)?._rankingScore ?? 0) });
    }
  }
  return { hits, isAll: all.every(({ isAll }) => isAll) };
}

/** Articles with all words first, then those with some. */
async function findSome(sought: Sought, asking: Asking): Promise<Found> {
  if (sought.kind !== 'and') return find(sought, asking);
  const [all, ...some] = await Promise.all([
    findAll(sought.parts, asking),
    ...sought.parts.map((part) => find(part, asking)),
  ]);
  const best = [...all.hits].map(([id, one]): [number, Hit] => [
    id,
    { ...one, _rankingScore: one._rankingScore + ALL_WORDS },
  ]);
  return united([{ hits: new Map(best), isAll: all.isAll }, ...some]);
}

function resultOf(
  { hits, isAll }: Found,
  { order, limit, offset, facets: names, countLimit }: EngineRequest,
  corrections: EngineResult['corrections'],
): EngineResult {
  const sign = order === 'oldest' ? -1 : 1;
  const score = ({ _rankingScore, sortAt }: Hit): number => (order === 'relevance' ? _rankingScore : sign * sortAt);
  const sorted = [...hits.values()].sort((a, b) => score(b) - score(a) || sign * (b.id - a.id));
  const facets = createFacets(names);
  for (const one of sorted.slice(0, countLimit)) facets.count(one);
  return {
    hits: sorted.slice(offset, offset + limit).map((one) => ({
      articleId: one.id,
      score: score(one),
      ...(order === 'relevance' ? {} : { sortAt: one.sortAt }),
    })),
    total: Math.min(sorted.length, countLimit),
    totalIsExact: isAll && sorted.length <= countLimit,
    facets: facets.result(),
    corrections,
  };
}
