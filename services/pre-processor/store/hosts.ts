import { type Queryable, statement } from '@alt/database';

export interface HostRelease {
  host: string;
  /** Seconds to leave it alone: the spacing. */
  spacing_seconds: number;
  /** After a 429 or 503: what its Retry-After asks for, 0 if nothing. Null clears the penalty. */
  penalty_seconds: number | null;
  penalty_code: string | null;
}

// A penalty without a time doubles from five minutes to a day. It puts off the other feeds of the host too, spread by
// a second each, so that "next poll" is true for them.
const releaseHostsStatement = statement(
  'release-hosts',
  `with released as (
     update hosts h set next_request_at = now() + make_interval(secs => r.spacing_seconds),
       penalty_count = case when r.penalty_seconds is null then 0 else h.penalty_count + 1 end,
       penalty_code = r.penalty_code,
       penalty_until = case when r.penalty_seconds is null then null
         when r.penalty_seconds > 0 then now() + make_interval(secs => least(r.penalty_seconds, 604800))
         else now() + make_interval(secs => least(300 * 2.0 ^ least(h.penalty_count, 20), 86400)) end
     from (select distinct on (host) * from json_to_recordset($1::json) as x
             (host text, spacing_seconds float8, penalty_seconds float8, penalty_code text)
           order by host, penalty_seconds desc nulls last) r
     where h.host = r.host and (h.next_request_at > now() or h.penalty_count > 0 or r.penalty_seconds is not null)
     returning h.host, h.penalty_until
   ), delayed as (
     select f.id, f.host, r.penalty_until
     from released r join feeds f on f.host = r.host
     where r.penalty_until is not null and f.next_poll_at < r.penalty_until and f.claimed_until is null
     order by f.id for no key update of f skip locked
   ), placed as (
     select id, penalty_until, row_number() over (partition by host order by id) as place from delayed
   )
   update feeds f set next_poll_at = d.penalty_until + make_interval(secs => d.place)
   from placed d where f.id = d.id`,
);

/** Lets hosts be asked again, after the spacing or the penalty. */
export function releaseHosts(db: Queryable, releases: HostRelease[]): Promise<number> {
  return db.run(releaseHostsStatement, [JSON.stringify(releases)]);
}

const takeHostStatement = statement<{ waitSeconds: number; penaltySeconds: number }>(
  'take-host',
  `with free as (
     insert into hosts as h (host, next_request_at) values ($1, now() + make_interval(secs => $2))
     on conflict (host) do update set next_request_at = excluded.next_request_at
       where h.next_request_at <= now() and (h.penalty_until is null or h.penalty_until <= now())
     returning host
   )
   select case when exists (select from free) then 0
       else greatest(0.05, extract(epoch from h.next_request_at - now()))::float8 end as "waitSeconds",
     case when exists (select from free) then 0
       else greatest(0, coalesce(extract(epoch from h.penalty_until - now()), 0))::float8 end as "penaltySeconds"
   from (select 1) one left join hosts h on h.host = $1`,
);

/** Takes a host for one request. Answers 0 and 0, or how long it is taken and how long it wants to be left alone. */
export async function takeHost(
  db: Queryable,
  host: string,
  leaseSeconds: number,
): Promise<{ waitSeconds: number; penaltySeconds: number }> {
  return (await db.one(takeHostStatement, [host, leaseSeconds])) ?? { waitSeconds: 1, penaltySeconds: 0 };
}

const penaltyStatement = statement<{ seconds: number }>(
  'host-penalty',
  `select extract(epoch from penalty_until - now())::float8 as seconds from hosts where host = $1 and penalty_until > now()`,
);

/** For how long a host still wants to be left alone, in seconds. */
export async function penaltySeconds(db: Queryable, host: string): Promise<number> {
  return (await db.one(penaltyStatement, [host]))?.seconds ?? 0;
}
