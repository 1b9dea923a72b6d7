import { type Queryable, statement } from '@alt/database';

export interface HubSubscription {
  id: string;
  feedId: number;
  hubUrl: string;
  topicUrl: string;
  secret: string;
  state: 'wanted' | 'asked' | 'active' | 'refused';
}

const COLUMNS = `w.id, w.feed_id as "feedId", w.hub_url as "hubUrl", w.topic_url as "topicUrl", w.secret, w.state`;

// Marked as asked before the hub is, because some hubs verify before they answer. Who is not verified is asked again
// later, after an hour, two, four, … at most a day.
const claimHubsStatement = statement<HubSubscription>(
  'claim-hubs',
  `with due as (
     select w.id from websub_subscriptions w join feeds f on f.id = w.feed_id and f.subscriber_count > 0
     where w.next_attempt_at <= now() order by w.next_attempt_at limit $1 for update of w skip locked
   )
   update websub_subscriptions w set state = case when w.state = 'active' and w.lease_until > now() then 'active' else 'asked' end,
     attempts = w.attempts + 1,
     next_attempt_at = now() + make_interval(secs => least(3600 * 2.0 ^ least(w.attempts, 10), 86400))
   from due where w.id = due.id
   returning ${COLUMNS}`,
);

/** Subscriptions that are wanted or end soon; each is put off, so that nobody else asks too. */
export function claimHubs(db: Queryable, limit: number): Promise<HubSubscription[]> {
  return db.all(claimHubsStatement, [limit]);
}

const findHubStatement = statement<HubSubscription>(
  'find-hub',
  `select ${COLUMNS} from websub_subscriptions w where w.id = $1`,
);

export function findHub(db: Queryable, id: string): Promise<HubSubscription | null> {
  return db.one(findHubStatement, [id]);
}

const activateHubStatement = statement(
  'activate-hub',
  `update websub_subscriptions set state = 'active', lease_until = now() + make_interval(secs => $2),
     next_attempt_at = now() + make_interval(secs => $3), attempts = 0, error = null
   where id = $1`,
);

export async function activateHub(
  db: Queryable,
  id: string,
  { leaseSeconds, renewSeconds }: { leaseSeconds: number; renewSeconds: number },
): Promise<void> {
  await db.run(activateHubStatement, [id, leaseSeconds, renewSeconds]);
}

const refuseHubStatement = statement(
  'refuse-hub',
  `update websub_subscriptions set state = 'refused', lease_until = null, error = left($2, 500),
     next_attempt_at = now() + interval '30 days'
   where id = $1`,
);

export async function refuseHub(db: Queryable, id: string, reason: string): Promise<void> {
  await db.run(refuseHubStatement, [id, reason]);
}

const failHubStatement = statement('fail-hub', 'update websub_subscriptions set error = left($2, 500) where id = $1');

export async function failHub(db: Queryable, id: string, reason: string): Promise<void> {
  await db.run(failHubStatement, [id, reason]);
}

const notePushStatement = statement('note-push', 'update websub_subscriptions set last_push_at = now() where id = $1');

export async function notePush(db: Queryable, id: string): Promise<void> {
  await db.run(notePushStatement, [id]);
}
