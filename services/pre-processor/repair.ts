import type { Database, Queryable } from '@alt/database';
import type { Egress } from '@alt/egress';
import { isPrivateFeedAddress } from '@alt/feeds';
import type { Logger } from '@alt/service-kit';
import type { Feed } from './feed.ts';
import { type Finder, mainFeeds } from './finding.ts';
import { confirmedRedirect } from './outcome.ts';
import { hostOf } from './politeness.ts';
import type { PolledFeed } from './poll.ts';
import { moveFeed } from './store/feeds.ts';

export interface Repair {
  /** Looks after a feed whose poll has just been written down: adopts a confirmed move, looks for what is gone. */
  afterPoll(feed: Feed, polled: PolledFeed): Promise<void>;
}

export interface RepairOptions {
  database: Database;
  egress: Egress;
  finder: Finder;
  log: Logger;
}

/** Feeds that moved are followed, and those that are gone are looked for. Never towards an address that is private. */
export function createRepair({ database, egress, finder, log }: RepairOptions): Repair {
  async function adopt(feed: Feed, url: string, reason: string): Promise<void> {
    if (url === feed.url || !mayMove(feed, url)) return;
    // Two feeds that become one take rows that stages and readers take too; the next poll may be hours away.
    const move = (tx: Queryable) => moveFeed(tx, feed.id, url, hostOf(url));
    const survivor = await database.transaction(move, { retry: true });
    log.info({ feedId: feed.id, survivor, from: feed.url, to: url, reason }, 'feed moved');
  }

  function mayMove(feed: Feed, url: string): boolean {
    if (feed.credential !== null && new URL(url).origin !== new URL(feed.url).origin) return false;
    const isPrivate = isPrivateFeedAddress(url) || egress.isOpenedByOperator(url);
    return feed.tenantId !== null || !isPrivate || egress.isOpenedByOperator(feed.url);
  }

  async function isFeed(url: string): Promise<boolean> {
    const seen = await finder.look(url);
    return seen.kind === 'feed' && (seen.document.newUrl === null || seen.document.newUrl === url);
  }

  /** https instead of http, then what the site itself names. */
  async function findAgain(feed: Feed): Promise<string | null> {
    const secure = feed.url.replace(/^http:/, 'https:');
    if (secure !== feed.url && (await isFeed(secure))) return secure;
    const site = feed.siteUrl ?? new URL('/', feed.url).href;
    const seen = await finder.look(site);
    if (seen.kind === 'feed') return site;
    if (seen.kind !== 'page') return null;
    for (const { url } of mainFeeds(seen.found).slice(0, 2)) {
      if (url !== feed.url && (await isFeed(url))) return url;
    }
    return null;
  }

  return {
    async afterPoll(feed, { update, newUrl }) {
      if (!update) return;
      if (update.state === 'gone') {
        const url = feed.credential === null ? await findAgain(feed) : null;
        if (url !== null) await adopt(feed, url, 'found again');
        return;
      }
      const confirmed = confirmedRedirect(update, Date.now());
      if (confirmed !== null) await adopt(feed, confirmed, 'redirect');
      // The publisher's own word needs no confirmation, only a feed at its end.
      else if (newUrl !== null && newUrl !== feed.url && (await isFeed(newUrl)))
        await adopt(feed, newUrl, 'new-feed-url');
    },
  };
}
