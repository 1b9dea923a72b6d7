import type { Database } from '@alt/database';
import { readArguments, UsageError } from '../arguments.ts';
import { withDatabases } from '../session.ts';
import { startProgress, type Terminal } from '../terminal.ts';
import { counted, moment } from '../wording.ts';
import { isPolling, waitForPolls, withAlt } from './polls.ts';
import { type FeedRow, findFeed, listFollowed, requestPolls } from './store.ts';

const PATIENCE_MS = 60_000;

/** `alt feed refresh`: makes feeds due now and, where Alt runs, waits for the outcome. */
export async function refreshFeeds(args: string[], terminal: Terminal): Promise<number> {
  const { given, options } = readArguments(args, { least: 0, most: 1, options: { all: 'boolean' } });
  const [reference] = given;
  if ((reference === undefined) === !options.all) throw new UsageError('Name one feed, or say --all.');
  return withDatabases(terminal, (databases) =>
    withAlt(databases, async (alt) => {
      const feed = reference === undefined ? null : await findFeed(alt, reference);
      const due = await requestPolls(alt, feed?.id ?? null);
      if (due.length === 0) {
        terminal.print(feed ? 'Nobody follows this feed, so it is not fetched.' : 'No feed is followed yet.');
      } else if (await isPolling(databases)) await follow(alt, feed, due, terminal);
      else {
        const what = feed ? 'the feed' : counted(due.length, 'feed');
        terminal.print(`Alt is not running: ${what} will be fetched at the next start.`);
      }
      return 0;
    }),
  );
}

async function follow(
  alt: Database,
  feed: FeedRow | null,
  due: Awaited<ReturnType<typeof requestPolls>>,
  terminal: Terminal,
): Promise<void> {
  const heldBack = due.filter(({ isHeldBack }) => isHeldBack).length;
  const feedIds = due.filter(({ isHeldBack }) => !isHeldBack).map(({ id }) => id);
  const since = due[0]?.now ?? new Date();
  const progress = startProgress(terminal, 'Fetching feeds');
  const left = await waitForPolls(alt, { feedIds, since, patienceMs: PATIENCE_MS, onProgress: progress.update });
  progress.end();
  if (feed) terminal.print(await outcomeOf(alt, feed, { isHeldBack: heldBack > 0, isLeft: left > 0 }));
  else terminal.print(await summary(alt, { since, left, heldBack }));
}

async function outcomeOf(
  alt: Database,
  feed: FeedRow,
  { isHeldBack, isLeft }: { isHeldBack: boolean; isLeft: boolean },
): Promise<string> {
  if (isHeldBack) return `${feed.host} asked to be left alone; the feed is fetched as soon as that time is over.`;
  if (isLeft) return 'The feed has not been fetched yet; its host is busy. It stays first in line.';
  const now = await findFeed(alt, String(feed.id)).catch(() => null);
  if (!now) return 'The feed moved and became one with another: "npm run alt -- feed list" shows it.';
  const next = `Next poll ${moment(now.nextPollAt, now.now)}.`;
  if (now.state !== 'ok') return `The fetch failed: ${now.errorMessage ?? 'no reason is known.'} ${next}`;
  const isChanged = now.lastChangedAt !== null && now.lastChangedAt.getTime() !== feed.lastChangedAt?.getTime();
  return `Fetched ${now.title ?? now.url}: ${isChanged ? 'it has changed' : 'nothing new'}. ${next}`;
}

async function summary(alt: Database, seen: { since: Date; left: number; heldBack: number }): Promise<string> {
  const polled = (await listFollowed(alt, null)).filter((feed) => feed.lastPolledAt && feed.lastPolledAt >= seen.since);
  const changed = polled.filter((feed) => feed.lastChangedAt && feed.lastChangedAt >= seen.since).length;
  const failing = polled.filter(({ state }) => state !== 'ok').length;
  const parts = [`Fetched ${counted(polled.length, 'feed')}: ${changed} changed, ${failing} failed.`];
  if (seen.left > 0) parts.push(`${counted(seen.left, 'feed')} wait for their hosts and stay due.`);
  if (seen.heldBack > 0) parts.push(`${counted(seen.heldBack, 'feed')} wait because their hosts asked for it.`);
  return parts.join(' ');
}
