import { Problem } from '@alt/contracts';
import type { Database } from '@alt/database';
import { findReader } from '../accounts.ts';
import { readArguments } from '../arguments.ts';
import { withDatabases } from '../session.ts';
import type { Terminal } from '../terminal.ts';
import { moment, table } from '../wording.ts';
import { isPolling, waitForPolls, withAlt } from './polls.ts';
import { findFeed, readSurroundings } from './store.ts';
import { type Followed, subscribe } from './subscribing.ts';

/** The exit code for "say which one". */
export const CHOOSE = 3;

const FIRST_POLL_PATIENCE_MS = 30_000;

/** `alt feed add`: follows a feed, or the feed of a site; lists the feeds of a site that has several. */
export async function addFeed(args: string[], terminal: Terminal): Promise<number> {
  const { given, options } = readArguments(args, { least: 1, options: { user: 'string', force: 'boolean' } });
  const [url = ''] = given;
  const force = options.force ?? false;
  return withDatabases(terminal, async (databases) => {
    const reader = await findReader(databases, options.user);
    const isRunning = await isPolling(databases);
    try {
      const followed = await subscribe({ databases, environment: terminal.environment, reader }, { url, force });
      terminal.print(
        await withAlt(databases, async (alt) => describe(alt, followed, { email: reader.email, isRunning })),
      );
      return 0;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return explain(error, url, terminal);
    }
  });
}

function explain(problem: Problem, url: string, terminal: Terminal): number {
  if (problem.code === 'several-feeds') {
    const feeds = problem.extra.feeds as { url: string; title: string | null }[];
    terminal.print(
      table(
        ['address', 'title'],
        feeds.map((feed) => [feed.url, feed.title ?? '']),
      ),
    );
    terminal.remark(`${url} has ${feeds.length} feeds. Choose one: npm run alt -- feed add ADDRESS`);
    return CHOOSE;
  }
  const canForce = problem.code === 'feed-unreachable' || problem.code === 'no-feed';
  terminal.remark(`${problem.message}${canForce ? ' To follow the address all the same, say --force.' : ''}`);
  return 1;
}

async function describe(
  alt: Database,
  { subscription, isNew }: Followed,
  { email, isRunning }: { email: string; isRunning: boolean },
): Promise<string> {
  const feedId = Number(subscription.feed.id);
  if (!isNew) return `${email} follows this feed already: npm run alt -- feed why ${feedId}`;
  const subscribed = `${email} now follows feed ${feedId}.`;
  if (subscription.status.state === 'pending') {
    if (!isRunning) return `${subscribed} Alt is not running: the feed will be fetched at the next start.`;
    await waitForPolls(alt, { feedIds: [feedId], since: new Date(0), patienceMs: FIRST_POLL_PATIENCE_MS });
  }
  const feed = await findFeed(alt, String(feedId)).catch(() => null);
  if (!feed) return `${subscribed} It moved meanwhile; "npm run alt -- feed list" shows where to.`;
  if (feed.state === 'ok') {
    const { articles } = await readSurroundings(alt, feed.id);
    return `${subscribed} ${feed.title ?? feed.url}: ${articles.toLocaleString('en')} articles.`;
  }
  if (feed.lastPolledAt === null) return `${subscribed} It waits for its turn: ${moment(feed.nextPollAt, feed.now)}.`;
  return `${subscribed} But the first fetch failed: ${feed.errorMessage ?? 'no reason is known.'} Alt tries again ${moment(feed.nextPollAt, feed.now)}.`;
}
