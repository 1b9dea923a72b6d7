import { type Queryable, statement } from '@alt/database';

export interface ReaderRevisions {
  revision: number;
  structureRevision: number;
  resetRevision: number;
  /** At which a tag was last renamed, merged, hidden, promoted or vetoed. */
  tagsRevision: number;
}

const selectRevisions = statement<ReaderRevisions>(
  'changes_revisions',
  `select revision, structure_revision as "structureRevision", reset_revision as "resetRevision",
     tags_revision as "tagsRevision"
   from readers where id = $1`,
);

export async function readRevisions(tx: Queryable, readerId: number): Promise<ReaderRevisions> {
  return (
    (await tx.one(selectRevisions, [readerId])) ?? {
      revision: 0,
      structureRevision: 0,
      resetRevision: 0,
      tagsRevision: 0,
    }
  );
}

export interface ChangedEntry {
  id: number;
  feedId: number;
  isRead: boolean;
  isStarred: boolean;
  isNew: boolean;
  /** Not where it was folded into another entry, or hidden. */
  isListed: boolean;
  labels: string[];
}

const selectChanged = statement<ChangedEntry>(
  'changes_entries',
  `select e.article_id as id, e.feed_id as "feedId",
     e.is_read or is_covered(e.revision, e.received_at, c.read_through, c.read_before) as "isRead",
     e.is_starred as "isStarred", e.arrival_revision > $2 as "isNew", e.is_listed as "isListed",
     array(select l.name from entry_labels n join labels l on l.id = n.label_id
       where n.article_id = e.article_id and n.reader_id = $1 order by 1) as labels
   from entries e join counters c on c.reader_id = e.reader_id and c.feed_id = e.feed_id
   where e.reader_id = $1 and e.revision > $2 order by e.revision limit $3`,
);

/** Entries that changed after a revision, in the order of their changes. */
export function changedEntries(tx: Queryable, readerId: number, since: number, limit: number): Promise<ChangedEntry[]> {
  return tx.all(selectChanged, [readerId, since, limit]);
}

const selectMarks = statement<{ feedId: number; before: string | null }>(
  'changes_marks',
  `select feed_id as "feedId", case when isfinite(read_before) then to_json(read_before) #>> '{}' end as before
   from counters where reader_id = $1 and read_through > $2`,
);

/** Feeds of which everything was marked read after a revision, and up to which time of receipt (null for all). */
export function markedFeeds(tx: Queryable, readerId: number, since: number) {
  return tx.all(selectMarks, [readerId, since]);
}

const selectRevisionsOf = statement<{ readerId: number; revision: number }>(
  'changes_revisions_of',
  'select reader_id as "readerId", revision from revisions_of($1)',
);

/** The revisions of these readers; asked without a reader, for all event streams of a process at once. */
export function revisionsOf(database: Queryable, readerIds: number[]) {
  return database.all(selectRevisionsOf, [readerIds]);
}
