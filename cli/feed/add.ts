import type { Database } from '@alt/database';
import { canonicalFeedUrl, writeOpml } from '@alt/feeds';
import type { Reader } from '@alt/service-kit';
import { setTitle } from '../../services/alt-backend/store/subscriptions.ts';
import { findReader } from '../accounts.ts';
import { readArguments } from '../arguments.ts';
import { withDatabases } from '../session.ts';
import { type Subscriptions, withSubscriptions } from '../subscriptions.ts';
import type { Terminal } from '../terminal.ts';
import { moment } from '../wording.ts';
import { isPolling, waitForPolls, withAlt } from './polls.ts';
import { findFeed, findOwnSubscription, readSurroundings } from './store.ts';

const FIRST_POLL_PATIENCE_MS = 30_000;

/** `alt feed add`: subscribes, and where Alt runs waits for what the first fetch brings. */
export async function addFeed(args: string[], terminal: Terminal): Promise<number> {
  const { given, options } = readArguments(args, { least: 1, options: { user: 'string' } });
  const [address = ''] = given;
  return withDatabases(terminal, async (databases, settings) => {
    const reader = await findReader(databases, options.user);
    return withAlt(databases, async (alt) => {
      const { feedId, isNew } = await withSubscriptions({ databases, settings, reader }, (own) =>
        subscribe(alt, own, reader, address),
      );
      if (!isNew) {
        terminal.print(`${reader.email} follows this feed already: npm run alt -- feed why ${feedId}`);
        return 0;
      }
      const isRunning = await isPolling(databases);
      if (isRunning) {
        const wait = { feedIds: [feedId], since: new Date(0), patienceMs: FIRST_POLL_PATIENCE_MS };
        await waitForPolls(alt, wait);
      }
      terminal.print(await describe(alt, { feedId, email: reader.email, isRunning }));
      return 0;
    });
  });
}

/** One feed is a list of one: the import knows how addresses are spelled, which are private, and where names and passwords go. */
async function subscribe(alt: Database, own: Subscriptions, reader: Reader, address: string) {
  const url = withoutCredential(canonicalFeedUrl(address));
  const opml = writeOpml({
    title: 'one feed',
    outlines: [{ kind: 'feed', title: url, xmlUrl: address, children: [] }],
  });
  const { created, failed } = await own.importOpml(opml);
  if (failed[0]) throw new Error(failed[0].reason);
  const found = await findOwnSubscription(alt, reader, url);
  if (!found) throw new Error('The feed went away meanwhile. Try again.');
  // A list has a title for everything; the feed itself will know better.
  if (created > 0) await own.asReader(reader, (tx, readerId) => setTitle(tx, readerId, found.subscriptionId, null));
  return { feedId: found.feedId, isNew: created > 0 };
}

function withoutCredential(address: string): string {
  const url = new URL(address);
  url.username = '';
  url.password = '';
  return url.href;
}

async function describe(alt: Database, done: { feedId: number; email: string; isRunning: boolean }): Promise<string> {
  const subscribed = `${done.email} now follows feed ${done.feedId}.`;
  if (!done.isRunning) return `${subscribed} Alt is not running: the feed will be fetched at the next start.`;
  const feed = await findFeed(alt, String(done.feedId)).catch(() => null);
  if (!feed) return `${subscribed} It moved meanwhile; "npm run alt -- feed list" shows where to.`;
  if (feed.lastPolledAt === null) return `${subscribed} It waits for its turn: ${moment(feed.nextPollAt, feed.now)}.`;
  if (feed.state === 'ok') {
    const { articles } = await readSurroundings(alt, feed.id);
    return `${subscribed} ${feed.title ?? feed.url}: ${articles.toLocaleString('en')} articles.`;
  }
  return `${subscribed} But the first fetch failed: ${feed.errorMessage ?? 'no reason is known.'} Alt tries again ${moment(feed.nextPollAt, feed.now)}.`;
}
