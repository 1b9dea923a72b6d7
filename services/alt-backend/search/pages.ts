import { CANDIDATE_LIMIT } from '@alt/contracts';
import type { Queryable } from '@alt/database';
import type { ListKey } from '../cursor.ts';
import { type Condition, conjuncts } from '../store/conditions.ts';
import { type ListFilter, listPage } from '../store/lists.ts';
import { type FoundEntry, type Walk, walkEntries } from '../store/search.ts';
import { type Candidates, checkHits, type Finding, narrowEntries } from './candidates.ts';
import { withArticles } from './engine.ts';
import type { Case, PreparedQuery } from './query.ts';

/** What a search found on the way along a list, and where it gave up before the end, if it did. */
interface Stretch {
  found: FoundEntry[];
  endedAt: ListKey | null;
}

/** The engine is asked for so many, one piece after the other; together the most that crosses over for a page. */
const PIECES = [500, 2_000, CANDIDATE_LIMIT - 2_500];

/**
 * One page of the entries that a query finds, in the order of lists. `next` is where the next page begins; a page may be
 * short and have a next one, where few entries of many fulfil the query.
 */
export async function findPage(
  finding: Finding,
  { cases }: PreparedQuery,
  walk: Walk,
): Promise<{ found: FoundEntry[]; next: ListKey | null }> {
  const stretches = await Promise.all(
    cases.map((one) => findStretch(finding, one, { ...walk, limit: walk.limit + 1 })),
  );
  const isBefore = (a: ListKey, b: ListKey) => compareKeys(a, b, walk.order) < 0;
  const end = stretches.flatMap(({ endedAt }) => endedAt ?? []).toSorted((a, b) => compareKeys(a, b, walk.order))[0];
  const unique = new Map(stretches.flatMap(({ found }) => found.map((entry) => [entry.id, entry])));
  const found = [...unique.values()]
    .filter((entry) => !end || !isBefore(end, entry))
    .sort((a, b) => compareKeys(a, b, walk.order));
  const page = found.slice(0, walk.limit);
  return { found: page, next: found.length > walk.limit ? (page.at(-1) ?? null) : (end ?? null) };
}

async function findStretch(finding: Finding, one: Case, walk: Walk): Promise<Stretch> {
  const { text, condition } = one;
  if (!text) return finding.read((tx, readerId) => listByState(tx, readerId, condition, walk));
  const narrow = await narrowEntries(finding, condition);
  if (!narrow) return findInOrder(finding, one, walk);
  const scope = withArticles(
    one.scope,
    narrow.map(({ id }) => id),
  );
  const { hits } = await finding.ask({ text, mode: 'filter', order: 'relevance', scope, limit: CANDIDATE_LIMIT });
  const ids = new Set(hits.map(({ articleId }) => Number(articleId)));
  const found = narrow.filter(({ id }) => ids.has(id)).sort((a, b) => compareKeys(a, b, walk.order));
  return { found: after(found, walk).slice(0, walk.limit), endedAt: null };
}

/** By the plans of the lists where the condition is one of theirs: a folder whose entries are all old would be a long walk. */
async function listByState(tx: Queryable, readerId: number, condition: Condition | null, walk: Walk): Promise<Stretch> {
  const filter = asFilter(condition, walk.order);
  if (!filter) return walkEntries(tx, readerId, condition, walk);
  return { found: await listPage(tx, readerId, filter, walk.key, walk.limit), endedAt: null };
}

/** A view with feeds, labels and tags, each at most once; null where the condition is anything else. */
function asFilter(condition: Condition | null, order: Walk['order']): ListFilter | null {
  const filter: ListFilter = { view: 'all', order, feedIds: null, labelIds: null, tagIds: null };
  const given = new Set<string>();
  for (const part of conjuncts(condition)) {
    if (given.has(part.kind)) return null;
    given.add(part.kind);
    if (part.kind === 'is') filter.view = part.state;
    else if (part.kind === 'feeds') filter.feedIds = part.ids;
    else if (part.kind === 'labels') filter.labelIds = part.ids;
    else if (part.kind === 'tags') filter.tagIds = part.ids;
    else return null;
  }
  return filter;
}

/** What the engine finds in the order of the list, in pieces that grow, until the page is full. */
async function findInOrder(finding: Finding, { text, unscoped, scope }: Case, walk: Walk): Promise<Stretch> {
  const found: FoundEntry[] = [];
  let last: ListKey | null = null;
  let offset = 0;
  if (!text) return { found, endedAt: null };
  for (const limit of PIECES) {
    const question = { text, mode: 'filter', order: walk.order, scope: fromKey(scope, walk) } as const;
    const answer = await finding.ask({ ...question, limit, offset });
    found.push(...after(await checkHits(finding, answer, unscoped), walk));
    if (found.length >= walk.limit || answer.hits.length < limit) {
      return { found: found.slice(0, walk.limit), endedAt: null };
    }
    last = keyOf(answer.hits.at(-1));
    offset += limit;
  }
  return { found, endedAt: last && beyond(last, walk) };
}

function keyOf(hit: { articleId: string; sortAt?: number | undefined } | undefined): ListKey | null {
  return hit?.sortAt === undefined ? null : { id: Number(hit.articleId), sortAt: new Date(hit.sortAt) };
}

/**
 * Where to go on behind the last hit. Where all hits are of the key's own millisecond, which the engine cannot divide, the
 * next one: a list of which more than 10,000 came in one millisecond would have no end.
 */
function beyond(last: ListKey, { key, order }: Walk): ListKey {
  if (!key || compareKeys(last, key, order) > 0) return last;
  const at = key.sortAt.getTime();
  return order === 'oldest'
    ? { sortAt: new Date(at + 1), id: 0 }
    : { sortAt: new Date(at - 1), id: Number.MAX_SAFE_INTEGER };
}

/** The scope from the key on; entries of the same millisecond are sorted out afterwards. */
function fromKey(scope: Case['scope'], { order, key }: Walk): Case['scope'] {
  if (!key) return scope;
  const at = key.sortAt.getTime();
  if (order === 'oldest') {
    return { ...scope, after: new Date(Math.max(at, Date.parse(scope.after ?? '') || at)).toISOString() };
  }
  const until = at + 1;
  return { ...scope, before: new Date(Math.min(until, Date.parse(scope.before ?? '') || until)).toISOString() };
}

function after(found: FoundEntry[], { order, key }: Walk): FoundEntry[] {
  return key ? found.filter((entry) => compareKeys(entry, key, order) > 0) : found;
}

function compareKeys(a: ListKey, b: ListKey, order: Walk['order']): number {
  const difference = a.sortAt.getTime() - b.sortAt.getTime() || a.id - b.id;
  return order === 'oldest' ? difference : -difference;
}

/** Where a page of ranked results ended: how many came before, and the last of them. */
export interface RankPlace extends ListKey {
  count: number;
}

/** A place as far as it can be told from the results: `score` where the engine still finds the last one. */
interface Ranked extends RankPlace {
  score: number | null;
}

/**
 * Where a page ended among today's results. The last result may have left them, because it was read: then its score is
 * asked for. A cursor does not carry it: how rare a word is among the articles of all tenants is nobody's business.
 */
export async function rankOf(
  { ask }: Finding,
  { cases, mode }: PreparedQuery,
  { found }: Candidates,
  place: RankPlace,
): Promise<Ranked> {
  if (found.some(({ id }) => id === place.id)) return { ...place, score: null };
  const scores = await Promise.all(
    cases.map(async ({ text, scope }) => {
      if (!text) return 0;
      const question = { text, mode, order: 'relevance', scope: withArticles(scope, [place.id]) } as const;
      return (await ask({ ...question, limit: 1 })).hits[0]?.score ?? null;
    }),
  );
  return {
    ...place,
    score: scores.reduce((best, score) => (score === null ? best : Math.max(best ?? 0, score)), null),
  };
}

/** A page of candidates after a place; the last result is sought first, because others may have come in before it. */
export function pageOf({ found, compare }: Candidates, place: Ranked | null, limit: number) {
  const start = place ? startAfter(found, compare, place) : 0;
  const page = found.slice(start, start + limit);
  const last = page.at(-1);
  const next = last && found.length > start + limit ? { count: start + limit, id: last.id, sortAt: last.sortAt } : null;
  return { page, next };
}

function startAfter(found: FoundEntry[], compare: Candidates['compare'], { score, ...place }: Ranked): number {
  const at = found.findIndex(({ id }) => id === place.id);
  if (at >= 0) return at + 1;
  if (score === null) return place.count;
  const next = found.findIndex((entry) => compare(entry, { ...place, score }) > 0);
  return next < 0 ? found.length : next;
}
