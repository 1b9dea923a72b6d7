import type { Folder, FullEntry, Subscription } from '@alt/contracts';
import { articleHtml, pick, steady, type TextKit, textKits } from './texts.ts';

const minuteMs = 60_000;
/** The article ids of the platform are microseconds; these lie in that range. */
const firstArticleId = 1_790_000_000_000_000;

interface FeedPlan {
  title: string;
  language: 'en' | 'ja' | 'ru';
  folders: string[];
  state: Subscription['status']['state'];
  entries: number;
}

const folders: Folder[] = [
  { id: '1', name: 'Technology', parentId: null, isShared: false, isLeft: false },
  { id: '2', name: 'Databases', parentId: '1', isShared: false, isLeft: false },
  { id: '3', name: '日本語', parentId: null, isShared: false, isLeft: false },
  { id: '4', name: 'Русские', parentId: null, isShared: false, isLeft: false },
];

/** Feeds as people have them; `entries` are shares of the whole. */
const plans: FeedPlan[] = [
  { title: 'The Slow Index', language: 'en', folders: ['2'], state: 'ok', entries: 20 },
  { title: 'Tide & Table', language: 'en', folders: [], state: 'ok', entries: 12 },
  { title: 'Build Notes', language: 'en', folders: ['1'], state: 'ok', entries: 18 },
  { title: 'Canal Walker', language: 'en', folders: [], state: 'failing', entries: 6 },
  {
    title: 'A weblog with an unreasonably long name that somebody once thought was funny',
    language: 'en',
    folders: ['1'],
    state: 'ok',
    entries: 5,
  },
  { title: '静かな図書館', language: 'ja', folders: ['3'], state: 'ok', entries: 14 },
  { title: '朝の市場', language: 'ja', folders: ['3'], state: 'ok', entries: 9 },
  { title: 'Тихая гавань', language: 'ru', folders: ['4'], state: 'ok', entries: 12 },
  { title: 'Записки с канала', language: 'ru', folders: ['4'], state: 'gone', entries: 4 },
];

export interface DesignData {
  folders: Folder[];
  subscriptions: Subscription[];
  /** Newest first. */
  entries: FullEntry[];
}

/** Made-up subscriptions and articles in three languages, the same on every run. `now` in milliseconds. */
export function designData(entryCount: number, now: number): DesignData {
  const subscriptions = plans.map((plan, index) => subscriptionOf(plan, String(index + 1), now));
  const weights = plans.flatMap((plan, index) => Array.from({ length: plan.entries }, () => index));
  const entries = Array.from({ length: entryCount }, (_, index) => {
    const feedIndex = pick(weights, index, 1);
    const plan = plans[feedIndex];
    const subscription = subscriptions[feedIndex];
    if (!plan || !subscription) throw new Error('A weight without a feed');
    return entryOf(plan, subscription, index, entryCount, now);
  });
  for (const [index, entry] of entries.entries()) connect(entry, entries, index);
  return { folders: folders.map((folder) => ({ ...folder })), subscriptions, entries };
}

/** Some articles are told elsewhere too, most have others about the same. */
function connect(entry: FullEntry, entries: readonly FullEntry[], index: number): void {
  const others = entries.slice(index + 1, index + 4);
  const told = index % 5 === 1 ? others.slice(0, 2) : [];
  entry.alsoIn = told.map(({ id, feed, url, title }) => ({ id, feed, url, title }));
  if (index % 4 === 0) return;
  entry.related = others.map(({ id, feed, url, title }) => ({ id, feed, url, title, terms: entry.tags.slice(0, 2) }));
}

export function subscriptionOf(plan: FeedPlan, id: string, now: number): Subscription {
  const isBad = plan.state === 'failing' || plan.state === 'gone';
  const at = (minutes: number) => new Date(now + minutes * minuteMs).toISOString();
  return {
    id,
    feed: {
      id: String(Number(id) + 100),
      url: `https://feeds.example.org/${id}/atom.xml`,
      siteUrl: `https://site${id}.example.org/`,
      title: plan.title,
      format: 'atom',
    },
    title: plan.title,
    folderIds: plan.folders,
    isShared: false,
    unreadCount: 0,
    fullText: false,
    summaries: true,
    autoFullText: true,
    selectors: null,
    status: {
      state: plan.state,
      lastCheckedAt: plan.state === 'pending' ? null : at(-12),
      lastSuccessAt: plan.state === 'pending' ? null : at(isBad ? -60 * 24 * 9 : -12),
      nextPollAt: at(plan.state === 'gone' ? 60 * 24 * 5 : 33),
      error: troubles[plan.state] ?? null,
      message: 'Fetched 12 minutes ago.',
    },
  };
}

const troubles: Record<string, Subscription['status']['error']> = {
  failing: { code: 'http-unavailable', message: 'feeds.example.org is not available just now.' },
  gone: { code: 'http-gone', message: 'feeds.example.org says that this feed is gone for good.' },
};

function entryOf(plan: FeedPlan, subscription: Subscription, index: number, count: number, now: number): FullEntry {
  const kit = textKits[plan.language];
  const time = new Date(now - index * 17 * minuteMs - 4 * minuteMs).toISOString();
  const isAudio = index % 11 === 3;
  return {
    id: String(firstArticleId + (count - index) * 1_000_000),
    title: pick(kit.titles, index, 2),
    url: `${subscription.feed.siteUrl}${index}`,
    author: steady(index, 4) > 0.3 ? pick(kit.authors, index, 5) : null,
    publishedAt: time,
    receivedAt: time,
    feed: { id: subscription.feed.id, title: subscription.title },
    excerpt: `${pick(kit.sentences, index, 6)} ${pick(kit.sentences, index, 7)}`,
    imageUrl: index % 3 === 0 ? `/v1/images/sig/${index}` : null,
    read: index > 40 && steady(index, 8) > 0.4,
    starred: index % 17 === 5,
    labels: [],
    tags: tagsOf(plan.language, index),
    summary: summaryOf(plan.language, index),
    alsoIn: [],
    contentHtml: articleHtml(kit, index),
    fullText: { state: 'none', html: null, code: null, reason: null, details: null },
    tagging: { state: 'none', code: 'no-tags', reason: 'There are no tags for this article.' },
    splitFrom: [],
    enclosures: isAudio
      ? [
          {
            url: 'https://media.example.org/episode.mp3',
            type: 'audio/mpeg',
            length: 31_457_280,
            durationSeconds: 2_520,
            title: null,
          },
        ]
      : [],
    related: [],
    relatedState: 'ready',
    comments:
      index % 6 === 0
        ? { url: `${subscription.feed.siteUrl}${index}/comments`, feedUrl: null, count: index % 12 === 0 ? 12 : null }
        : null,
    inReplyToUrl: index % 13 === 4 ? `${subscription.feed.siteUrl}${index + 1}` : null,
    location: index % 7 === 2 ? { latitude: 59.9139, longitude: 10.7522, name: index % 2 ? null : 'Oslo' } : null,
    podcast: isAudio ? episodeOf(kit, index) : null,
  };
}

const tagNames: Record<FeedPlan['language'], readonly string[]> = {
  en: ['tides', 'tide', 'databases', 'bread baking', 'canals', 'repair'],
  ja: ['図書館', '自転車', '潮の満ち引き'],
  ru: ['приливы', 'хлеб', 'базы данных'],
};

function tagsOf(language: FeedPlan['language'], index: number): string[] {
  return tagNames[language].filter((_, salt) => steady(index, 20 + salt) > 0.55);
}

/** Summaries in every state, most of them ready: two sentences of the article. */
function summaryOf(language: FeedPlan['language'], index: number): FullEntry['summary'] {
  const none = { text: null, language, engine: null, note: null, reason: null, sentences: [] };
  if (index % 10 === 7) return { ...none, state: 'pending' };
  if (index % 10 === 8) return { ...none, state: 'failed', reason: 'The article is too short to be summarised.' };
  if (index % 10 === 9) return { ...none, state: 'none' };
  const { sentences } = textKits[language];
  const chosen = [pick(sentences, index, 1), pick(sentences, index + 1, 2)];
  return {
    ...none,
    state: 'ready',
    text: chosen.join(language === 'ja' ? '' : ' '),
    engine: 'extractive',
    sentences: chosen.map((text, place) => ({ text, start: place * 240, end: place * 240 + text.length })),
  };
}

function episodeOf(kit: TextKit, index: number): FullEntry['podcast'] {
  const address = `https://media.example.org/${index}`;
  return {
    season: 2,
    episode: index,
    isExplicit: index % 2 === 0,
    transcripts: [{ url: `${address}.vtt`, type: 'text/vtt', language: 'en' }],
    chapters: { url: `${address}.json`, type: 'application/json+chapters' },
    persons: kit.authors.map((name, place) => ({
      name,
      role: place === 0 ? 'host' : 'guest',
      url: place === 0 ? 'https://example.org/about' : null,
      imageUrl: place === 0 ? `/v1/images/sig/${index}` : null,
    })),
  };
}
