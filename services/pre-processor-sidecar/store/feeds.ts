import { type Queryable, statement } from '@alt/database';

export interface StreamRow {
  stream: string;
  feedId: number | null;
  isAgreed: boolean;
  agreedLocalTitle: string | null;
  agreedRemoteTitle: string | null;
  agreedFolders: string[];
  isRemote: boolean;
  remoteTitle: string | null;
  remoteFolders: string[];
  isApart: boolean;
}

const selectStreams = statement<StreamRow>(
  'inoreader_streams',
  `select stream, feed_id as "feedId", is_agreed as "isAgreed", agreed_local_title as "agreedLocalTitle",
     agreed_remote_title as "agreedRemoteTitle", agreed_folders as "agreedFolders", is_remote as "isRemote",
     remote_title as "remoteTitle", remote_folders as "remoteFolders", is_apart as "isApart"
   from inoreader_subscriptions where connection_id = $1 order by stream`,
);

export function readStreams(tx: Queryable, id: number): Promise<StreamRow[]> {
  return tx.all(selectStreams, [id]);
}

export interface RemoteFeed {
  stream: string;
  title: string | null;
  folders: string[];
}

const upsertRemote = statement(
  'inoreader_streams_remote',
  `insert into inoreader_subscriptions (connection_id, stream, is_remote, remote_title, remote_folders)
   select $1, w.stream, true, w.title, array(select jsonb_array_elements_text(w.folders) order by 1)
   from jsonb_to_recordset($2) as w (stream text, title text, folders jsonb)
   on conflict (connection_id, stream) do update set is_remote = true, is_apart = false, remote_title = excluded.remote_title,
     remote_folders = excluded.remote_folders`,
);
const clearRemote = statement(
  'inoreader_streams_gone',
  `update inoreader_subscriptions set is_remote = false where connection_id = $1 and is_remote and stream <> all($2::text[])`,
);

/** Inoreader told its whole list of subscriptions. */
export async function setRemoteFeeds(tx: Queryable, id: number, feeds: RemoteFeed[]): Promise<void> {
  await tx.run(upsertRemote, [id, JSON.stringify(feeds)]);
  await tx.run(clearRemote, [id, feeds.map(({ stream }) => stream)]);
}

const setOneRemote = statement(
  'inoreader_stream_remote',
  `insert into inoreader_subscriptions (connection_id, stream, feed_id, is_remote, remote_title, remote_folders)
     values ($1, $2, $3, true, $4, $5)
   on conflict (connection_id, stream) do update set feed_id = excluded.feed_id, is_remote = true, is_apart = false,
     remote_title = excluded.remote_title, remote_folders = excluded.remote_folders`,
);
const unsetOneRemote = statement(
  'inoreader_stream_unset',
  'update inoreader_subscriptions set is_remote = false where connection_id = $1 and stream = $2',
);

/** Inoreader said that it follows a feed so, or, for null, no longer. */
export async function setRemoteFeed(
  tx: Queryable,
  id: number,
  stream: string,
  feedId: number | null,
  feed: Omit<RemoteFeed, 'stream'> | null,
): Promise<void> {
  if (feed === null) await tx.run(unsetOneRemote, [id, stream]);
  else await tx.run(setOneRemote, [id, stream, feedId, feed.title, feed.folders]);
}

const updateAgreed = statement(
  'inoreader_stream_agreed',
  `update inoreader_subscriptions set feed_id = $3, is_agreed = true, agreed_local_title = $4, agreed_remote_title = $5,
     agreed_folders = $6, is_apart = false
   where connection_id = $1 and stream = $2`,
);

export interface Agreed {
  stream: string;
  feedId: number;
  localTitle: string | null;
  remoteTitle: string | null;
  folders: string[];
}

export async function setAgreed(tx: Queryable, id: number, agreed: Agreed): Promise<void> {
  const { stream, feedId, localTitle, remoteTitle, folders } = agreed;
  await tx.run(updateAgreed, [id, stream, feedId, localTitle, remoteTitle, folders]);
}

const deleteStream = statement(
  'inoreader_stream_forget',
  'delete from inoreader_subscriptions where connection_id = $1 and stream = $2 and not is_remote',
);
const setApart = statement(
  'inoreader_stream_apart',
  'update inoreader_subscriptions set is_agreed = false, is_apart = true where connection_id = $1 and stream = $2',
);
const setUnreachable = statement(
  'inoreader_stream_refused',
  `insert into inoreader_subscriptions (connection_id, stream, feed_id, is_apart) values ($1, $2, $3, true)
   on conflict (connection_id, stream) do update set is_apart = true, feed_id = excluded.feed_id`,
);

/** Neither side has it any more. */
export async function forgetStream(tx: Queryable, id: number, stream: string): Promise<void> {
  await tx.run(deleteStream, [id, stream]);
}

/** It stays here although it went there. */
export async function keepApart(tx: Queryable, id: number, stream: string): Promise<void> {
  await tx.run(setApart, [id, stream]);
}

/** Inoreader does not take this feed; it is not asked again. */
export async function refuseStream(tx: Queryable, id: number, stream: string, feedId: number): Promise<void> {
  await tx.run(setUnreachable, [id, stream, feedId]);
}

export interface LocalFeed {
  subscriptionId: number;
  feedId: number;
  url: string;
  title: string | null;
  /** Only this tenant sees it: its address may hold a secret, which stays here. */
  isPrivate: boolean;
  /** Lies in a folder that the tenant shares. */
  isInShared: boolean;
  folderIds: number[];
}

const selectLocal = statement<LocalFeed>(
  'inoreader_local_feeds',
  `select s.id as "subscriptionId", s.feed_id as "feedId", f.url, s.title, f.tenant_id is not null as "isPrivate",
     exists (select from subscription_folders p join folders d on d.id = p.folder_id
       where p.subscription_id = s.id and d.owner_id is null) as "isInShared",
     array(select p.folder_id from subscription_folders p join folders d on d.id = p.folder_id
       where p.subscription_id = s.id and d.owner_id = $1 order by 1) as "folderIds"
   from subscriptions s join feeds f on f.id = s.feed_id
   where s.reader_id = $1 and not s.is_shared order by s.id`,
);

/** What the reader follows themselves, with their own folders. */
export function localFeeds(tx: Queryable, readerId: number): Promise<LocalFeed[]> {
  return tx.all(selectLocal, [readerId]);
}

export interface OwnFolder {
  id: number;
  name: string;
  parentId: number | null;
}

const selectFolders = statement<OwnFolder>(
  'inoreader_folders',
  'select id, name, parent_id as "parentId" from folders where owner_id = $1 order by id',
);
const insertFolder = statement<{ id: number }>(
  'inoreader_folder',
  `insert into folders (tenant_id, owner_id, created_by, name) values (current_tenant_id(), $1, $1, $2)
   on conflict on constraint folders_name_key do nothing returning id`,
);

export function ownFolders(tx: Queryable, readerId: number): Promise<OwnFolder[]> {
  return tx.all(selectFolders, [readerId]);
}

/** A folder of the reader's at the top; null if another one of that name came in between. */
export async function makeFolder(tx: Queryable, readerId: number, name: string): Promise<number | null> {
  return (await tx.one(insertFolder, [readerId, name]))?.id ?? null;
}

const callEnsureFeed = statement<{ id: number }>(
  'inoreader_ensure_feed',
  `select ensure_feed($1, $2, case when $3 then current_tenant_id() end, $4) as id`,
);

export interface FeedAddress {
  url: string;
  host: string;
  isPrivate: boolean;
  credential: string | null;
}

export async function ensureFeed(tx: Queryable, feed: FeedAddress): Promise<number> {
  const row = await tx.one(callEnsureFeed, [feed.url, feed.host, feed.isPrivate, feed.credential]);
  if (!row) throw new Error('ensure_feed gave no row');
  return row.id;
}

const updateFeedId = statement(
  'inoreader_stream_feed',
  'update inoreader_subscriptions set feed_id = $3 where connection_id = $1 and stream = $2',
);

export async function setFeedId(tx: Queryable, id: number, stream: string, feedId: number): Promise<void> {
  await tx.run(updateFeedId, [id, stream, feedId]);
}

const callSubscribe = statement<{ feedId: number; subscriptionId: number }>(
  'inoreader_subscribe',
  'select feed_id as "feedId", subscription_id as "subscriptionId" from subscribe($1::int[], $2::text[])',
);
const callUnsubscribe = statement('inoreader_unsubscribe', 'select unsubscribe($1)');
const updateTitle = statement(
  'inoreader_title',
  'update subscriptions set title = $3 where reader_id = $1 and id = $2',
);
const raiseStructure = statement('inoreader_structure', 'select begin_structure_change()');
const insertPlacement = statement(
  'inoreader_place',
  `insert into subscription_folders (reader_id, subscription_id, folder_id)
   select $1, $2, w from unnest($3::int[]) w on conflict do nothing`,
);
const deletePlacement = statement(
  'inoreader_unplace',
  `delete from subscription_folders where reader_id = $1 and subscription_id = $2 and folder_id = any($3::int[])`,
);

export function subscribe(tx: Queryable, feedIds: number[], titles: (string | null)[]) {
  return tx.all(callSubscribe, [feedIds, titles]);
}

export async function unsubscribe(tx: Queryable, subscriptionId: number): Promise<void> {
  await tx.run(callUnsubscribe, [subscriptionId]);
}

/** To be called before titles or folders change: other clients of the reader hear of it, and their row is held. */
export async function beginStructureChange(tx: Queryable): Promise<void> {
  await tx.run(raiseStructure);
}

export async function setTitle(tx: Queryable, readerId: number, id: number, title: string | null): Promise<void> {
  await tx.run(updateTitle, [readerId, id, title]);
}

export async function place(
  tx: Queryable,
  readerId: number,
  id: number,
  added: number[],
  removed: number[],
): Promise<void> {
  await tx.run(insertPlacement, [readerId, id, added]);
  await tx.run(deletePlacement, [readerId, id, removed]);
}
