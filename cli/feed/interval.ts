import {
  DAY,
  errorInterval,
  goneInterval,
  LONGEST_INTERVAL,
  pollInterval,
  SHORTEST_INTERVAL,
} from '../../services/pre-processor/schedule.ts';
import { duration } from '../wording.ts';
import type { FeedRow } from './store.ts';

/** How often a feed is asked, and why; by the scheduler's own rules. */
export function explainInterval(feed: FeedRow, isPushed: boolean): string {
  if (feed.state === 'gone') return `about every ${duration(goneInterval(feed.id))}, because the feed is gone`;
  if (feed.state === 'failing') {
    const wait = errorInterval({ id: feed.id, errorCount: Math.max(1, feed.errorCount) });
    return `${duration(wait)} after ${feed.errorCount} failures: it doubles with each one, up to a day`;
  }
  const seconds = pollInterval({
    id: feed.id,
    rhythm: { gapSeconds: feed.postGapSeconds, newestItemAt: feed.newestItemAt?.getTime() ?? null },
    minimumSeconds: feed.minimumIntervalSeconds,
    isPushed,
    now: feed.now.getTime(),
  });
  return `about every ${duration(seconds)}: ${reasonFor(feed, seconds, isPushed)}`;
}

function reasonFor(feed: FeedRow, seconds: number, isPushed: boolean): string {
  if (isPushed) return 'a hub tells Alt of news, so a daily look is enough';
  const gap = feed.postGapSeconds;
  const idleDays = feed.newestItemAt ? (feed.now.getTime() - feed.newestItemAt.getTime()) / 1_000 / DAY : 0;
  const isAskedFor = Math.min(feed.minimumIntervalSeconds, LONGEST_INTERVAL) >= seconds;
  if (isAskedFor && feed.minimumIntervalSeconds > SHORTEST_INTERVAL) {
    return `the feed or its server asks for no less than ${duration(feed.minimumIntervalSeconds)} (ttl, max-age)`;
  }
  if (seconds >= LONGEST_INTERVAL && idleDays < 7) return 'it posts seldom, and no feed is asked less than once a day';
  if (idleDays >= 7) return `it has posted nothing for ${Math.floor(idleDays)} days`;
  if (gap === null) return 'its rhythm is not known yet';
  const rhythm = `it posts about every ${duration(gap)}`;
  return seconds <= SHORTEST_INTERVAL
    ? `${rhythm}, and no feed is asked more often`
    : `half of the time between its posts; ${rhythm}`;
}
