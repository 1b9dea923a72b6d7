import { type Queryable, statement } from '@alt/database';

/** One article at one stage, taken by one worker for a while. */
export interface StageItem {
  articleId: number;
  stage: string;
  /** What the work is about; if it changes meanwhile, the work was about something else. */
  contentHash: Buffer;
  /** Tries before this one that failed. */
  attempts: number;
  priority: number;
  /** The trace in which it came to the stage, as a `traceparent`; null where nothing was traced. */
  trace: string | null;
}

// The inner limit tells the planner that few are wanted: with `limit $3` alone it expects a tenth of all and sorts them
// (100,000 rows read for eight). No more rows are locked for it: the outer limit stops asking.
const claimStatement = statement<StageItem>(
  'stage-claim',
  `with due as (
     select article_id from (
       select article_id from article_stages
       where stage = $1 and state in ('waiting', 'claimed') and next_attempt_at <= now()
         and (state = 'waiting' or claimed_until < now()) and article_id <> all ($5::bigint[])
       order by priority desc, next_attempt_at limit 1000 for update skip locked
     ) first limit $3
   )
   update article_stages s set state = 'claimed', claimed_by = $2, claimed_until = now() + make_interval(secs => $4)
   from due where s.article_id = due.article_id and s.stage = $1
   returning s.article_id as "articleId", s.stage, s.content_hash as "contentHash", s.attempts, s.priority, s.trace`,
);

/**
 * Takes up to `limit` (≤ 1,000) articles that wait for a stage, those that a reader waits for first. `running` are those
 * that this worker is at: one that changed meanwhile waits again, and is taken when the work on its old content has ended.
 */
export async function claimStage(
  db: Queryable,
  claim: { stage: string; worker: string; limit: number; leaseSeconds: number; running?: readonly number[] },
): Promise<StageItem[]> {
  const { stage, worker, limit, leaseSeconds, running = [] } = claim;
  const items = await db.all(claimStatement, [stage, worker, limit, leaseSeconds, running]);
  return items.sort((a, b) => b.priority - a.priority || a.articleId - b.articleId);
}

const MINE = `article_id = $1 and stage = $2 and claimed_by = $3 and state = 'claimed'`;

const renewStatement = statement(
  'stage-renew',
  `update article_stages set claimed_until = now() + make_interval(secs => $4)
   where article_id = any ($1::bigint[]) and stage = $2 and claimed_by = $3 and state = 'claimed'`,
);

/** Keeps what this worker still works on. */
export function renewStage(
  db: Queryable,
  claim: { stage: string; worker: string; articleIds: number[]; leaseSeconds: number },
): Promise<number> {
  return db.run(renewStatement, [claim.articleIds, claim.stage, claim.worker, claim.leaseSeconds]);
}

const completeStatement = statement(
  'stage-complete',
  `update article_stages set state = 'done', claimed_by = null, claimed_until = null, error = null
   where ${MINE} and content_hash = $4`,
);

/**
 * Ends the work on an article. False where it is no longer this worker's or the content changed meanwhile: then the
 * result must not be saved. Called in the transaction that saves it.
 */
export async function completeStage(tx: Queryable, item: StageItem, worker: string): Promise<boolean> {
  return (await tx.run(completeStatement, [item.articleId, item.stage, worker, item.contentHash])) > 0;
}

const completeManyStatement = statement<{ articleId: number }>(
  'stage-complete-many',
  `update article_stages s set state = 'done', claimed_by = null, claimed_until = null, error = null
   from unnest($1::bigint[], $4::bytea[]) as g (article_id, content_hash)
   where s.article_id = g.article_id and s.stage = $2 and s.claimed_by = $3 and s.state = 'claimed'
     and s.content_hash = g.content_hash
   returning s.article_id as "articleId"`,
);

/** The same for many at once; answers the ids of those that were this worker's. */
export async function completeStages(
  tx: Queryable,
  items: readonly StageItem[],
  { stage, worker }: { stage: string; worker: string },
): Promise<Set<number>> {
  // In the order in which everybody takes these rows.
  const ordered = items.toSorted((a, b) => a.articleId - b.articleId);
  const ids = ordered.map(({ articleId }) => articleId);
  const hashes = ordered.map(({ contentHash }) => contentHash);
  const rows = await tx.all(completeManyStatement, [ids, stage, worker, hashes]);
  return new Set(rows.map(({ articleId }) => articleId));
}

const failStatement = statement(
  'stage-fail',
  `update article_stages set state = case when $4 then 'parked' else 'waiting' end, attempts = attempts + 1, error = $5,
     claimed_by = null, claimed_until = null, next_attempt_at = now() + make_interval(secs => $6)
   where ${MINE}`,
);

/** Counts a failed try: again later, or parked with its reason. False where the article is no longer this worker's. */
export async function failStage(
  db: Queryable,
  item: StageItem,
  failure: { worker: string; reason: string; isLast: boolean; retrySeconds: number },
): Promise<boolean> {
  const { worker, reason, isLast, retrySeconds } = failure;
  return (await db.run(failStatement, [item.articleId, item.stage, worker, isLast, reason, retrySeconds])) > 0;
}

const postponeStatement = statement(
  'stage-postpone',
  `update article_stages set state = 'waiting', claimed_by = null, claimed_until = null,
     next_attempt_at = now() + make_interval(secs => $4)
   where ${MINE}`,
);

/** Gives an article back for later; it costs no attempt. False where it is no longer this worker's. */
export async function postponeStage(
  db: Queryable,
  item: StageItem,
  { worker, seconds }: { worker: string; seconds: number },
): Promise<boolean> {
  return (await db.run(postponeStatement, [item.articleId, item.stage, worker, seconds])) > 0;
}

// For each priority that there is, the head of the index: what is claimed or due comes first there, then what falls due
// next. More than 500 claimed articles would hide that; who asks looks again in half a minute anyway. Over all rows this
// took 55 ms with 100,000 articles put off, so 3 ms.
const nextStatement = statement<{ seconds: number | null }>(
  'stage-next',
  `with recursive levels as (
     (select priority from article_stages where stage = $1 and state in ('waiting', 'claimed')
      order by priority desc limit 1)
     union all
     select (select s.priority from article_stages s
             where s.stage = $1 and s.state in ('waiting', 'claimed') and s.priority < l.priority
             order by s.priority desc limit 1)
     from levels l where l.priority is not null
   )
   select extract(epoch from min(greatest(s.next_attempt_at, s.claimed_until)) - now())::float8 as seconds
   from levels l cross join lateral (
     select next_attempt_at, claimed_until from article_stages
     where stage = $1 and priority = l.priority and state in ('waiting', 'claimed')
       and article_id <> all ($2::bigint[])
     order by next_attempt_at limit 500
   ) s`,
);

/** Seconds until the next article of a stage but `running` falls due, negative where one waits; null if none will. */
export async function nextStageSeconds(
  db: Queryable,
  stage: string,
  running: readonly number[] = [],
): Promise<number | null> {
  return (await db.one(nextStatement, [stage, running]))?.seconds ?? null;
}
