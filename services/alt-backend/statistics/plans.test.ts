import { explaining, type PlanMode, type Seen } from '@alt/testing/explaining.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeReader, openBackend, type TestBackend } from '../testing.ts';
import { postgresReading } from './postgres.ts';

const ada = makeReader(1);
const TABLES = ['reading_slots', 'reading_feed_days', 'reading_feed_months', 'reading_events', 'reading_events_rest'];
/** A year of 1,000,000 events: every quarter of an hour has some, and 300 feeds a day. */
const YEAR_SLOTS = 365 * 96;
const FEEDS = 300;
const DAY_EVENTS = 1_000_000 / 365;

let backend: TestBackend;
let readerId: number;

beforeAll(async () => {
  backend = await openBackend();
  const readers = [ada, ...[2, 3].map((digit) => makeReader(digit))];
  for (const reader of readers) await backend.asReader(reader, async () => undefined);
  readerId = await backend.asReader(ada, async (_tx, id) => id);
  // The sums as a year leaves them, and the events of two days of each: more are not read, wherever they are.
  const zeros = '0, 0, 0, 0, 0, 0, 0, 0, 0';
  await backend.superuser.script(
    `insert into reading_slots select r.id, reading_slot(now()) - n, r.tenant_id, 1, 1, ${zeros}
       from readers r, generate_series(0, ${YEAR_SLOTS}) n;
     insert into reading_feed_days select r.id, (now() at time zone 'UTC')::date - d, f, r.tenant_id, 1, 1, ${zeros}
       from readers r, generate_series(0, 365) d, generate_series(1, ${FEEDS}) f where r.id = ${readerId} or d < 20;
     insert into reading_feed_months
       select distinct r.id, date_trunc('month', now() - make_interval(months => m))::date, f, r.tenant_id, 1, 1, ${zeros}
       from readers r, generate_series(0, 12) m, generate_series(1, ${FEEDS}) f;
     insert into reading_events
       select n * 10 + r.id, r.tenant_id, r.id, now() - make_interval(secs => n * 86400.0 / ${Math.round(DAY_EVENTS)}), 'opened', 1 + n % ${FEEDS}, 1, 0, null
       from readers r, generate_series(1, 9000) n;
     analyze reading_slots, reading_feed_days, reading_feed_months, reading_events`,
  );
}, 300_000);
afterAll(() => backend.drop());

const day = 86_400_000;
const today = Math.floor(Date.now() / day) * day;
const zone = { timeZone: 'Asia/Kathmandu', offsetMs: 345 * 60_000 };

async function look(mode: PlanMode, days: number): Promise<Seen[]> {
  const seen: Seen[] = [];
  const to = new Date(today + day - zone.offsetMs);
  const span = {
    readerId,
    tenantId: ada.tenantId,
    timeZone: zone.timeZone,
    from: new Date(to.getTime() - days * day),
    to,
  };
  await backend.asReader(ada, async (tx) => {
    const explained = explaining(tx, mode, seen);
    await postgresReading.ofReader((work) => work(explained, readerId), span);
  });
  return seen;
}

test.each(['force_custom_plan', 'force_generic_plan'] as const)(
  'a month is read from its own sums and no more than two days of events, %s',
  async (mode) => {
    for (const { name, rowsRead, sequentialScans } of await look(mode, 30)) {
      expect(
        sequentialScans.filter((table) => TABLES.includes(table)),
        name,
      ).toEqual([]);
      // 30 days by quarters; by feed and day, with the events of both ends.
      expect(rowsRead, name).toBeLessThanOrEqual(31 * FEEDS + 2 * DAY_EVENTS + 100);
    }
  },
);

test('a year is read from fewer rows than there are quarters of an hour and feeds in two months', async () => {
  for (const { name, rowsRead, sequentialScans } of await look('force_custom_plan', 365)) {
    expect(
      sequentialScans.filter((table) => table.startsWith('reading_events')),
      name,
    ).toEqual([]);
    expect(rowsRead, name).toBeLessThanOrEqual(
      Math.max(YEAR_SLOTS * 3 + 10, 62 * FEEDS + 13 * FEEDS * 3 + 2 * DAY_EVENTS),
    );
  }
});
