import { type Database, statement } from '@alt/database';
import { type Finding, remark, well } from '../doctor/finding.ts';
import { counted, duration } from '../wording.ts';

/** Work that is due for longer than this is late; a start, or a thousand new feeds, may take as long. */
const LATE_SECONDS = 900;

/** What a stage is for, and who works it. */
const STAGES: Record<string, { work: string; service: string }> = {
  extract: { work: 'the full text', service: 'pre-processor' },
  cluster: { work: 'the search for others that tell the same', service: 'pre-processor' },
  summarise: { work: 'a summary', service: 'pre-processor' },
  tag: { work: 'tags', service: 'tag-generator' },
  refine: { work: 'better tags by a model', service: 'tag-generator' },
  index: { work: 'the search index', service: 'search-indexer' },
};

interface StageRow {
  stage: string;
  due: number;
  oldestSeconds: number;
  parked: number;
  reason: string | null;
}

const selectStages = statement<StageRow>(
  'status_stages',
  `select stage, count(*) filter (where is_due)::integer as due,
     coalesce(max(extract(epoch from now() - next_attempt_at)) filter (where is_due), 0)::float8 as "oldestSeconds",
     count(*) filter (where state = 'parked')::integer as parked,
     mode() within group (order by error) filter (where state = 'parked') as reason
   from (
     select stage, state, error, next_attempt_at,
       state = 'waiting' and next_attempt_at <= now() or state = 'claimed' and claimed_until < now() as is_due
     from article_stages where state <> 'done'
   ) unfinished
   group by stage order by stage`,
);

/** Whether the work on articles keeps up, and what was given up. */
export async function checkStages(alt: Database): Promise<Finding[]> {
  const rows = await alt.all(selectStages);
  const late = rows.filter(({ oldestSeconds }) => oldestSeconds > LATE_SECONDS);
  const due = rows.reduce((sum, row) => sum + row.due, 0);
  const first = due === 0 ? 'No article waits for work.' : `${counted(due, 'piece')} of work on articles wait.`;
  return [
    ...(late.length === 0 ? [well(first)] : late.map(lateSentence)),
    ...rows.filter(({ parked }) => parked > 0).map(parkedSentence),
  ];
}

function lateSentence({ stage, due, oldestSeconds }: StageRow): Finding {
  const { work, service } = STAGES[stage] ?? { work: stage, service: 'its service' };
  return remark(
    `${counted(due, 'article waits', 'articles wait')} for ${work}, the longest for ${duration(oldestSeconds)}. ` +
      `${service} works on it: look at what it prints, or at "npm run alt -- logs --service ${service}".`,
  );
}

/** Pages that do not answer are given up every day; that is no fault of Alt, but worth a sentence. */
function parkedSentence({ stage, parked, reason }: StageRow): Finding {
  const { work } = STAGES[stage] ?? { work: stage };
  const why = reason ? `, most often because: ${reason.split('\n')[0]?.slice(0, 200)}` : '';
  const sentence = `${counted(parked, 'article')} did not get ${work}${why}`;
  return stage === 'extract' ? well(`${sentence}.`) : remark(`${sentence}.`);
}

const selectTags = statement<{ count: number; oldestSeconds: number; error: string | null }>(
  'status_tags',
  `select count(*)::integer as count, max(error) as error,
     coalesce(extract(epoch from now() - min(next_attempt_at)), 0)::float8 as "oldestSeconds"
   from tag_requests`,
);

/** Whether tags that were changed are given to articles in time. */
export async function checkTags(alt: Database): Promise<Finding[]> {
  const tags = await alt.one(selectTags);
  if (!tags || tags.oldestSeconds <= LATE_SECONDS) return [];
  return [
    remark(
      `${counted(tags.count, 'request')} for tags wait, the oldest for ${duration(tags.oldestSeconds)}` +
        `${tags.error ? `, because: ${tags.error}` : ''}. tag-generator works on them: look at what it prints.`,
    ),
  ];
}

const selectSearch = statement<{ isComplete: boolean; seconds: number }>(
  'status_search',
  `select coalesce(bool_or(completed_at is not null), false) as "isComplete",
     coalesce(extract(epoch from now() - min(created_at)), 0)::float8 as seconds
   from search_indexes where left_at is null`,
);

/** Whether search finds everything. */
export async function checkSearch(alt: Database): Promise<Finding[]> {
  const search = await alt.one(selectSearch);
  if (search?.isComplete) return [well('Search finds every article.')];
  if (!search || search.seconds < LATE_SECONDS) return [well('The search index is being built.')];
  return [
    remark(
      `The search index is being built for ${duration(search.seconds)}; until it is, search says that it is not complete.`,
    ),
  ];
}
