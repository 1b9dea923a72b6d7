import { type Queryable, statement } from '@alt/database';

export interface RuleRow {
  id: number;
  /** Of its wording: worded anew, it may act anew. */
  version: number;
  query: string;
  actions: { markRead?: boolean; star?: boolean; hide?: boolean; labelIds?: number[] };
}

interface Audience {
  readerId: number;
  /** As the reader calls it. */
  feedTitle: string;
  folders: string[];
  ruleIds: number[];
  /** Shared rules that the reader switched off: of these only the shared labels come. */
  offRuleIds: number[];
}

/** The rules of those who receive what arrives in a feed. */
export interface ArrivalRules {
  rules: RuleRow[];
  pairs: (Audience & { feedId: number })[];
}

/** The rules that look at an article that is there. */
export interface WaitingRules {
  rules: RuleRow[];
  cases: RuleCase[];
}

/** An article before a reader's rules. */
export interface RuleCase extends Audience {
  articleId: number;
  tags: string[];
}

const callRulesForFeeds = statement<{ found: ArrivalRules }>(
  'rules-for-feeds',
  'select rules_for_feeds($1::integer[], $2, $3) as found',
);

/** The rules of the first so many subscribers of each feed, in the order in which deliveries serve them. */
export async function rulesForFeeds(
  tx: Queryable,
  feedIds: number[],
  { afterReaderId, limit }: { afterReaderId: number; limit: number },
): Promise<ArrivalRules> {
  const row = await tx.one(callRulesForFeeds, [feedIds, afterReaderId, limit]);
  return row?.found ?? { rules: [], pairs: [] };
}

const callTakeWaits = statement<{ found: WaitingRules | null }>(
  'take-rule-waits',
  'select take_rule_waits($1, $2) as found',
);

/** Takes a batch of what waits for rules; null where nothing does. To be acted on in the same transaction. */
export async function takeRuleWaits(
  tx: Queryable,
  { articles, readers }: { articles: number; readers: number },
): Promise<WaitingRules | null> {
  return (await tx.one(callTakeWaits, [articles, readers]))?.found ?? null;
}

export interface ArticleRow {
  id: number;
  feedId: number;
  feedUrl: string;
  title: string;
  text: string;
  author: string | null;
  url: string | null;
  language: string | null;
  sortAt: Date;
  hasAudio: boolean;
  hasSummary: boolean;
}

const selectArticles = statement<ArticleRow>(
  'rule-articles',
  `select a.id, a.feed_id as "feedId", coalesce(f.site_url, f.url) as "feedUrl", a.title,
     case when c.full_state = 'ready' then coalesce(c.full_text, c.text) else c.text end as text, a.author, a.url, a.language,
     a.sort_at as "sortAt", c.enclosures @@ '$[*].type starts with "audio/"' as "hasAudio",
     exists (select from article_summaries s where s.article_id = a.id) as "hasSummary"
   from articles a join article_contents c on c.article_id = a.id join feeds f on f.id = a.feed_id
   where a.id = any ($1::bigint[])`,
);

export function articlesForRules(tx: Queryable, ids: number[]): Promise<ArticleRow[]> {
  return tx.all(selectArticles, [ids]);
}

/** What a rule does to an article for a reader. */
export interface RuleDeed {
  ruleId: number;
  version: number;
  readerId: number;
  articleId: number;
  markRead?: boolean | undefined;
  star?: boolean | undefined;
  hide?: boolean | undefined;
  labelIds?: number[] | undefined;
}

const callAct = statement<{ count: number }>('act-by-rules', 'select act_by_rules($1::jsonb) as count');

/** Does it, each once. Holds readers: among the last statements of a transaction. */
export async function actByRules(tx: Queryable, deeds: RuleDeed[]): Promise<number> {
  if (deeds.length === 0) return 0;
  return (await tx.one(callAct, [JSON.stringify(deeds)]))?.count ?? 0;
}
