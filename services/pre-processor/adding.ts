import { Problem, type ResolvedFeed } from '@alt/contracts';
import type { Database } from '@alt/database';
import type { Egress } from '@alt/egress';
import { canonicalFeedUrl, FeedAddressError, isPrivateFeedAddress } from '@alt/feeds';
import type { Finder, Finding, FoundFeed } from './finding.ts';
import { hostOf } from './politeness.ts';
import { answerOf, type Polling } from './poll.ts';
import { ensureFeed, findFeedByAddress, loadFeed } from './store/feeds.ts';

export interface Adding {
  /** The feed at an address or of a site, with its first articles; with `force` the address as it is. */
  resolve(request: { url: string; force: boolean; tenantId: string }): Promise<ResolvedFeed>;
  /** The feeds that an address leads to; stores nothing. */
  discover(url: string): Promise<FoundFeed[]>;
}

export interface AddingOptions {
  database: Database;
  egress: Egress;
  finder: Finder;
  polling: Polling;
}

/** What happens when somebody adds a feed. Throws Problems in words for the reader. */
export function createAdding({ database, egress, finder, polling }: AddingOptions): Adding {
  async function makeFeed(
    address: Address,
    isPrivate: boolean,
    tenantId: string,
    title: string | null,
  ): Promise<number> {
    return ensureFeed(database, {
      url: address.url,
      host: hostOf(address.url),
      tenantId: isPrivate || address.credential !== null ? tenantId : null,
      credential: address.credential,
      title,
    });
  }

  async function storeFound(
    found: Extract<Finding, { kind: 'feed' }>,
    typed: Address,
    tenantId: string,
  ): Promise<ResolvedFeed> {
    const answer = answerOf(found.response);
    const url = answer.permanentUrl ?? found.url;
    const isSameOrigin = new URL(url).origin === new URL(typed.url).origin;
    const address = { url, credential: isSameOrigin ? typed.credential : null };
    const addresses = [url, found.url, found.response.url];
    const isPrivate = addresses.some((each) => isPrivateFeedAddress(each) || egress.isOpenedByOperator(each));
    const feedId = await makeFeed(address, isPrivate, tenantId, found.document.header.title);
    const feed = await loadFeed(database, feedId);
    if (!feed) throw new Problem('conflict', 'The feed went away meanwhile. Try again.');
    if (feed.lastSuccessAt === null) {
      await polling.store({ feed, answer: { ...answer, permanentUrl: null }, document: found.document });
    }
    const { title, site_url, format } = found.document.header;
    return { feedId, url, title, siteUrl: site_url, format: format as ResolvedFeed['format'] };
  }

  return {
    async resolve({ url, force, tenantId }) {
      const address = addressOf(url);
      const present = await findFeedByAddress(database, address, tenantId);
      if (present && (force || present.lastSuccessAt !== null)) return present;
      if (force) {
        const isPrivate = isPrivateFeedAddress(address.url) || egress.isOpenedByOperator(address.url);
        const feedId = await makeFeed(address, isPrivate, tenantId, null);
        return { feedId, url: address.url, title: null, siteUrl: null, format: null };
      }
      const found = await finder.find(address.url, address.credential);
      if (found.kind === 'feed') return storeFound(found, address, tenantId);
      if (found.kind === 'failed') throw unreachable(found.error);
      if (found.kind === 'none') {
        throw new Problem('no-feed', `There is no feed at this address, and the page names none. ${found.message}`);
      }
      throw new Problem('several-feeds', 'This site has several feeds. Choose one.', { extra: { feeds: found.feeds } });
    },

    async discover(url) {
      const address = addressOf(url);
      const { feeds, error } = await finder.list(address.url, address.credential);
      if (error) throw unreachable(error);
      return feeds;
    },
  };
}

interface Address {
  url: string;
  /** `name:password` */
  credential: string | null;
}

/** The one spelling of a typed address, its credentials apart. */
function addressOf(typed: string): Address {
  try {
    const url = new URL(canonicalFeedUrl(typed));
    const hasCredential = url.username !== '' || url.password !== '';
    const credential = hasCredential ? `${decodePercent(url.username)}:${decodePercent(url.password)}` : null;
    url.username = '';
    url.password = '';
    return { url: url.href, credential };
  } catch (error) {
    if (error instanceof FeedAddressError) throw new Problem('invalid-feed-url', error.message);
    throw error;
  }
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function unreachable(error: { code: string; message: string }): Problem {
  return new Problem('feed-unreachable', error.message, { extra: { reason: error.code } });
}
