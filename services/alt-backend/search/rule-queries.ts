import { previewRule, type QueryOf, runRule } from '@alt/contracts';
import { type Reader, type Route, route } from '@alt/service-kit';
import { decodeKey, encodeKey, type ListKey } from '../cursor.ts';
import { findOwn } from '../rules.ts';
import { checkMayShare } from '../sharing.ts';
import * as store from '../store/rules.ts';
import { listedEntries } from '../store/search.ts';
import { findCandidates } from './candidates.ts';
import { findPage } from './pages.ts';
import { checkRuleQuery, prepareQuery, readQuery } from './query.ts';
import { createNames } from './resolving.ts';
import { createFinding, type SearchTools } from './routes.ts';

const SHOWN = 20;
const BATCH = 200;
/** A part of a run ends after so long; whoever runs a rule asks for the next one. */
const PART_MS = 1_500;

/** What a rule finds among what is there: search answers that, which finds what rules find. */
export function ruleQueryRoutes(tools: SearchTools): Route[] {
  return [
    route(previewRule, async ({ query, reader, requestId }) => preview(tools, reader, query, requestId)),

    route(runRule, async ({ params, body, reader, requestId }) => {
      const rule = await tools.asReader(reader, (tx, readerId) => findOwn(tx, readerId, params.id), {
        isReadOnly: true,
      });
      // Its labels come to everybody.
      if (rule.isShared && rule.labels.length > 0) checkMayShare(reader);
      const key = body.cursor === undefined ? null : decodeKey(body.cursor);
      const { changed, next } = await runPart(tools, reader, rule, key, requestId);
      return { changed, nextCursor: next && encodeKey(next) };
    }),
  ];
}

async function preview(tools: SearchTools, reader: Reader, { query }: QueryOf<typeof previewRule>, requestId: string) {
  const awaits = checkRuleQuery(query, 'invalid-query');
  const finding = createFinding(tools, reader, requestId);
  const prepared = await finding.read((tx, readerId) => prepareQuery(createNames(tx, readerId), readQuery(query)));
  const [{ total, totalIsExact, isComplete }, { found }] = await Promise.all([
    findCandidates(finding, prepared, SHOWN),
    findPage(finding, prepared, { order: 'newest', key: null, limit: SHOWN }),
  ]);
  const ids = found.map(({ id }) => id);
  const items = await finding.read(async (tx, readerId) => tools.present(tx, await listedEntries(tx, readerId, ids)));
  return { total, totalIsExact, isComplete, items, awaits };
}

/** Acts on page after page, each in a transaction of its own, until there are no more or it takes too long. */
async function runPart(
  tools: SearchTools,
  reader: Reader,
  rule: store.RuleRow,
  from: ListKey | null,
  requestId: string,
): Promise<{ changed: number; next: ListKey | null }> {
  const finding = createFinding(tools, reader, requestId);
  const parsed = readQuery(rule.query, 'invalid-request');
  const prepared = await finding.read((tx, readerId) => prepareQuery(createNames(tx, readerId), parsed));
  const until = performance.now() + PART_MS;
  let changed = 0;
  let next: ListKey | null = from;
  do {
    const page = await findPage(finding, prepared, { order: 'newest', key: next, limit: BATCH });
    const ids = page.found.map(({ id }) => id);
    if (ids.length > 0)
      changed += await tools.asReader(reader, (tx) => store.runRule(tx, rule.id, ids), { retry: true });
    next = page.next;
  } while (next && performance.now() < until);
  return { changed, next };
}
