import { findReader } from '../accounts.ts';
import { readArguments } from '../arguments.ts';
import { withDatabases } from '../session.ts';
import type { Terminal } from '../terminal.ts';
import { duration, table } from '../wording.ts';
import { withAlt } from './polls.ts';
import { type FeedRow, listFollowed } from './store.ts';

/** `alt feed list`: of one account, or of the whole instance. */
export async function listFeeds(args: string[], terminal: Terminal): Promise<number> {
  const { options } = readArguments(args, { least: 0, options: { user: 'string' } });
  const feeds = await withDatabases(terminal, async (databases) => {
    const reader = options.user === undefined ? null : await findReader(databases, options.user);
    return withAlt(databases, (alt) => listFollowed(alt, reader));
  });
  if (feeds.length === 0) {
    terminal.print('No feed is followed yet. Add one: npm run alt -- feed add URL');
    return 0;
  }
  const sorted = feeds.toSorted((a, b) => nameOf(a).localeCompare(nameOf(b)));
  terminal.print(table(['id', 'state', 'title', 'last success', 'next poll', 'readers', 'address'], sorted.map(row)));
  const failing = feeds.filter(({ state }) => state === 'failing' || state === 'gone').length;
  if (failing > 0) terminal.remark(`${failing} of ${feeds.length} fail; "npm run alt -- feed why ID" tells why.`);
  return 0;
}

const TITLE_CHARACTERS = 40;

function row(feed: FeedRow): string[] {
  const title = nameOf(feed);
  const until = (feed.nextPollAt.getTime() - feed.now.getTime()) / 1_000;
  return [
    String(feed.id),
    feed.state,
    title.length > TITLE_CHARACTERS ? `${title.slice(0, TITLE_CHARACTERS - 1)}…` : title,
    feed.lastSuccessAt ? `${duration((feed.now.getTime() - feed.lastSuccessAt.getTime()) / 1_000)} ago` : 'never',
    until <= 0 ? 'due' : `in ${duration(until)}`,
    String(feed.subscriberCount),
    feed.url,
  ];
}

function nameOf(feed: FeedRow): string {
  return feed.title ?? feed.url;
}
