import { type CreatedRecap, createRecap, type RecapCluster, type RecapTopic } from '@alt/contracts';
import type { Queryable } from '@alt/database';
import type { PeerFetch } from '@alt/service-kit';
import { askCreator } from '../creator.ts';
import {
  interestsOf,
  type StoryArticle,
  type StoryHead,
  storyArticles,
  storyHeads,
  tagsOf,
} from '../store/recap-sources.ts';
import { type StoredRecap, saveRecap } from '../store/recaps.ts';
import type { RecapWindow } from './window.ts';

/** Runs work as one reader. */
export type InReader = <T>(work: (tx: Queryable, readerId: number) => Promise<T>) => Promise<T>;

/** Stories whose tags are looked at; of those, so many whose texts news-creator reads. */
const CONSIDERED = 400;
const OFFERED = 60;
const OTHER_ARTICLES = 3;
const STORIES = { daily: 12, weekly: 20 };
/** So that sixty stories of four articles in any script stay below the megabyte that a request may have. */
const TEXT_LENGTH = 1_500;
const OTHER_TEXT_LENGTH = 600;
const HOUR_MS = 3_600_000;
/** By then what arrived last is summarised, tagged and clustered. */
export const SETTLING_MS = HOUR_MS;

/**
 * Builds the recap of a window and saves it: the important stories of the reader's lists, grouped and explained by
 * news-creator. A window without articles is built without asking anybody. Throws a Problem where news-creator fails;
 * then nothing is saved.
 */
export async function buildRecap(
  inReader: InReader,
  creator: PeerFetch,
  window: RecapWindow,
  from: { now: Date; requestId: string; signal?: AbortSignal; priority: 'reader' | 'background' },
): Promise<void> {
  const { sources, articleCount, interests } = await inReader((tx, readerId) => gather(tx, readerId, window, from.now));
  const created =
    sources.length === 0
      ? null
      : await askCreator(
          creator,
          createRecap,
          {
            period: window.period,
            clusters: sources.map((source) => clusterOf(source, from.now)),
            maximumStories: STORIES[window.period],
            interests,
            priority: from.priority,
          },
          from,
        );
  const topics = created ? present(created, sources) : [];
  const recap: Omit<StoredRecap, 'id' | 'builtAt'> = {
    period: window.period,
    date: window.date,
    timeZone: window.timeZone,
    startsAt: window.from,
    endsAt: window.to,
    isFinal: window.to.getTime() + SETTLING_MS <= from.now.getTime(),
    articleCount,
    storyCount: topics.reduce((sum, { stories }) => sum + stories.length, 0),
    engine: created?.engine ?? null,
    topics,
  };
  await inReader((tx, readerId) => saveRecap(tx, readerId, recap));
}

interface Source {
  head: StoryHead;
  tags: string[];
  /** The one that stands for the story first. */
  articles: StoryArticle[];
}

async function gather(tx: Queryable, readerId: number, window: RecapWindow, now: Date) {
  const heads = await storyHeads(tx, readerId, window.from, window.to);
  const interests = await interestsOf(tx, readerId);
  const articleCount = heads.reduce((sum, head) => sum + head.articleCount, 0);
  const considered = best(heads, (head) => importance(head, now), CONSIDERED);
  const tags = await tagsOf(
    tx,
    considered.map(({ id }) => id),
  );
  const isInteresting = (head: StoryHead) => tags.get(head.id)?.some((tag) => interests.includes(tag)) ?? false;
  const offered = best(considered, (head) => importance(head, now) + (isInteresting(head) ? 1.5 : 0), OFFERED);
  const articles = Map.groupBy(
    await storyArticles(
      tx,
      readerId,
      offered.map(({ id }) => id),
      OTHER_ARTICLES,
    ),
    ({ headId }) => headId,
  );
  const sources = offered.flatMap((head): Source[] => {
    const members = articles.get(head.id);
    return members ? [{ head, tags: tags.get(head.id) ?? [], articles: members }] : [];
  });
  return { sources, articleCount, interests };
}

function best<Item>(items: Item[], weigh: (item: Item) => number, count: number): Item[] {
  return items
    .map((item) => ({ item, weight: weigh(item) }))
    .sort((a, b) => b.weight - a.weight)
    .slice(0, count)
    .map(({ item }) => item);
}

/** Which stories news-creator gets to see at all: told by many, starred, read; among equals the newest. */
function importance({ feedCount, articleCount, starredCount, readCount, newestAt }: StoryHead, now: Date): number {
  const ageHours = Math.max(0, now.getTime() - newestAt.getTime()) / HOUR_MS;
  return (
    2 * Math.log(feedCount) +
    Math.log(articleCount) +
    Math.min(starredCount, 2) +
    Math.min(readCount, 2) / 2 +
    1 / (2 + ageHours / 24)
  );
}

function clusterOf({ head, tags, articles }: Source, now: Date): RecapCluster {
  return {
    id: String(head.id),
    articles: articles.map(({ id, title, text, feedTitle, language }, index) => ({
      id: String(id),
      title: title.slice(0, 500),
      text: text.slice(0, index === 0 ? TEXT_LENGTH : OTHER_TEXT_LENGTH),
      feed: feedTitle.slice(0, 500),
      language: language?.slice(0, 16) ?? null,
    })),
    articleCount: head.articleCount,
    feedCount: head.feedCount,
    starredCount: head.starredCount,
    readCount: head.readCount,
    tags: tags.slice(0, 20),
    ageHours: Math.max(0, now.getTime() - head.newestAt.getTime()) / HOUR_MS,
  };
}

/** What news-creator made of the stories that it was given; of anything else nothing. */
function present({ topics }: CreatedRecap, sources: Source[]): RecapTopic[] {
  const left = new Map(sources.map((source) => [String(source.head.id), source]));
  return topics
    .map(({ name, stories }) => ({
      name,
      stories: stories.flatMap(({ clusterId, articleId, summary, reasons }) => {
        const source = left.get(clusterId);
        if (!source || !left.delete(clusterId)) return [];
        const { head, tags, articles } = source;
        const chosen = articles.find(({ id }) => String(id) === articleId) ?? articles[0];
        if (!chosen) return [];
        return [
          {
            ...presentArticle(chosen),
            summary,
            articleCount: head.articleCount,
            feedCount: head.feedCount,
            tags,
            reasons,
            articles: articles.filter((article) => article !== chosen).map(presentArticle),
          },
        ];
      }),
    }))
    .filter(({ stories }) => stories.length > 0);
}

function presentArticle({ id, title, url, feedId, feedTitle }: StoryArticle) {
  return { id: String(id), title, url, feed: { id: String(feedId), title: feedTitle } };
}
