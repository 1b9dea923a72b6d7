import { allAccounts } from '../accounts.ts';
import { readArguments } from '../arguments.ts';
import { withDatabases } from '../session.ts';
import type { Terminal } from '../terminal.ts';
import { counted, duration, moment, stamp } from '../wording.ts';
import { explainInterval } from './interval.ts';
import { isPolling, withAlt } from './polls.ts';
import { type FeedRow, type FeedSurroundings, findFeed, readSurroundings } from './store.ts';

/** `alt feed why`: everything about a feed in plain words. */
export async function explainFeed(args: string[], terminal: Terminal): Promise<number> {
  const [reference = ''] = readArguments(args, { least: 1, options: {} }).given;
  const lines = await withDatabases(terminal, async (databases) => {
    const emails = new Map((await allAccounts(databases)).map(({ id, email }) => [id, email]));
    const isRunning = await isPolling(databases);
    return withAlt(databases, async (alt) => {
      const feed = await findFeed(alt, reference);
      return describe(feed, await readSurroundings(alt, feed.id), { emails, isRunning });
    });
  });
  for (const line of lines) terminal.print(line);
  return 0;
}

function describe(
  feed: FeedRow,
  around: FeedSurroundings,
  context: { emails: Map<string, string>; isRunning: boolean },
): string[] {
  const facts: [string, string | null][] = [
    ['address', feed.url + privacy(feed)],
    ['site', feed.siteUrl],
    ['state', stateOf(feed)],
    ['last fetch', lastFetch(feed)],
    ['last success', feed.lastSuccessAt && moment(feed.lastSuccessAt, feed.now)],
    ['last change', feed.lastChangedAt && moment(feed.lastChangedAt, feed.now)],
    ['articles', articles(feed, around)],
    ['next poll', nextPoll(feed, around, context.isRunning)],
    ['interval', explainInterval(feed, around.isPushed)],
    ['validators', validators(feed)],
    ['host', host(feed, around)],
    ['push', push(around, feed.now)],
    ['redirect', redirect(feed)],
    ['repaired', feed.repairedFrom && `Alt found the feed here after it had been at ${feed.repairedFrom}`],
    ['full text', feed.wantsFullText ? 'fetched for every article, because a reader asked for it' : null],
    ['readers', readers(feed, around, context.emails)],
  ];
  const width = Math.max(...facts.map(([name]) => name.length));
  return [
    `Feed ${feed.id}: ${feed.title ?? '(no title yet)'}`,
    ...facts.flatMap(([name, value]) => (value === null ? [] : [`  ${name.padEnd(width)}  ${value}`])),
  ];
}

function privacy(feed: FeedRow): string {
  if (feed.hasCredential) return ' (private: fetched with a name and a password, for one tenant)';
  return feed.tenantId === null ? '' : ' (private: one tenant alone sees it)';
}

function stateOf(feed: FeedRow): string {
  if (feed.state === 'pending') return 'not fetched yet';
  const notice = feed.errorMessage ? `${feed.errorMessage} [${feed.errorCode}]` : '';
  if (feed.state === 'ok') return notice ? `well, with a remark: ${notice}` : 'well';
  const since = feed.failingSince ? ` for ${duration((feed.now.getTime() - feed.failingSince.getTime()) / 1_000)}` : '';
  const failures = `${counted(feed.errorCount, 'failure')} in a row`;
  if (feed.state === 'failing') return `failing${since}, ${failures}: ${notice}`;
  return `gone, after failing${since}, ${failures}; still looked for once a week: ${notice}`;
}

function lastFetch(feed: FeedRow): string {
  if (feed.lastPolledAt === null) return 'never';
  const status = feed.lastStatus === null ? 'no answer' : `HTTP ${feed.lastStatus}`;
  const meaning = feed.lastStatus === 304 ? ', which means that nothing has changed' : '';
  return `${moment(feed.lastPolledAt, feed.now)}: ${status}${meaning}`;
}

function articles(feed: FeedRow, around: FeedSurroundings): string {
  const newest = feed.newestItemAt ? `, the newest of ${stamp(feed.newestItemAt)}` : '';
  return `${counted(around.articles, 'article')} kept${newest}`;
}

function nextPoll(feed: FeedRow, around: FeedSurroundings, isRunning: boolean): string {
  if (feed.subscriberCount === 0) return 'none: nobody follows the feed';
  if (feed.claimedUntil && feed.claimedUntil > feed.now) return 'being fetched just now';
  if (feed.nextPollAt > feed.now) {
    const isAsked = feed.retryAfterAt && feed.retryAfterAt > feed.now;
    return `${moment(feed.nextPollAt, feed.now)}${isAsked ? ', no earlier because the server asked for it (Retry-After)' : ''}`;
  }
  const due = `due since ${moment(feed.nextPollAt, feed.now)}`;
  if (around.penaltyUntil && around.penaltyUntil > feed.now) return `${due}; waits for its host, see below`;
  return isRunning ? `${due}; waits for its turn` : `${due}; Alt is not running and fetches it at the next start`;
}

function validators(feed: FeedRow): string {
  const parts = [feed.etag && `ETag ${feed.etag}`, feed.lastModified && `Last-Modified ${feed.lastModified}`];
  const known = parts.filter(Boolean).join(', ');
  if (known) return `${known}: sent back, so that the server may answer "nothing has changed"`;
  if (feed.hasBodyHash) return 'none from the server; equal documents are recognised by their hash';
  return 'none';
}

function host(feed: FeedRow, around: FeedSurroundings): string {
  if (around.penaltyUntil && around.penaltyUntil > feed.now) {
    const times = around.penaltyCount && around.penaltyCount > 1 ? `, the ${around.penaltyCount}th time in a row` : '';
    return `${feed.host} is left alone until ${moment(around.penaltyUntil, feed.now)} (${around.penaltyCode ?? 'penalty'}${times})`;
  }
  const isBusy = around.hostNextRequestAt !== null && around.hostNextRequestAt > feed.now;
  return `${feed.host}: ${isBusy ? 'is being asked, or rests for a moment after its last answer' : 'may be asked'}`;
}

function push(around: FeedSurroundings, now: Date): string | null {
  if (around.hubUrl === null) return null;
  const error = around.pushError ? `: ${around.pushError}` : '';
  if (around.pushState === 'active')
    return `${around.hubUrl} tells of news until ${moment(around.pushLeaseUntil, now)}`;
  if (around.pushState === 'refused') return `${around.hubUrl} refused${error}`;
  return `${around.hubUrl}: a subscription is ${around.pushState === 'asked' ? 'asked for' : 'wanted (it needs ALT_PUBLIC_URL)'}${error}`;
}

function redirect(feed: FeedRow): string | null {
  if (feed.redirectUrl === null) return null;
  const since = feed.redirectSince ? ` since ${moment(feed.redirectSince, feed.now)}` : '';
  return `permanent, to ${feed.redirectUrl}; seen ${counted(feed.redirectCount, 'time')}${since}; adopted after three times over a day`;
}

function readers(feed: FeedRow, around: FeedSurroundings, emails: Map<string, string>): string {
  if (feed.subscriberCount === 0) return 'nobody';
  const named = around.subscribers.map((id) => emails.get(id) ?? 'an account that is gone');
  const rest = feed.subscriberCount - named.length;
  return `${feed.subscriberCount}: ${named.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
