import { EgressError, type EgressResponse } from '@alt/egress';
import { type DiscoveredFeed, knownFeedUrls, wellKnownFeedPaths } from '@alt/feeds';
import type { FeedDocument } from './document.ts';
import { httpError, type PollError } from './health.ts';
import { HostBusyError, type Politeness } from './politeness.ts';
import { basicAuthorization, FEED_ACCEPT, withLinkHeader } from './poll.ts';
import type { Reading } from './reading.ts';

export interface FoundFeed {
  url: string;
  title: string | null;
  format: string | null;
}

/** What lies at one address. */
export type Look =
  | { kind: 'feed'; response: EgressResponse; document: FeedDocument }
  | { kind: 'page'; found: DiscoveredFeed[]; message: string }
  | { kind: 'failed'; error: PollError };

/** What a site offers: one feed, read; several that only the reader can choose from; or none. */
export type Finding =
  | { kind: 'feed'; url: string; response: EgressResponse; document: FeedDocument }
  | { kind: 'several'; feeds: FoundFeed[] }
  | { kind: 'none'; message: string }
  | { kind: 'failed'; error: PollError };

export interface Finder {
  /** Fetches one address. */
  look(url: string, credential?: string | null): Promise<Look>;
  /** The feed at an address, or the main feed of the site there. */
  find(url: string, credential?: string | null): Promise<Finding>;
  /** All feeds of the site at an address, or the feed there. */
  list(url: string, credential?: string | null): Promise<{ feeds: FoundFeed[]; error: PollError | null }>;
}

/** How long somebody who adds a feed waits for a host that is being asked for something else. */
const PATIENCE_MS = 15_000;
const WELL_KNOWN_TRIES = 5;

/** Finds feeds at addresses that people type and sites that moved. */
export function createFinder(options: { politeness: Politeness; reading: Reading; userAgent: string }): Finder {
  const { politeness, reading, userAgent } = options;

  async function look(url: string, credential: string | null = null): Promise<Look> {
    const authorization: Record<string, string> =
      credential === null ? {} : { authorization: basicAuthorization(credential) };
    try {
      const headers = { 'user-agent': userAgent, accept: FEED_ACCEPT, ...authorization };
      const response = await politeness.request(url, { headers }, PATIENCE_MS);
      if (response.status !== 200 && response.status !== 203) return { kind: 'failed', error: errorOf(response) };
      const document = await reading.readDocument({
        bytes: response.bytes,
        url: response.url,
        contentType: response.headers.get('content-type'),
        knownHash: null,
        isFirst: true,
        wantsFeeds: true,
      });
      if (document.kind === 'feed') return { kind: 'feed', response, document: withLinkHeader(document, response) };
      if (document.kind === 'unchanged') throw new Error('a document without a known hash cannot be unchanged');
      return { kind: 'page', found: document.found, message: document.message };
    } catch (error) {
      if (error instanceof HostBusyError)
        return { kind: 'failed', error: { code: 'host-busy', message: error.message } };
      if (!(error instanceof EgressError)) throw error;
      return { kind: 'failed', error: { code: error.code, message: error.message } };
    }
  }

  /** The first of some addresses that is a feed. */
  async function firstFeed(urls: readonly string[]): Promise<Extract<Finding, { kind: 'feed' }> | null> {
    for (const url of urls) {
      const seen = await look(url);
      if (seen.kind === 'feed') return { ...seen, url };
    }
    return null;
  }

  async function find(url: string, credential: string | null = null): Promise<Finding> {
    const known = await firstFeed(
      knownFeedUrls(url)
        .filter((candidate) => candidate !== url)
        .slice(0, 2),
    );
    if (known) return known;
    const seen = await look(url, credential);
    if (seen.kind === 'feed') return { ...seen, url };
    if (seen.kind === 'failed') return seen;
    const offered = mainFeeds(seen.found);
    if (offered.length > 1) return { kind: 'several', feeds: offered.map(toFound) };
    const chosen = await firstFeed(offered.map((feed) => feed.url));
    if (chosen) return chosen;
    return (
      (await firstFeed(wellKnownFeedPaths(url).slice(0, WELL_KNOWN_TRIES))) ?? { kind: 'none', message: seen.message }
    );
  }

  return {
    look,
    find,
    async list(url, credential = null) {
      const seen = await look(url, credential);
      if (seen.kind === 'feed') return { feeds: [foundAt(url, seen)], error: null };
      const known = knownFeedUrls(url).map((address) => ({ url: address, title: null, format: null }));
      if (seen.kind === 'failed') return { feeds: known, error: known.length > 0 ? null : seen.error };
      const feeds = seen.found.length > 0 ? seen.found.map(toFound) : known;
      if (feeds.length > 0) return { feeds, error: null };
      const guessed = await firstFeed(wellKnownFeedPaths(url).slice(0, WELL_KNOWN_TRIES));
      return { feeds: guessed ? [foundAt(guessed.url, guessed)] : [], error: null };
    },
  };
}

/**
 * The feeds among which a reader would have to choose: comments left out, the same feed in several formats taken once,
 * links in the text only where the page names none in its head.
 */
export function mainFeeds(found: readonly DiscoveredFeed[]): DiscoveredFeed[] {
  const named = found.filter(({ source }) => source !== 'anchor');
  const candidates = named.length > 0 ? named : found;
  const withoutComments = candidates.filter(({ url, title }) => !COMMENTS.test(`${url} ${title ?? ''}`));
  const relevant = withoutComments.length > 0 ? withoutComments : candidates;
  const byTitle = new Map<string, DiscoveredFeed>();
  for (const feed of relevant) {
    const key = titleKey(feed);
    if (!byTitle.has(key)) byTitle.set(key, feed);
  }
  return [...byTitle.values()];
}

const COMMENTS = /comment|kommentar|commentaire|комментари|コメント/i;

/** Two feeds whose titles differ only by the format are one. */
function titleKey({ title }: DiscoveredFeed): string {
  return (title ?? '')
    .toLowerCase()
    .replace(/\b(rss|atom|rdf|json|xml|feed|2\.0|1\.0|0\.9\d?)\b/g, '')
    .replace(/[^\p{L}\p{N}]+/gu, '');
}

function toFound({ url, title, format }: DiscoveredFeed): FoundFeed {
  return { url, title, format };
}

function foundAt(url: string, { document }: { document: FeedDocument }): FoundFeed {
  return { url, title: document.header.title, format: document.header.format };
}

function errorOf(response: EgressResponse): PollError {
  return httpError(response.status, new URL(response.url).hostname, response.headers.get('retry-after'), Date.now());
}
