import { setTimeout as delay } from 'node:timers/promises';
import { paintPicture } from './art.ts';
import { type Article, readArticles } from './articles.ts';
import type { FeedDocument, FeedItem } from './formats/document.ts';
import { writeFeed } from './formats/write.ts';
import { type ListedFeed, writeOpml } from './opml.ts';
import {
  aboutPage,
  articleHtml,
  articlePage,
  feedTitle,
  homePage,
  indexPage,
  picturePath,
  pictureSize,
} from './pages.ts';
import { content, movedTo, notice, type Reply } from './reply.ts';
import { type FeedDefinition, type Site, sites, tickerSiteKey } from './sites.ts';
import { makeSound, soundBytes, soundSeconds } from './sound.ts';
import { findTickerArticle, tickerArticles } from './ticker.ts';

/** A running demo web: its texts, its clock and its addresses. */
export interface Web {
  articles: ReadonlyMap<string, readonly Article[]>;
  styleSheet: string;
  now: () => Date;
  originOf: (site: Site) => string;
  slowDelayMs: number;
  /** Aborted when the server stops. */
  signal: AbortSignal;
  /** Answers given by each rate-limited feed. */
  answersByPath: Map<string, number>;
  /** Pictures and sounds, made when first asked for. */
  madeFiles: Map<string, Uint8Array>;
}

export async function readSites(startedAt: Date): Promise<Map<string, readonly Article[]>> {
  const written = sites.filter((site) => site.key !== tickerSiteKey);
  return new Map(
    await Promise.all(written.map(async (site) => [site.key, await readArticles(site, startedAt)] as const)),
  );
}

export function listFeeds(web: Web): ListedFeed[] {
  return sites.flatMap((site) => feedsOf(web, site));
}

/** The reply to a GET of the path. */
export async function answer(web: Web, path: string): Promise<Reply> {
  if (path === '/')
    return content(
      htmlType,
      indexPage(sites, (site) => feedsOf(web, site)),
    );
  if (path === '/style.css') return content('text/css; charset=utf-8', web.styleSheet);
  if (path === '/robots.txt') return content('text/plain; charset=utf-8', 'User-agent: *\nDisallow:\n');
  if (path === '/subscriptions.opml')
    return content('text/x-opml; charset=utf-8', writeOpml('The demo web', listFeeds(web)));
  for (const site of sites) {
    const moved = site.feeds.find((feed) => feed.movedFrom === path);
    if (moved !== undefined) return movedTo(homeUrl(web, site) + moved.file);
    if (path === `/${site.key}`) return movedTo(homeUrl(web, site));
    if (path.startsWith(`/${site.key}/`)) return answerOfSite(web, site, path.slice(site.key.length + 2));
  }
  return notice(404, 'There is no such page in the demo web.');
}

async function answerOfSite(web: Web, site: Site, path: string): Promise<Reply> {
  const articles = articlesOf(web, site);
  if (path === '') return content(htmlType, homePage(site, articles));
  if (path === 'about') return content(htmlType, aboutPage(site));
  const feed = site.feeds.find((candidate) => candidate.file === path);
  if (feed !== undefined) return answerFeed(web, site, feed);
  if (path.endsWith('.png')) return answerPicture(web, site, path, articles);
  if (path.endsWith('.wav')) return answerSound(web, site, path, articles);
  const article = findArticle(web, site, articles, path);
  if (article === undefined || article === null) return notice(404, `There is no such page on ${site.title}.`);
  return content(htmlType, articlePage(site, article, articles), article.publishedAt);
}

async function answerFeed(web: Web, site: Site, feed: FeedDefinition): Promise<Reply> {
  const path = `${site.key}/${feed.file}`;
  if (feed.behaviour === 'slow') await delay(web.slowDelayMs, undefined, { signal: web.signal });
  if (feed.behaviour === 'rate-limited') {
    const answers = (web.answersByPath.get(path) ?? 0) + 1;
    web.answersByPath.set(path, answers);
    if (answers % 2 === 0) return tooManyRequests(web, answers);
  }
  const { bytes, contentType } = writeFeed(describeFeed(web, site, feed));
  const [newest] = itemsOf(web, site, feed);
  return content(contentType, bytes, newest?.publishedAt);
}

/** Retry-After in seconds and, every other time, as a date; RFC 9110 allows both. */
function tooManyRequests(web: Web, answers: number): Reply {
  const waitSeconds = 120;
  const date = new Date(web.now().getTime() + waitSeconds * 1_000).toUTCString();
  return notice(429, 'The keeper is asleep. Please come back later.', {
    'retry-after': answers % 4 === 0 ? date : String(waitSeconds),
  });
}

function answerPicture(web: Web, site: Site, path: string, articles: readonly Article[]): Reply {
  const size = path === 'icon.png' ? square(64) : path === 'images/cover.png' ? square(480) : pictureSize;
  const isKnown = size !== pictureSize || articles.some((article) => picturePath(article) === path);
  if (!isKnown) return notice(404, 'There is no such picture.');
  return content(
    'image/png',
    madeOnce(web, site, path, () => paintPicture(site, path, size.width, size.height)),
  );
}

function answerSound(web: Web, site: Site, path: string, articles: readonly Article[]): Reply {
  const ordinal = Number(/^sounds\/(\d{1,4})\.wav$/.exec(path)?.[1] ?? articles.length);
  const isKnown = site.feeds.some((feed) => feed.isPodcast) && ordinal < articles.length;
  if (!isKnown) return notice(404, 'There is no such sound.');
  return content(
    'audio/wav',
    madeOnce(web, site, path, () => makeSound(ordinal)),
  );
}

function madeOnce(web: Web, site: Site, path: string, make: () => Uint8Array): Uint8Array {
  const key = `${site.key}/${path}`;
  const file = web.madeFiles.get(key) ?? make();
  web.madeFiles.set(key, file);
  return file;
}

function describeFeed(web: Web, site: Site, feed: FeedDefinition): FeedDocument {
  const articles = itemsOf(web, site, feed);
  const home = homeUrl(web, site);
  return {
    definition: feed,
    title: feedTitle(site, feed),
    description: site.tagline,
    author: feed.author ?? site.author,
    language: feed.language ?? site.language,
    homeUrl: home,
    selfUrl: home + feed.file,
    updatedAt: articles[0]?.publishedAt ?? web.now(),
    items: articles.map((article, index) => describeItem(site, home, feed, article, articles.length - 1 - index)),
  };
}

function describeItem(site: Site, home: string, feed: FeedDefinition, article: Article, ordinal: number): FeedItem {
  return {
    id: `tag:alt.example,2026:${site.key}/${article.slug}`,
    url: home + article.slug,
    title: article.title,
    html: articleHtml(article),
    summary: article.summary,
    publishedAt: article.publishedAt,
    tags: article.tags,
    imageUrl: article.imageDescription === null ? null : home + picturePath(article),
    sound: feed.isPodcast
      ? { url: `${home}sounds/${ordinal}.wav`, bytes: soundBytes, seconds: soundSeconds, episode: ordinal + 1 }
      : null,
  };
}

function itemsOf(web: Web, site: Site, feed: FeedDefinition): Article[] {
  return articlesOf(web, site).filter((article) => feed.section === undefined || article.section === feed.section);
}

/** The articles that have appeared by now, newest first. */
function articlesOf(web: Web, site: Site): Article[] {
  const now = web.now();
  if (site.key === tickerSiteKey) return tickerArticles(now);
  return (web.articles.get(site.key) ?? []).filter((article) => article.publishedAt <= now);
}

function findArticle(web: Web, site: Site, articles: readonly Article[], slug: string): Article | null | undefined {
  if (site.key === tickerSiteKey) return findTickerArticle(slug, web.now());
  return articles.find((article) => article.slug === slug);
}

function feedsOf(web: Web, site: Site): ListedFeed[] {
  const home = homeUrl(web, site);
  return site.feeds.map((feed) => ({
    title: feedTitle(site, feed),
    url: feed.movedFrom === undefined ? home + feed.file : web.originOf(site) + feed.movedFrom,
    siteUrl: home,
    folder: site.folder,
  }));
}

function homeUrl(web: Web, site: Site): string {
  return `${web.originOf(site)}/${site.key}/`;
}

function square(side: number): { width: number; height: number } {
  return { width: side, height: side };
}

const htmlType = 'text/html; charset=utf-8';
