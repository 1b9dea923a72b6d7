import { listTenantPeople, type ResponseOf } from '@alt/contracts';
import type { Database } from '@alt/database';
import type { Logger, PeerFetch, Reader } from '@alt/service-kit';
import { knowPeople } from './store/people.ts';

const TIMEOUT_MS = 5_000;
const PAGE = 500;
/** Who joined a moment ago is there at the latest after so long. */
const KEPT_MS = 5_000;
const KEPT_MAXIMUM = 10_000;

/** Brings `people` up to date with who is in the reader's tenant. Where auth-service does not answer, it stays as it is. */
export type MeetColleagues = (reader: Reader) => Promise<void>;

export function createMeetColleagues(database: Database, authService: PeerFetch, log: Logger): MeetColleagues {
  const kept = new Map<string, { until: number; done: Promise<void> }>();
  return (reader) => {
    const present = kept.get(reader.tenantId);
    if (present && Date.now() < present.until) return present.done;
    const done = meet(database, authService, reader).catch((error: unknown) => {
      log.debug({ error: String(error) }, 'who is in a tenant could not be asked');
    });
    if (kept.size >= KEPT_MAXIMUM) kept.clear();
    kept.set(reader.tenantId, { until: Date.now() + KEPT_MS, done });
    return done;
  };
}

async function meet(database: Database, authService: PeerFetch, reader: Reader): Promise<void> {
  let after: string | undefined;
  do {
    const query = new URLSearchParams({ limit: String(PAGE), ...(after === undefined ? {} : { after }) });
    const path = `${listTenantPeople.path.replace(':id', reader.tenantId)}?${query}`;
    const response = await authService(path, { timeoutMs: TIMEOUT_MS });
    if (!response.ok) throw new Error(`auth-service answered ${response.status}`);
    const { people, hasMore } = (await response.json()) as ResponseOf<typeof listTenantPeople>;
    await database.asReader(reader, (tx) => knowPeople(tx, people));
    after = hasMore ? people.at(-1)?.id : undefined;
  } while (after !== undefined);
}
