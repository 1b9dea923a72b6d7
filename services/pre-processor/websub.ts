import { createHmac, timingSafeEqual } from 'node:crypto';
import { Problem } from '@alt/contracts';
import type { Database } from '@alt/database';
import { EgressError } from '@alt/egress';
import type { Logger } from '@alt/service-kit';
import { HostBusyError, type Politeness } from './politeness.ts';
import type { Polling } from './poll.ts';
import type { Reading } from './reading.ts';
import { loadFeed } from './store/feeds.ts';
import * as store from './store/websub.ts';

/** WebSub (https://www.w3.org/TR/websub/): hubs bring news, so that a daily poll is enough. */
export interface Websub {
  /** Asks hubs for what is wanted or ends soon; answers how many it asked. */
  askHubs(): Promise<number>;
  /** A hub's question whether we meant it. */
  verify(id: string, query: VerifyQuery): Promise<Response>;
  /** A hub's delivery. */
  receive(id: string, request: Request): Promise<Response>;
}

export interface VerifyQuery {
  'hub.mode': string;
  'hub.topic'?: string | undefined;
  'hub.challenge'?: string | undefined;
  'hub.lease_seconds'?: number | undefined;
  'hub.reason'?: string | undefined;
}

export interface WebsubOptions {
  database: Database;
  politeness: Politeness;
  polling: Polling;
  reading: Reading;
  log: Logger;
  userAgent: string;
  /** Where hubs reach us; null switches asking off. */
  publicUrl: string | null;
}

const WANTED_LEASE_SECONDS = 10 * 86_400;
const SHORTEST_LEASE_SECONDS = 3_600;
const LONGEST_LEASE_SECONDS = 30 * 86_400;
const BATCH = 20;
const PATIENCE_MS = 10_000;
const MAX_PUSH_BYTES = 15 * 1_024 * 1_024;
const ALGORITHMS = new Set(['sha1', 'sha256', 'sha384', 'sha512']);

export function createWebsub(options: WebsubOptions): Websub {
  const { database, log, publicUrl } = options;
  return {
    async askHubs() {
      if (publicUrl === null) return 0;
      const due = await store.claimHubs(database, BATCH);
      for (const subscription of due) await ask(subscription, publicUrl, options);
      return due.length;
    },

    async verify(id, query) {
      const subscription = await store.findHub(database, id);
      const isOurs = subscription !== null && subscription.topicUrl === query['hub.topic'];
      if (isOurs && query['hub.mode'] === 'denied') {
        await store.refuseHub(database, id, query['hub.reason'] ?? 'The hub refused without a reason.');
        return text('', 200);
      }
      const challenge = query['hub.challenge'];
      const isMeant = isOurs && query['hub.mode'] === 'subscribe' && subscription.state !== 'refused';
      if (!isMeant || challenge === undefined) throw new Problem('not-found', 'There is no such subscription.');
      const leaseSeconds = Math.min(
        Math.max(query['hub.lease_seconds'] ?? WANTED_LEASE_SECONDS, SHORTEST_LEASE_SECONDS),
        LONGEST_LEASE_SECONDS,
      );
      // Renewed at a random moment in the last third, so that the leases of a restart do not end together.
      await store.activateHub(database, id, {
        leaseSeconds,
        renewSeconds: leaseSeconds * (0.67 + Math.random() * 0.23),
      });
      return text(challenge, 200);
    },

    async receive(id, request) {
      const subscription = await store.findHub(database, id);
      if (subscription?.state !== 'active') throw new Problem('not-found', 'There is no such subscription.');
      const body = await readBody(request);
      // A forged delivery gets the same answer as a true one (WebSub, 8.1).
      if (!isSigned(body, request.headers.get('x-hub-signature'), subscription.secret)) {
        log.warn({ feedId: subscription.feedId, hub: subscription.hubUrl }, 'a push without a valid signature');
        return text('', 202);
      }
      await storePush(subscription, body, request.headers.get('content-type'), options);
      return text('', 202);
    },
  };
}

async function ask(subscription: store.HubSubscription, publicUrl: string, options: WebsubOptions): Promise<void> {
  const { database, politeness, userAgent, log } = options;
  const { id, hubUrl, topicUrl, secret } = subscription;
  const body = new URLSearchParams({
    'hub.mode': 'subscribe',
    'hub.topic': topicUrl,
    'hub.callback': new URL(`/v1/websub/${id}`, publicUrl).href,
    'hub.secret': secret,
    'hub.lease_seconds': String(WANTED_LEASE_SECONDS),
  });
  try {
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'user-agent': userAgent };
    const init = { method: 'POST' as const, headers, body: String(body), maxBytes: 100_000 };
    const response = await politeness.request(hubUrl, init, PATIENCE_MS);
    if (response.status >= 200 && response.status < 300) return;
    await store.failHub(database, id, `The hub answered with the status ${response.status}.`);
  } catch (error) {
    if (!(error instanceof EgressError || error instanceof HostBusyError)) throw error;
    log.debug({ hubUrl, error: error.message }, 'hub not reached');
    await store.failHub(database, id, error.message);
  }
}

async function storePush(
  subscription: store.HubSubscription,
  bytes: Uint8Array,
  contentType: string | null,
  { database, polling, reading, log }: WebsubOptions,
): Promise<void> {
  const feed = await loadFeed(database, subscription.feedId);
  if (!feed || feed.subscriberCount === 0) throw new Problem('not-found', 'Nobody follows this feed any more.');
  const task = { bytes, url: feed.url, contentType, knownHash: null, isFirst: feed.lastSuccessAt === null };
  const document = await reading.readDocument(task);
  if (document.kind !== 'feed') {
    log.info({ feedId: feed.id }, 'a hub pushed something that is no feed');
    return;
  }
  const answer = { status: 200, etag: null, lastModified: null, maxAgeSeconds: 0, permanentUrl: null };
  await polling.store({ feed, answer, document, isPush: true });
  await store.notePush(database, subscription.id);
}

/** Whether the sender knows the secret that we gave to the hub alone. */
export function isSigned(body: Uint8Array, header: string | null, secret: string): boolean {
  const [algorithm = '', signature = ''] = (header ?? '').split('=');
  if (!ALGORITHMS.has(algorithm.toLowerCase())) return false;
  const expected = createHmac(algorithm.toLowerCase(), secret).update(body).digest();
  const given = Buffer.from(signature.trim(), 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** In an ArrayBuffer of its own, so that it can be given to a thread. */
async function readBody(request: Request): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of request.body ?? []) {
    size += part.byteLength;
    if (size > MAX_PUSH_BYTES) throw new Problem('body-too-large', 'A push may have at most 15 MiB.');
    parts.push(part);
  }
  const body = new Uint8Array(size);
  let offset = 0;
  for (const part of parts) {
    body.set(part, offset);
    offset += part.byteLength;
  }
  return body;
}

function text(body: string, status: number): Response {
  return new Response(body, { status, headers: { 'content-type': 'text/plain; charset=utf-8' } });
}
