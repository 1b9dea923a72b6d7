import type { Database } from '@alt/database';
import { EgressError, type EgressResponse } from '@alt/egress';
import type { Logger } from '@alt/service-kit';
import { type Batching, createBatching } from './batching.ts';
import type { FeedDocument } from './document.ts';
import type { Feed, FeedUpdate } from './feed.ts';
import { httpError, maxAgeSeconds, type PollError } from './health.ts';
import { type Answer, afterFailure, afterUnchanged } from './outcome.ts';
import { createGate, type Politeness } from './politeness.ts';
import type { Reading } from './reading.ts';
import { completePolls } from './store/polls.ts';
import { type StoreResult, type StoreTask, storeDocuments } from './storing.ts';

export type PollResult = 'stored' | 'unchanged' | 'failed' | 'lost' | 'stopped';

export interface PolledFeed {
  result: PollResult;
  newCount: number;
  changedCount: number;
  /** Of the answer's body, decoded. */
  bytes: number;
  /** New articles wait for their full text. */
  wantsFullText: boolean;
  /** What the row says now; null if the poll was given up. */
  update: FeedUpdate | null;
  /** Where the document says that the feed has moved. */
  newUrl: string | null;
}

export interface Polling {
  /** Asks one feed and stores what it says, in whatever way it answers. Rejects only if the database does. */
  poll(feed: Feed): Promise<PolledFeed>;
  /** Stores a document that came another way: pushed by a hub, or when the feed was added. */
  store(task: StoreTask): Promise<StoreResult>;
  idle(): Promise<void>;
}

/** A store transaction takes so many articles, or one document. */
const STORE_BATCH_ARTICLES = 1_500;
const COMPLETE_BATCH_FEEDS = 500;
/** 5,000 unchanged feeds: 454 commits without it, 100 with it. */
const COMPLETE_PAUSE_MS = 8;
const MAX_VALIDATOR = 1_000;

export interface PollingOptions {
  database: Database;
  politeness: Politeness;
  reading: Reading;
  log: Logger;
  /** Holds the leases. */
  worker: string;
  userAgent: (subscribers: number) => string;
  /** Feeds that are fetched at the same time; more may be parsed and stored meanwhile. */
  concurrency: number;
}

/** Polls of single feeds, whose writes travel together. */
export function createPolling(options: PollingOptions): Polling {
  const { database, worker, log } = options;
  const completing = createBatching<FeedUpdate, boolean>({
    maximum: COMPLETE_BATCH_FEEDS,
    pauseMs: COMPLETE_PAUSE_MS,
    work: async (updates) => {
      const done = new Set(await completePolls(database, updates, worker));
      return updates.map(({ id }) => done.has(id));
    },
  });
  const gate = createGate(options.concurrency);
  const storing = createStoring(database, worker);
  const leaseless = createStoring(database, null);

  async function finish(update: FeedUpdate, result: PollResult): Promise<PolledFeed> {
    const isMine = await completing.add(update);
    return {
      result: isMine ? result : 'lost',
      newCount: 0,
      changedCount: 0,
      bytes: 0,
      wantsFullText: false,
      update,
      newUrl: null,
    };
  }

  async function storeDocument(feed: Feed, answer: Answer, document: FeedDocument): Promise<PolledFeed> {
    const stored = await storing.add({ feed, answer, document });
    if (stored instanceof Error) {
      log.error({ feedId: feed.id, error: stored.stack }, 'a document could not be stored');
      const error = { code: 'internal', message: 'Alt could not store this document; its log has the details.' };
      return finish(afterFailure(feed, error, answer.status, Date.now()), 'failed');
    }
    if (!stored) return nothing('lost');
    const result = stored.newCount + stored.changedCount > 0 ? 'stored' : 'unchanged';
    return { ...stored, result, bytes: 0, newUrl: document.newUrl };
  }

  function take(
    feed: Feed,
    answer: Answer,
    document: Awaited<ReturnType<Reading['readDocument']>>,
    response: EgressResponse,
  ): Promise<PolledFeed> {
    if (document.kind === 'unchanged') return finish(afterUnchanged(feed, answer, Date.now()), 'unchanged');
    if (document.kind === 'refused') return finish(afterFailure(feed, document, answer.status, Date.now()), 'failed');
    return storeDocument(feed, answer, withLinkHeader(document, response));
  }

  return {
    async poll(feed) {
      const leave = await gate.enter();
      const fetched = await fetchFeed(feed, options).finally(leave);
      const now = Date.now();
      if (fetched.kind === 'stopped') return nothing('stopped');
      if (fetched.kind === 'failed') return finish(afterFailure(feed, fetched.error, fetched.status, now), 'failed');
      const { answer, response } = fetched;
      if (!response) return finish(afterUnchanged(feed, answer, now), 'unchanged');
      const bytes = response.bytes.byteLength;
      const document = await options.reading.readDocument({
        bytes: response.bytes,
        url: response.url,
        contentType: response.headers.get('content-type'),
        knownHash: feed.bodyHash && `\\x${feed.bodyHash.toString('hex')}`,
        isFirst: feed.lastSuccessAt === null,
      });
      const polled = await take(feed, answer, document, response);
      return { ...polled, bytes };
    },
    async store(task) {
      const stored = await leaseless.add(task);
      if (stored instanceof Error) throw stored;
      return stored;
    },
    async idle() {
      await Promise.all([completing.idle(), storing.idle(), leaseless.idle()]);
    },
  };
}

function nothing(result: PollResult): PolledFeed {
  return { result, newCount: 0, changedCount: 0, bytes: 0, wantsFullText: false, update: null, newUrl: null };
}

/** Documents that are read while others are stored go together; one that cannot be stored holds up no other. */
function createStoring(database: Database, worker: string | null): Batching<StoreTask, StoreResult | Error> {
  const storeAlone = async (task: StoreTask): Promise<StoreResult | Error> => {
    try {
      return (await storeDocuments(database, [task], worker))[0] ?? null;
    } catch (error) {
      if (isUnavailable(error)) throw error;
      return error instanceof Error ? error : new Error(String(error));
    }
  };
  return createBatching({
    maximum: STORE_BATCH_ARTICLES,
    size: ({ document }) => document.count,
    work: async (tasks) => {
      if (tasks.length === 1) return Promise.all(tasks.map(storeAlone));
      try {
        return await storeDocuments(database, tasks, worker);
      } catch (error) {
        if (isUnavailable(error)) throw error;
        const results: (StoreResult | Error)[] = [];
        for (const task of tasks) results.push(await storeAlone(task));
        return results;
      }
    },
  });
}

function isUnavailable(error: unknown): boolean {
  return error instanceof Error && error.name === 'DatabaseUnavailableError';
}

type Fetched =
  | { kind: 'answered'; answer: Answer /** Null where nothing has changed. */; response: EgressResponse | null }
  | { kind: 'failed'; error: PollError; status: number | null }
  | { kind: 'stopped' };

async function fetchFeed(feed: Feed, { politeness, userAgent }: PollingOptions): Promise<Fetched> {
  try {
    const headers = requestHeaders(feed, userAgent(feed.subscriberCount));
    const response = await politeness.claimed(feed.url, { headers });
    return judge(feed, response);
  } catch (error) {
    if (!(error instanceof EgressError)) throw error;
    if (error.code === 'aborted') return { kind: 'stopped' };
    return { kind: 'failed', error: { code: error.code, message: error.message }, status: null };
  }
}

export const FEED_ACCEPT =
  'application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml, application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, text/html;q=0.5, */*;q=0.3';

function requestHeaders(feed: Feed, userAgent: string): Record<string, string> {
  return {
    'user-agent': userAgent,
    accept: FEED_ACCEPT,
    ...(feed.etag === null ? {} : { 'if-none-match': feed.etag }),
    ...(feed.lastModified === null ? {} : { 'if-modified-since': feed.lastModified }),
    ...(feed.credential === null ? {} : { authorization: basicAuthorization(feed.credential) }),
  };
}

/** `name:password` as the Authorization header. */
export function basicAuthorization(credential: string): string {
  return `Basic ${Buffer.from(credential, 'utf8').toString('base64')}`;
}

function judge(feed: Feed, response: EgressResponse): Fetched {
  const { status } = response;
  const isConditional = feed.etag !== null || feed.lastModified !== null;
  if (status === 200 || status === 203) return { kind: 'answered', answer: answerOf(response), response };
  if (status === 304 && isConditional) return { kind: 'answered', answer: answerOf(response), response: null };
  const error = httpError(status, new URL(response.url).hostname, response.headers.get('retry-after'), Date.now());
  return { kind: 'failed', error, status };
}

const PERMANENT = new Set([301, 308]);

/** What the headers of an answer say. */
export function answerOf(response: EgressResponse): Answer {
  const { redirects, headers } = response;
  const isPermanent = redirects.length > 0 && redirects.every(({ status }) => PERMANENT.has(status));
  return {
    status: response.status,
    etag: validator(headers.get('etag')),
    lastModified: validator(headers.get('last-modified')),
    maxAgeSeconds: maxAgeSeconds(headers.get('cache-control')),
    permanentUrl: isPermanent ? response.url : null,
  };
}

/** Verbatim or not at all. */
function validator(value: string | null): string | null {
  return value !== null && value !== '' && value.length <= MAX_VALIDATOR ? value : null;
}

/** A hub may also be offered in the Link header (WebSub, 4). */
export function withLinkHeader(document: FeedDocument, response: EgressResponse): FeedDocument {
  const link = response.headers.get('link');
  if (document.header.hub_url !== null || link === null) return document;
  const find = (relation: string) =>
    new RegExp(`<([^<>]{1,2000})>[^<,]{0,200};\\s*rel="?[^",;]{0,100}\\b${relation}\\b`, 'i').exec(link)?.[1];
  const hub = URL.parse(find('hub') ?? '', response.url)?.href;
  if (hub === undefined || !find('hub')) return document;
  const topic = URL.parse(find('self') ?? response.url, response.url)?.href ?? response.url;
  return { ...document, header: { ...document.header, hub_url: hub, topic_url: topic } };
}
