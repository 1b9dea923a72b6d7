import { type Queryable, statement } from '@alt/database';
import type { Feed } from '../feed.ts';
import { FEED_COLUMNS } from './feeds.ts';

// Locks are taken in one order everywhere: feeds (ascending), readers (ascending), their rows; rows of `hosts` alone or
// after feeds.

const DUE = `f.subscriber_count > 0 and f.next_poll_at <= now() and (f.claimed_until is null or f.claimed_until < now())`;

// One feed a host, of hosts that may be asked now. The host's row is the lock: whoever takes the feed moves the host's
// next request past the end of the lease, and back when the answer is there. The look is bounded because after a long
// sleep everything is due at once; blocked hosts are left out before the bound, so that they hide nobody.
const claimSpacedStatement = statement<Feed>(
  'claim-spaced',
  `with due as (
     (select f.id, f.host, f.priority, f.next_poll_at
      from feeds f join hosts h on h.host = f.host
      where f.priority > 0 and ${DUE} and h.next_request_at <= now() and (h.penalty_until is null or h.penalty_until <= now())
        and f.host <> all ($3::text[])
      order by f.next_poll_at limit 500)
     union all
     (select f.id, f.host, f.priority, f.next_poll_at
      from feeds f join hosts h on h.host = f.host
      where f.priority = 0 and ${DUE} and h.next_request_at <= now() and (h.penalty_until is null or h.penalty_until <= now())
        and f.host <> all ($3::text[])
      order by f.next_poll_at limit 2000)
   ), picked as (
     select id from (
       select distinct on (host) id, priority, next_poll_at from due order by host, priority desc, next_poll_at
     ) first order by priority desc, next_poll_at limit $2
   ), locked as (
     select f.id, f.host from feeds f where f.id in (select id from picked) and ${DUE}
     order by f.id for no key update skip locked
   ), taken as (
     update hosts h set next_request_at = now() + make_interval(secs => $4)
     from (select host from hosts where host in (select host from locked) and next_request_at <= now()
           order by host for no key update skip locked) free
     where h.host = free.host
     returning h.host
   )
   update feeds f set claimed_by = $1, claimed_until = now() + make_interval(secs => $4)
   from locked l join taken t on t.host = l.host
   where f.id = l.id
   returning ${FEED_COLUMNS}`,
);

/** Claims due feeds, one a host, of hosts that may be asked now and are not among `openHosts`. */
export function claimSpaced(
  db: Queryable,
  claim: { worker: string; limit: number; openHosts: string[]; leaseSeconds: number },
): Promise<Feed[]> {
  return db.all(claimSpacedStatement, [claim.worker, claim.limit, claim.openHosts, claim.leaseSeconds]);
}

// Without a name it is planned for its hosts each time, which takes a millisecond: a plan for any hosts sorts all due
// feeds of a large one on every look (45,000 rows read for 64).
const claimOpenedStatement = statement<Feed>(
  '',
  `with due as (
     (select f.id from feeds f join hosts h on h.host = f.host
      where f.host = any ($3::text[]) and f.priority > 0 and ${DUE} and (h.penalty_until is null or h.penalty_until <= now())
      order by f.next_poll_at limit $2)
     union all
     (select f.id from feeds f join hosts h on h.host = f.host
      where f.host = any ($3::text[]) and f.priority = 0 and ${DUE} and (h.penalty_until is null or h.penalty_until <= now())
      order by f.next_poll_at limit $2)
     limit $2
   ), locked as (
     select f.id from feeds f where f.id in (select id from due) and ${DUE} order by f.id for no key update skip locked
   )
   update feeds f set claimed_by = $1, claimed_until = now() + make_interval(secs => $4)
   from locked l where f.id = l.id
   returning ${FEED_COLUMNS}`,
);

/** Claims due feeds of the operator's own hosts, any number a host. */
export function claimOpened(
  db: Queryable,
  claim: { worker: string; limit: number; openHosts: string[]; leaseSeconds: number },
): Promise<Feed[]> {
  return db.all(claimOpenedStatement, [claim.worker, claim.limit, claim.openHosts, claim.leaseSeconds]);
}

const unclaimStatement = statement(
  'unclaim',
  `with freed as (
     update feeds set claimed_by = null, claimed_until = null where claimed_by = $1 and id = any ($2::integer[])
     returning host
   )
   update hosts h set next_request_at = least(h.next_request_at, now() + make_interval(secs => $3))
   from (select distinct host from freed) f where h.host = f.host`,
);

/** Gives feeds back unpolled. */
export function unclaim(db: Queryable, worker: string, feedIds: number[], spacingSeconds: number): Promise<number> {
  return db.run(unclaimStatement, [worker, feedIds, spacingSeconds]);
}

const claimantsStatement = statement<{ worker: string; until: Date }>(
  'claimants',
  `select claimed_by as worker, max(claimed_until) as until from feeds
   where claimed_until > now() and claimed_by is not null group by claimed_by`,
);
const releaseStatement = statement(
  'release-claimants',
  `with freed as (
     update feeds set claimed_by = null, claimed_until = null where claimed_by = any ($1::text[]) returning host
   )
   update hosts h set next_request_at = least(h.next_request_at, now() + make_interval(secs => $2))
   from (select distinct host from freed) f where h.host = f.host`,
);

/** The workers that hold feeds just now, and until when. */
export function claimants(db: Queryable): Promise<{ worker: string; until: Date }[]> {
  return db.all(claimantsStatement);
}

/** Gives back everything that these workers hold. */
export async function releaseClaimants(db: Queryable, workers: string[], spacingSeconds: number): Promise<void> {
  if (workers.length > 0) await db.run(releaseStatement, [workers, spacingSeconds]);
}

const nextDueStatement = statement<{ dueInSeconds: number | null; isBlocked: boolean }>(
  'next-due',
  `select extract(epoch from min(next_poll_at) - now())::float8 as "dueInSeconds",
     exists (select from feeds f join hosts h on h.host = f.host
       where f.subscriber_count > 0 and f.next_poll_at <= now() and f.claimed_until is null
         and (h.penalty_until is null or h.penalty_until <= now())) as "isBlocked"
   from feeds where subscriber_count > 0 and next_poll_at > now()`,
);

/** Seconds until the next feed falls due (null if none will), and whether due feeds wait only for their host's spacing. */
export async function nextDue(db: Queryable): Promise<{ dueInSeconds: number | null; isBlocked: boolean }> {
  return (await db.one(nextDueStatement)) ?? { dueInSeconds: null, isBlocked: false };
}

const queueStatement = statement<{ due: number; oldestDueSeconds: number }>(
  'queue-depth',
  `select count(*)::integer as due, coalesce(extract(epoch from now() - min(next_poll_at)), 0)::float8 as "oldestDueSeconds"
   from feeds where subscriber_count > 0 and next_poll_at <= now()`,
);

/** How many feeds are due and for how long the oldest has been. */
export async function queueDepth(db: Queryable): Promise<{ due: number; oldestDueSeconds: number }> {
  return (await db.one(queueStatement)) ?? { due: 0, oldestDueSeconds: 0 };
}
