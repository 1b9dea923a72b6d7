import type { CreatedRecap, RecapCluster, RecapReason } from '@alt/contracts';
import { detectLanguage } from '@alt/language';
import { summarizeText, termsOf } from '@alt/language/summary.ts';
import { foldWord } from '@alt/language/words.ts';
import { cosine, EXTRACTIVE, joinSentences } from './extracting.ts';
import { grouped } from './topics.ts';

export interface RecapTask {
  period: 'daily' | 'weekly';
  clusters: RecapCluster[];
  maximumStories: number;
  interests: string[];
}

export type Story = CreatedRecap['topics'][number]['stories'][number] & { tags: string[]; text: string };

const SUMMARY_SENTENCES = 2;
/** Hours after which a story counts as half as fresh. */
const FRESH_HOURS = { daily: 12, weekly: 72 };
const JUST_NOW_HOURS = 6;

/** The most important stories, grouped by topic, each with why it is in it. */
export function composeRecap(task: RecapTask): CreatedRecap {
  const judged = task.clusters
    .map((cluster) => ({ cluster, ...judge(cluster, task) }))
    .sort((a, b) => b.score - a.score || (a.cluster.id < b.cluster.id ? -1 : 1));
  const stories = judged
    .slice(0, task.maximumStories)
    .map(({ cluster, score, reasons }) => tell(cluster, score, reasons));
  return {
    topics: grouped(stories, task.interests).map(({ name, stories: inTopic }) => ({
      name,
      stories: inTopic.map(({ tags: _tags, text: _text, ...story }) => story),
    })),
    leftOut: judged.slice(task.maximumStories).map(({ cluster }) => cluster.id),
    engine: EXTRACTIVE,
  };
}

/** Doublings count, not numbers: forty feeds are not ten times the news of four. */
function judge(cluster: RecapCluster, { period, interests }: RecapTask): { score: number; reasons: RecapReason[] } {
  const interest = interestIn(cluster.tags, interests);
  const freshness = 2 ** (-cluster.ageHours / FRESH_HOURS[period]);
  const score =
    Math.log2(1 + cluster.feedCount) +
    0.3 * Math.log2(1 + cluster.articleCount) +
    1.5 * Math.log2(1 + cluster.starredCount) +
    0.5 * Math.log2(1 + cluster.readCount) +
    interest.weight +
    0.5 * freshness;
  const reasons: RecapReason[] = [];
  if (cluster.feedCount >= 2) reasons.push({ code: 'many-feeds', count: cluster.feedCount, tag: null });
  else if (cluster.articleCount >= 3) reasons.push({ code: 'many-articles', count: cluster.articleCount, tag: null });
  if (cluster.starredCount > 0) reasons.push({ code: 'starred', count: cluster.starredCount, tag: null });
  if (cluster.readCount > 0) reasons.push({ code: 'read', count: cluster.readCount, tag: null });
  if (interest.tag !== null) reasons.push({ code: 'tag', count: null, tag: interest.tag });
  if (cluster.ageHours <= JUST_NOW_HOURS || reasons.length === 0) {
    reasons.push({ code: 'fresh', count: null, tag: null });
  }
  return { score, reasons };
}

/** The weightiest of the reader's tags that a story has; the first weighs 1, the tenth a tenth. */
function interestIn(tags: string[], interests: string[]): { weight: number; tag: string | null } {
  const own = new Set(tags.map(foldWord));
  const index = interests.findIndex((interest) => own.has(foldWord(interest)));
  return index < 0
    ? { weight: 0, tag: null }
    : { weight: Math.max(1 - index / 10, 0.1), tag: interests[index] ?? null };
}

function tell(cluster: RecapCluster, score: number, reasons: RecapReason[]): Story {
  const article = representativeOf(cluster);
  const language = article.language ?? detectLanguage(`${article.title} ${article.text}`).language;
  const sentences = summarizeText(
    { title: article.title, text: article.text, language },
    { maximumSentences: SUMMARY_SENTENCES },
  );
  return {
    clusterId: cluster.id,
    articleId: article.id,
    title: article.title,
    summary: joinSentences(
      sentences.map(({ text }) => text),
      language,
    ),
    sentences: sentences.map(({ text, start, end }) => ({ text, articleId: article.id, start, end })),
    score,
    reasons,
    tags: cluster.tags,
    text: cluster.articles.map(({ title, text }) => `${title}. ${text}`).join('\n'),
  };
}

/** The article that is most like all others of its story. */
function representativeOf(cluster: RecapCluster): RecapCluster['articles'][number] {
  const profiles = cluster.articles.map(({ title, text, language }) =>
    termsOf(`${title}. ${text}`, language ?? detectLanguage(`${title} ${text}`).language),
  );
  const nearness = profiles.map((own) => profiles.reduce((sum, other) => sum + cosine(own, other), 0));
  const index = nearness.indexOf(Math.max(...nearness));
  const article = cluster.articles[Math.max(index, 0)];
  if (!article) throw new Error('a cluster has at least one article');
  return article;
}
