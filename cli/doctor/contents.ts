import { type Database, statement } from '@alt/database';
import { counted, duration } from '../wording.ts';
import { type Finding, fault, remark, well } from './finding.ts';

const selectMiscounted = statement<{ readers: number; counters: number }>(
  'doctor_miscounted',
  'select count(distinct reader_id)::integer as readers, count(*)::integer as counters from miscounted()',
);

/** Whether the kept counters equal what is counted anew. */
export async function checkCounters(alt: Database): Promise<Finding[]> {
  const { counters, readers } = (await alt.one(selectMiscounted)) ?? { counters: 0, readers: 0 };
  if (counters === 0) return [well('All counters equal a recount.')];
  return [
    fault(
      `${counted(counters, 'counter')} of ${counted(readers, 'reader')} differ from a recount. ` +
        'This is a mistake of Alt: please report it. "npm run alt -- doctor --recount" sets them right.',
    ),
  ];
}

// Readers first, ascending, as everybody who changes entries does; then nothing can change while it is counted. A new
// revision tells clients that are connected.
const lockReaders = statement(
  'doctor_lock_readers',
  `select from readers where id in (select reader_id from miscounted()) order by id for update`,
);
const setUnread = statement(
  'doctor_set_unread',
  `update counters c set unread = m.counted from miscounted() m
   where m.feed_id is not null and c.reader_id = m.reader_id and c.feed_id = m.feed_id`,
);
const setStarred = statement(
  'doctor_set_starred',
  `update readers r set starred_count = m.counted from miscounted() m where m.feed_id is null and r.id = m.reader_id`,
);
const tellReaders = statement(
  'doctor_tell_readers',
  `update readers set revision = revision + 1, structure_revision = revision + 1 where id = any ($1::integer[])`,
);
const selectReaders = statement<{ id: number }>(
  'doctor_miscounted_readers',
  'select distinct reader_id as id from miscounted() order by 1',
);

/** Sets the counters to what is counted anew. */
export async function recount(alt: Database): Promise<Finding[]> {
  const changed = await alt.transaction(async (tx) => {
    await tx.run(lockReaders);
    const readers = (await tx.all(selectReaders)).map(({ id }) => id);
    const unread = await tx.run(setUnread);
    const starred = await tx.run(setStarred);
    if (readers.length > 0) await tx.run(tellReaders, [readers]);
    return unread + starred;
  });
  return [well(changed === 0 ? 'All counters equal a recount.' : `${counted(changed, 'counter')} set to a recount.`)];
}

const OVERDUE_SECONDS = 600;

const selectFeeds = statement<{
  followed: number;
  failing: number;
  gone: number;
  heldBack: number;
  overdue: number;
  oldestSeconds: number;
  quietSeconds: number | null;
}>(
  'doctor_feeds',
  `select count(*)::integer as followed,
     count(*) filter (where state = 'failing')::integer as failing,
     count(*) filter (where state = 'gone')::integer as gone,
     count(*) filter (where is_held_back)::integer as "heldBack",
     count(*) filter (where is_overdue)::integer as overdue,
     coalesce(max(extract(epoch from now() - next_poll_at)) filter (where is_overdue), 0)::float8 as "oldestSeconds",
     extract(epoch from now() - max(last_polled_at))::float8 as "quietSeconds"
   from (
     select f.state, f.next_poll_at, f.last_polled_at, coalesce(h.penalty_until > now(), false) as is_held_back,
       f.next_poll_at < now() - make_interval(secs => $1) and coalesce(h.penalty_until <= now(), true)
         and coalesce(f.claimed_until < now(), true) as is_overdue
     from feeds f left join hosts h on h.host = f.host where f.subscriber_count > 0
   ) followed`,
);

/** Whether feeds are fetched when they are due, and how many fail. */
export async function checkFeeds(alt: Database, isServing: boolean): Promise<Finding[]> {
  const feeds = await alt.one(selectFeeds, [OVERDUE_SECONDS]);
  if (!feeds || feeds.followed === 0) return [well('No feed is followed yet.')];
  const broken = feeds.failing + feeds.gone;
  const state = `${counted(feeds.followed, 'feed')}, ${feeds.failing} failing, ${feeds.gone} gone`;
  const hint = broken > 0 ? ' ("npm run alt -- feed list" shows them)' : '';
  const findings = [
    broken === feeds.followed && broken > 2
      ? remark(`${state}: all of them fail, so this machine may have no way to the internet. Check network and DNS.`)
      : well(`${state}${hint}.`),
  ];
  if (feeds.heldBack > 0) {
    findings.push(well(`${counted(feeds.heldBack, 'feed')} wait because their hosts asked Alt to slow down.`));
  }
  return [...findings, ...overdueFindings(feeds, isServing)];
}

function overdueFindings(
  feeds: { overdue: number; oldestSeconds: number; quietSeconds: number | null },
  isServing: boolean,
): Finding[] {
  if (!isServing) return [];
  if (feeds.overdue === 0) return [well('No feed is overdue.')];
  const overdue = `${counted(feeds.overdue, 'feed')} overdue, the longest by ${duration(feeds.oldestSeconds)}`;
  const quietSeconds = feeds.quietSeconds ?? Number.POSITIVE_INFINITY;
  if (quietSeconds < OVERDUE_SECONDS) return [remark(`${overdue}. Feeds are being fetched, so Alt is catching up.`)];
  const quiet = Number.isFinite(quietSeconds)
    ? `nothing was fetched for ${duration(quietSeconds)}`
    : 'nothing was ever fetched';
  return [
    fault(`${overdue}, and ${quiet}: the scheduler stands still. Restart Alt, and report it with what it printed.`),
  ];
}
