import {
  listRecaps,
  Problem,
  type QueryOf,
  type RecapDelay,
  type RecapPeriod,
  readRecap,
  recapDelay,
} from '@alt/contracts';
import type { Database, Queryable } from '@alt/database';
import { type Reader, type Route, route } from '@alt/service-kit';
import { type AsReader, readSettings } from '../store/readers.ts';
import { followAddress } from '../store/recap-outlets.ts';
import * as store from '../store/recaps.ts';
import { presentRecap, type RecapKeeping } from './keeping.ts';
import { recapOutletRoutes } from './outlet-routes.ts';
import { pagePolicy, RECAP_STYLE } from './pages.ts';
import { recapMarkdown, recapPage } from './rendering.ts';
import { lastWindow, presentWindow, type RecapWindow, windowOf } from './window.ts';
import { recapWording } from './wording.ts';

export interface RecapTools {
  asReader: AsReader;
  database: Database;
  keeping: RecapKeeping;
  publicUrl: URL;
  canMail: boolean;
  now(): Date;
  /** Called after a reader chose what comes by mail. */
  onWished(): void;
  /** Waits until memberships are known as they are now; rejects where that cannot be. */
  untilCurrent(): Promise<void>;
}

const DAYS_BACK = 400;
const DAY_MS = 86_400_000;

export function recapRoutes(tools: RecapTools): Route[] {
  const { asReader } = tools;
  return [
    ...recapOutletRoutes(tools), // before `/v1/recaps/:id`
    route(listRecaps, async ({ query, reader, requestId }) => {
      await asReader(reader, (tx, readerId) => followAddress(tx, readerId, reader.email));
      if (query.date !== undefined) return recapOfDay(tools, reader, query.period ?? 'daily', query.date, requestId);
      const problem = query.cursor === undefined ? await ensureLatest(tools, reader, query.period, requestId) : null;
      const page = await asReader(reader, (tx, readerId) => pageOfRecaps(tx, readerId, query), { isReadOnly: true });
      if (problem && page.items.length === 0) throw problem;
      return { ...page, unavailable: problem?.message ?? null, unavailableCode: problem && delayOf(problem) };
    }),

    route(readRecap, async ({ params, query, reader }) => {
      const found = await asReader(reader, (tx, readerId) => recapById(tx, readerId, params.id), { isReadOnly: true });
      const recap = presentRecap(found.recap);
      if (query.format === 'html') return page(recapPage(recap, found.wording), 'text/html');
      return query.format === 'markdown' ? page(recapMarkdown(recap, found.wording), 'text/markdown') : recap;
    }),
  ];
}

async function recapOfDay(tools: RecapTools, reader: Reader, period: RecapPeriod, date: string, requestId: string) {
  const window = await windowFor(tools, reader, (timeZone) => windowOf(period, date, timeZone));
  const now = tools.now().getTime();
  if (window.from.getTime() > now) throw new Problem('invalid-query', '"date": this time has not begun yet.');
  if (window.to.getTime() < now - DAYS_BACK * DAY_MS) {
    throw new Problem('invalid-query', `"date": recaps reach ${DAYS_BACK} days back.`);
  }
  const recap = await ensure(tools, reader, window, requestId);
  return { items: [presentRecap(recap)], nextCursor: null, unavailable: null, unavailableCode: null };
}

/** Builds what the list should begin with; answers why it could not. */
async function ensureLatest(
  tools: RecapTools,
  reader: Reader,
  period: RecapPeriod | undefined,
  requestId: string,
): Promise<Problem | null> {
  try {
    for (const each of period ? [period] : (['daily', 'weekly'] as const)) {
      const last = await windowFor(tools, reader, (timeZone) => lastWindow(each, tools.now(), timeZone));
      const recap = await ensure(tools, reader, last, requestId);
      // Somebody who began today sees today.
      if (recap.storyCount > 0) continue;
      await ensure(tools, reader, presentWindow(each, tools.now(), last.timeZone), requestId);
    }
    return null;
  } catch (error) {
    if (!(error instanceof Problem) || error.status < 429) throw error;
    const { code, message, extra, headers } = error;
    return new Problem(code, message, { headers, extra: { ...extra, unavailableCode: delayOf(error) }, cause: error });
  }
}

/** Why a recap could not be built, in a word. */
function delayOf({ status, extra }: Problem): RecapDelay {
  const told = recapDelay.safeParse(extra.unavailableCode);
  return told.data ?? (status === 429 ? 'waiting' : 'outage');
}

function ensure(tools: RecapTools, reader: Reader, window: RecapWindow, requestId: string) {
  const inReader = <T>(work: (tx: Queryable, readerId: number) => Promise<T>) => tools.asReader(reader, work);
  const who = { userId: `${reader.tenantId}/${reader.userId}`, inReader };
  return tools.keeping.ensure(who, window, { requestId, priority: 'reader' });
}

async function windowFor(tools: RecapTools, reader: Reader, choose: (timeZone: string) => RecapWindow) {
  const { timeZone } = await tools.asReader(reader, readSettings, { isReadOnly: true });
  return choose(timeZone);
}

async function pageOfRecaps(tx: Queryable, readerId: number, query: QueryOf<typeof listRecaps>) {
  const after = query.cursor === undefined ? null : decodeCursor(query.cursor);
  const rows = await store.listRecaps(tx, readerId, query.period ?? null, after, query.limit + 1);
  const listed = rows.slice(0, query.limit);
  const last = listed.at(-1);
  return {
    items: listed.map(presentRecap),
    nextCursor: rows.length > query.limit && last ? encodeCursor(last) : null,
  };
}

async function recapById(tx: Queryable, readerId: number, id: string) {
  const recap = UUID.test(id) ? await store.findRecap(tx, readerId, id) : null;
  if (!recap) throw new Problem('not-found', 'You have no such recap.');
  return { recap, wording: recapWording((await readSettings(tx, readerId)).language) };
}

function page(body: string, type: 'text/html' | 'text/markdown'): Response {
  return new Response(body, {
    headers: {
      'content-type': `${type}; charset=utf-8`,
      'cache-control': 'private, no-store',
      'content-security-policy': pagePolicy(type === 'text/html' ? RECAP_STYLE : null),
      'x-content-type-options': 'nosniff',
    },
  });
}

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

function encodeCursor({ startsAt, id }: { startsAt: Date; id: string }): string {
  return Buffer.from(`${startsAt.getTime()}.${id}`).toString('base64url');
}

function decodeCursor(cursor: string): { startsAt: Date; id: string } {
  const [time = '', id = ''] = Buffer.from(cursor, 'base64url').toString().split('.');
  if (!/^\d{1,15}$/.test(time) || !UUID.test(id)) {
    throw new Problem('invalid-cursor', 'Take the cursor from "nextCursor" of the page before, unchanged.');
  }
  return { startsAt: new Date(Number(time)), id };
}
