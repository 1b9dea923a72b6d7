import type { FeedDocument } from './document.ts';
import type { Feed, FeedUpdate } from './feed.ts';
import type { PollError } from './health.ts';
import {
  errorInterval,
  GONE_AFTER_SECONDS,
  goneInterval,
  LONGEST_INTERVAL,
  LONGEST_RETRY_AFTER,
  learnRhythm,
  pollInterval,
  type Rhythm,
} from './schedule.ts';

/** What an answer says about itself, beside its document. */
export interface Answer {
  status: number;
  etag: string | null;
  lastModified: string | null;
  maxAgeSeconds: number;
  /** The end of a chain of permanent redirects. */
  permanentUrl: string | null;
}

const NOTICE_CUT_SHORT = {
  code: 'document-cut-short',
  message: 'The last document broke off in the middle. What could be read of it is here; the next poll reads it again.',
};

/** The row after an answer that the feed has not changed: 304, or the same bytes as before. */
export function afterUnchanged(feed: Feed, answer: Answer, now: number): FeedUpdate {
  const isNotModified = answer.status === 304;
  const minimumSeconds = isNotModified
    ? Math.max(feed.minimumIntervalSeconds, cappedMinimum(answer.maxAgeSeconds))
    : feed.minimumIntervalSeconds;
  return {
    ...afterSuccess(feed, answer, { rhythm: rhythmOf(feed), minimumSeconds, now }),
    // A 304 may carry new validators; without them the old ones stay (RFC 9110, 15.4.5).
    etag: answer.etag ?? (isNotModified ? feed.etag : null),
    last_modified: answer.lastModified ?? (isNotModified ? feed.lastModified : null),
    body_hash: feed.bodyHash && byteaOf(feed.bodyHash),
    has_changed: false,
    header: null,
    article_ids: null,
    keeps_document: false,
  };
}

/** The row after a document; the articles of which are `articleIds`, and the new ones were published at `newTimes`. */
export function afterDocument(
  feed: Feed,
  answer: Answer,
  document: FeedDocument,
  stored: { articleIds: number[]; newTimes: (number | null)[]; hasChanged: boolean },
  now: number,
): FeedUpdate {
  const rhythm = learnRhythm(rhythmOf(feed), stored.newTimes, now);
  const minimumSeconds = cappedMinimum(Math.max(document.ttlSeconds, answer.maxAgeSeconds));
  const success = afterSuccess(feed, answer, { rhythm, minimumSeconds, now });
  const validators = { etag: answer.etag, last_modified: answer.lastModified, body_hash: document.hash };
  // Without validators and hash the next poll reads a broken document again, whatever the server says of it.
  const none = { etag: null, last_modified: null, body_hash: null };
  return {
    ...success,
    ...(document.isCutShort ? none : validators),
    error_code: document.isCutShort ? NOTICE_CUT_SHORT.code : null,
    error_message: document.isCutShort ? NOTICE_CUT_SHORT.message : null,
    has_changed: stored.hasChanged,
    header: document.header,
    article_ids: stored.articleIds,
    keeps_document: document.isCutShort,
  };
}

/** The row after a hub brought news: only some articles, and nothing about the document that a poll would get. */
export function afterPush(
  feed: Feed,
  stored: { articleIds: number[]; newTimes: (number | null)[]; hasChanged: boolean },
  now: number,
): FeedUpdate {
  const rhythm = learnRhythm(rhythmOf(feed), stored.newTimes, now);
  const answer = { status: 200, etag: null, lastModified: null, maxAgeSeconds: 0, permanentUrl: null };
  return {
    ...afterSuccess(feed, answer, { rhythm, minimumSeconds: feed.minimumIntervalSeconds, now }),
    etag: feed.etag,
    last_modified: feed.lastModified,
    body_hash: feed.bodyHash && byteaOf(feed.bodyHash),
    has_changed: stored.hasChanged,
    header: null,
    article_ids: stored.articleIds,
    keeps_document: true,
  };
}

/** The row after a failure. Nothing that is known is lost; the next try comes later each time, and always comes. */
export function afterFailure(feed: Feed, error: PollError, status: number | null, now: number): FeedUpdate {
  const errorCount = feed.errorCount + 1;
  const failingSince = feed.failingSince ?? new Date(now);
  const isOldFailure = (now - failingSince.getTime()) / 1_000 >= GONE_AFTER_SECONDS;
  const isGone = error.isGone || feed.state === 'gone' || isOldFailure;
  const retryAfter = Math.min(error.penaltySeconds ?? 0, LONGEST_RETRY_AFTER);
  const wait = isGone ? goneInterval(feed.id) : errorInterval({ id: feed.id, errorCount });
  return {
    ...unchangedColumns(feed),
    next_poll_at: timeAfter(now, Math.max(wait, retryAfter)),
    state: isGone ? 'gone' : 'failing',
    last_success_at: feed.lastSuccessAt?.toISOString() ?? null,
    last_status: status,
    error_code: error.code,
    error_message: error.message,
    error_count: errorCount,
    failing_since: failingSince.toISOString(),
    retry_after_at: retryAfter > 0 ? timeAfter(now, retryAfter) : null,
    redirect_url: null,
    redirect_count: 0,
    redirect_since: null,
  };
}

const CONFIRMATIONS = 3;
const CONFIRMATION_SECONDS = 86_400;

/** The address to adopt, if a permanent redirect has now been confirmed three times over a day. */
export function confirmedRedirect(update: FeedUpdate, now: number): string | null {
  if (update.redirect_url === null || update.redirect_since === null) return null;
  const seconds = (now - Date.parse(update.redirect_since)) / 1_000;
  return update.redirect_count >= CONFIRMATIONS && seconds >= CONFIRMATION_SECONDS ? update.redirect_url : null;
}

function afterSuccess(
  feed: Feed,
  answer: Answer,
  { rhythm, minimumSeconds, now }: { rhythm: Rhythm; minimumSeconds: number; now: number },
) {
  const isSameRedirect = answer.permanentUrl !== null && answer.permanentUrl === feed.redirectUrl;
  const interval = pollInterval({ id: feed.id, rhythm, minimumSeconds, isPushed: feed.isPushed, now });
  return {
    id: feed.id,
    next_poll_at: timeAfter(now, interval),
    post_gap_seconds: rhythm.gapSeconds,
    newest_item_at: rhythm.newestItemAt === null ? null : new Date(rhythm.newestItemAt).toISOString(),
    minimum_interval_seconds: minimumSeconds,
    state: 'ok' as const,
    last_success_at: new Date(now).toISOString(),
    last_status: answer.status,
    error_code: null,
    error_message: null,
    error_count: 0,
    failing_since: null,
    retry_after_at: null,
    redirect_url: answer.permanentUrl,
    redirect_count: answer.permanentUrl === null ? 0 : isSameRedirect ? feed.redirectCount + 1 : 1,
    redirect_since:
      answer.permanentUrl === null
        ? null
        : ((isSameRedirect ? feed.redirectSince : null) ?? new Date(now)).toISOString(),
  };
}

function unchangedColumns(feed: Feed) {
  return {
    id: feed.id,
    etag: feed.etag,
    last_modified: feed.lastModified,
    body_hash: feed.bodyHash && byteaOf(feed.bodyHash),
    post_gap_seconds: feed.postGapSeconds,
    newest_item_at: feed.newestItemAt?.toISOString() ?? null,
    minimum_interval_seconds: feed.minimumIntervalSeconds,
    has_changed: false,
    header: null,
    article_ids: null,
    keeps_document: false,
  };
}

function rhythmOf(feed: Feed): Rhythm {
  return { gapSeconds: feed.postGapSeconds, newestItemAt: feed.newestItemAt?.getTime() ?? null };
}

function cappedMinimum(seconds: number): number {
  return Math.min(Math.round(seconds), LONGEST_INTERVAL);
}

function timeAfter(now: number, seconds: number): string {
  return new Date(now + seconds * 1_000).toISOString();
}

function byteaOf(bytes: Buffer): string {
  return `\\x${bytes.toString('hex')}`;
}
