import { type Queryable, statement } from '@alt/database';
import { oneAtATime } from '@alt/service-kit';
import { addressBlock, digest } from '../address-block.ts';
import { interval } from '../store.ts';
import { type Conduct, MEMORY_MS } from './score.ts';

/** Facts that must hold over processes and restarts lie among the throttles, as counters of an address block. */
const NAMES = {
  failedAccounts: 'failed',
  unknownAccounts: 'unknown',
  signedInAccounts: 'entered',
  mailedAccounts: 'mailed',
  missing: 'missing',
  probes: 'probes',
} as const satisfies Record<keyof Conduct, string>;
type Kept = keyof typeof NAMES;
/** What is done with an account. */
type Done = Exclude<Kept, 'missing' | 'probes'>;

const readStatement = statement<{ key: string; count: number; until: Date }>(
  'auth_read_conduct',
  `select key, count, window_started_at + $2::interval as until from throttles where key = any ($1::text[]) and window_started_at > now() - $2::interval`,
);

/** What the database knows of an address, in one statement, and when it will have forgotten all of it. */
export async function readConduct(database: Queryable, address: string): Promise<{ counts: Conduct; until: Date }> {
  const keys = keysOf(address);
  const rows = await database.all(readStatement, [Object.values(keys), interval(MEMORY_MS)]);
  const countOf = (name: Kept) => rows.find(({ key }) => key === keys[name])?.count ?? 0;
  const counts = {
    failedAccounts: countOf('failedAccounts'),
    unknownAccounts: countOf('unknownAccounts'),
    signedInAccounts: countOf('signedInAccounts'),
    mailedAccounts: countOf('mailedAccounts'),
    missing: countOf('missing'),
    probes: countOf('probes'),
  };
  return { counts, until: new Date(Math.max(0, ...rows.map(({ until }) => until.getTime()))) };
}

const noteStatement = statement('auth_note_conduct', 'select count_distinct($1, $2::text[], $3)');

/** Notes that an address did something with an account; the same with the same account again changes nothing. */
export async function noteConduct(
  database: Queryable,
  address: string,
  email: string,
  facts: readonly [Done, ...Done[]],
): Promise<void> {
  const keys = keysOf(address);
  const thing = `did:${NAMES[facts[0]]}:${digest(`${addressBlock(address)} ${email}`)}`;
  await database.run(noteStatement, [thing, facts.map((fact) => keys[fact]).sort(), interval(MEMORY_MS)]);
}

function keysOf(address: string): Record<Kept, string> {
  const block = blockOf(address);
  const entries = (Object.keys(NAMES) as Kept[]).map((name) => [name, keyOf(name, block)]);
  return Object.fromEntries(entries) as Record<Kept, string>;
}

function keyOf(name: Kept, block: string): string {
  return `conduct:${NAMES[name]}:${block}`;
}

/** An address as it is kept. */
function blockOf(address: string): string {
  return digest(addressBlock(address));
}

/** Who looks for what is not there. It is written down within a second, together: a scan must not cost a write a request. */
export interface Sightings {
  note(address: string, what: Sighted): void;
  /** What this process saw of an address and has not written down yet. */
  of(address: string): Record<Sighted, number>;
  /** Writes down the rest. */
  stop(): Promise<void>;
}
type Sighted = 'missing' | 'probes';

const WRITE_AFTER_MS = 1_000;
const ADDRESSES_MAXIMUM = 10_000;

const addStatement = statement(
  'auth_add_sightings',
  `insert into throttles as t (key, count) select k, c from unnest($1::text[], $2::integer[]) as u (k, c)
   on conflict (key) do update set
     count = case when t.window_started_at <= now() - $3::interval then excluded.count
       else least(t.count + excluded.count, 1000000) end,
     window_started_at = case when t.window_started_at <= now() - $3::interval then now() else t.window_started_at end,
     updated_at = now()`,
);

export function createSightings(database: Queryable): Sightings {
  let waiting = new Map<string, Record<Sighted, number>>();
  let writing: typeof waiting = new Map();
  let timer: NodeJS.Timeout | null = null;

  const add = (block: string, { missing, probes }: Record<Sighted, number>) => {
    const present = waiting.get(block) ?? { missing: 0, probes: 0 };
    waiting.delete(block);
    waiting.set(block, { missing: present.missing + missing, probes: present.probes + probes });
    // The longest quiet one goes first: a Map keeps the order in which keys came.
    if (waiting.size > ADDRESSES_MAXIMUM) for (const oldest of waiting.keys()) return void waiting.delete(oldest);
    timer ??= setTimeout(() => void round.ask(), WRITE_AFTER_MS).unref();
  };
  const write = async () => {
    if (timer) clearTimeout(timer);
    timer = null;
    if (waiting.size === 0) return;
    [writing, waiting] = [waiting, new Map()];
    const counts = [...writing].flatMap(([block, { missing, probes }]) => [
      ...(missing > 0 ? [[keyOf('missing', block), missing] as const] : []),
      ...(probes > 0 ? [[keyOf('probes', block), probes] as const] : []),
    ]);
    // In one order, so that two processes never wait for each other.
    counts.sort(([a], [b]) => (a < b ? -1 : 1));
    const values = [counts.map(([key]) => key), counts.map(([, count]) => count), interval(MEMORY_MS)];
    try {
      await database.run(addStatement, values);
    } catch {
      // It waits for the next time, and counts here meanwhile.
      for (const [block, seen] of writing) add(block, seen);
    } finally {
      writing = new Map();
    }
  };
  const round = oneAtATime(write, () => {});
  return {
    note: (address, what) => add(blockOf(address), { missing: 0, probes: 0, [what]: 1 }),
    of(address) {
      const block = blockOf(address);
      const [one, other] = [waiting.get(block), writing.get(block)];
      const sum = (what: Sighted) => (one?.[what] ?? 0) + (other?.[what] ?? 0);
      return { missing: sum('missing'), probes: sum('probes') };
    },
    async stop() {
      await round.ask();
      await round.stop();
      if (timer) clearTimeout(timer);
    },
  };
}
