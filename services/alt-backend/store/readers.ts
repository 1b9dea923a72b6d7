import { defaultSettings, Problem, type Settings } from '@alt/contracts';
import { type Database, type Queryable, statement } from '@alt/database';
import type { Reader } from '@alt/service-kit';

const KNOWN_MAXIMUM = 10_000;
/** A suspension holds at the latest so long after it arrived; as long as an identity is kept. */
const KNOWN_MS = 5_000;

/** Work in the name of a reader: `tx` shows only what is theirs; `readerId` is their number in `alt`. */
export type AsReader = <T>(
  reader: Reader,
  work: (tx: Queryable, readerId: number) => Promise<T>,
  options?: { isReadOnly?: boolean; retry?: boolean },
) => Promise<T>;

const ensureReader = statement<{ id: number; isSuspended: boolean }>(
  'reader_ensure',
  `select ensure_reader() as id,
     exists (select from tenants where id = current_tenant_id() and suspended_at is not null) as "isSuspended"`,
);

/**
 * Runs work as a reader, whose row is made at first sight from the verified token. Refuses a suspended tenant. `forget`: how a
 * tenant stands has changed.
 */
export function createAsReader(database: Database): AsReader & { forget(): void } {
  const known = new Map<string, { id: number; isSuspended: boolean; until: number }>();
  const asReader: AsReader = async (reader, work, options) => {
    const key = `${reader.userId}/${reader.tenantId}`;
    let present = known.get(key);
    if (present === undefined || Date.now() > present.until) {
      const row = await database.asReader(reader, (tx) => tx.one(ensureReader));
      if (!row) throw new Error('ensure_reader gave no row');
      if (known.size >= KNOWN_MAXIMUM) known.clear();
      present = { ...row, until: Date.now() + KNOWN_MS };
      known.set(key, present);
    }
    if (present.isSuspended) {
      throw new Problem(
        'tenant-suspended',
        'This account is suspended here. Ask whoever runs this Alt; nothing is lost.',
      );
    }
    const { id } = present;
    return database.asReader(reader, (tx) => work(tx, id), options);
  };
  return Object.assign(asReader, { forget: () => known.clear() });
}

const selectSettings = statement<{ settings: Partial<Settings>; version: number }>(
  'reader_settings',
  'select settings, settings_version as version from readers where id = $1',
);

/** The reader's settings, completed by the defaults. */
export async function readSettings(tx: Queryable, readerId: number): Promise<Settings> {
  const row = await tx.one(selectSettings, [readerId]);
  return { ...defaultSettings, ...row?.settings, version: row?.version ?? 1 };
}

const updateSettings = statement(
  'reader_settings_update',
  `update readers set settings = settings || $2, settings_version = settings_version + 1
   where id = $1 and ($3::int is null or settings_version = $3)`,
);

/** Merges a change into the settings; false if `version` is given and not the present one. */
export async function writeSettings(
  tx: Queryable,
  readerId: number,
  change: Partial<Settings>,
  version: number | null,
): Promise<boolean> {
  return (await tx.run(updateSettings, [readerId, JSON.stringify(change), version])) === 1;
}

const selectStats = statement<{
  subscriptions: number;
  failing: number;
  entries: number;
  unread: number;
  starred: number;
  received: number;
  read: number;
}>(
  'reader_stats',
  `select
     (select count(*) from subscriptions where reader_id = $1) as subscriptions,
     (select count(*) from subscriptions s join feeds f on f.id = s.feed_id
       where s.reader_id = $1 and f.state in ('failing', 'gone')) as failing,
     (select count(*) from (select from entries where reader_id = $1 and is_listed and feed_id > 0 limit 100000) x) as entries,
     (select coalesce(sum(unread), 0)::int from counters where reader_id = $1) as unread,
     (select starred_count from readers where id = $1) as starred,
     (select count(*) from (select from entries where reader_id = $1 and is_listed and feed_id > 0
       and sort_at > now() - interval '7 days' limit 100000) x) as received,
     (select count(*) from (select read_at from entries where reader_id = $1 order by revision desc limit 20000) x
       where read_at > now() - interval '7 days') as read`,
);

export async function readStats(tx: Queryable, readerId: number) {
  const row = await tx.one(selectStats, [readerId]);
  if (!row) throw new Error('no statistics');
  return row;
}
