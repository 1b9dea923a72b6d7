import { setImmediate as breathe } from 'node:timers/promises';
import { createJudge, readRuleQuery, type SearchNode, type TextAnalysis } from '@alt/contracts';
import { textAnalysis } from '@alt/language/text-analysis.ts';
import type { ArticleRow, RuleCase, RuleDeed, RuleRow } from './store.ts';

/** Others get a turn as often. */
const TURN_MS = 10;

/** What rules do to articles. A rule whose query this release does not understand does nothing. */
export async function judge(rules: RuleRow[], articles: ArticleRow[], cases: RuleCase[]): Promise<RuleDeed[]> {
  const prepared = new Map(rules.flatMap((rule) => prepare(rule) ?? []));
  const casesByArticle = Map.groupBy(cases, ({ articleId }) => articleId);
  const deeds: RuleDeed[] = [];
  const analysis = createAnalysis();
  let turnEndsAt = performance.now() + TURN_MS;
  for (const article of articles) {
    const fulfils = createArticleJudge(article, analysis);
    for (const one of casesByArticle.get(article.id) ?? []) {
      deeds.push(...deedsOf(one, prepared, fulfils));
      if (performance.now() < turnEndsAt) continue;
      await breathe();
      turnEndsAt = performance.now() + TURN_MS;
    }
  }
  return deeds;
}

/** What a word of a query seeks is the same for every article: it is cut once. */
function createAnalysis(): TextAnalysis {
  return {
    ...textAnalysis,
    unitsOf: remembering((text, isPrefix) => textAnalysis.unitsOf(text, isPrefix)),
    phraseOf: remembering((text) => textAnalysis.phraseOf(text)),
  };
}

function remembering<Value>(make: (text: string, isPrefix: boolean) => Value) {
  const known = new Map<string, Value>();
  return (text: string, isPrefix = false): Value => {
    const key = `${isPrefix}${text}`;
    if (!known.has(key)) known.set(key, make(text, isPrefix));
    return known.get(key) as Value;
  };
}

interface PreparedRule {
  version: number;
  query: string;
  root: SearchNode;
  actions: RuleRow['actions'];
  /** Its answer hangs on what the reader calls the feed, where they put it, or which tags they are shown. */
  isPersonal: boolean;
}

function prepare({ id, version, query, actions }: RuleRow): [[number, PreparedRule]] | null {
  const { rule } = readRuleQuery(query);
  if (!rule) return null;
  return [[id, { version, query, root: rule.root, actions, isPersonal: /\b(?:feed|folder|tag):/i.test(query) }]];
}

/** Whether an article fulfils a rule for a reader; asked once for all readers for whom the answer is the same. */
function createArticleJudge(
  article: ArticleRow,
  analysis: TextAnalysis,
): (rule: PreparedRule, one: RuleCase) => boolean {
  const answers = new Map<string, boolean>();
  const fulfils = createJudge(article, analysis);
  return (rule, { feedTitle, folders, tags }) => {
    const key = rule.isPersonal ? JSON.stringify([rule.query, feedTitle, folders, tags]) : rule.query;
    const known = answers.get(key);
    if (known !== undefined) return known;
    const { hasAudio, hasSummary, sortAt } = article;
    const feed = { id: article.feedId, title: feedTitle, url: article.feedUrl };
    const state = { feed, folders, tags, labels: [], isRead: false, isStarred: false, hasAudio, hasSummary, sortAt };
    const answer = fulfils(rule.root, state);
    answers.set(key, answer);
    return answer;
  };
}

function deedsOf(
  one: RuleCase,
  prepared: Map<number, PreparedRule>,
  fulfils: (rule: PreparedRule, one: RuleCase) => boolean,
): RuleDeed[] {
  const { articleId, readerId, ruleIds, offRuleIds } = one;
  const found = (ids: number[]) =>
    ids.flatMap((ruleId) => {
      const rule = prepared.get(ruleId);
      if (!rule || !fulfils(rule, one)) return [];
      return [{ deed: { ruleId, version: rule.version, readerId, articleId }, actions: rule.actions }];
    });
  return [
    ...found(ruleIds).map(({ deed, actions }) => ({ ...deed, ...actions })),
    ...found(offRuleIds).map(({ deed, actions: { labelIds } }) => ({ ...deed, labelIds })),
  ];
}
