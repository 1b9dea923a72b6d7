import { disconnectInoreader, Problem, readInoreader, syncInoreader } from '@alt/contracts';
import type { Queryable } from '@alt/database';
import { type Route, reply, route } from '@alt/service-kit';
import * as store from './store/connections.ts';
import type { AsReader } from './store/readers.ts';

/** A part of a day's requests that the synchronisation never spends. */
const RESERVE = 0.1;

/** The reader's accounts elsewhere. Connecting one takes a permission that is given at the command line. */
export function connectionRoutes(asReader: AsReader): Route[] {
  return [
    route(readInoreader, async ({ reader }) => ({
      connection: await asReader(reader, describe, { isReadOnly: true }),
    })),

    route(syncInoreader, async ({ body, reader }) => {
      const isConfirmed = body.confirm ?? false;
      if (!(await asReader(reader, (tx, id) => store.wantInoreader(tx, id, isConfirmed)))) throw notConnected();
      return reply(202, undefined);
    }),

    route(disconnectInoreader, async ({ reader }) => {
      if (!(await asReader(reader, store.disconnectInoreader))) throw notConnected();
      return reply(204, undefined);
    }),
  ];
}

async function describe(tx: Queryable, readerId: number) {
  const row = await store.readInoreader(tx, readerId);
  if (!row) return null;
  const budgets = await store.readInoreaderBudgets(tx);
  return {
    account: row.account,
    connectedAt: row.connectedAt.toISOString(),
    state: row.state,
    problem: row.code && { code: row.code, message: row.message ?? row.code },
    lastSuccessAt: row.lastSuccessAt?.toISOString() ?? null,
    isWanted: row.isWanted,
    subscriptions: row.subscriptions,
    articles: row.articles,
    waiting: { articles: row.missing, changes: row.changes },
    budgets: budgets.map(({ zone, allowed, used, dayEndsAt }) => {
      // A day that is over has spent nothing of the next one.
      const isOver = dayEndsAt.getTime() <= Date.now();
      return {
        kind: zone === 1 ? ('reads' as const) : ('writes' as const),
        allowed,
        reserve: Math.ceil(allowed * RESERVE),
        used: isOver ? 0 : used,
        resetsAt: dayEndsAt.toISOString(),
      };
    }),
  };
}

function notConnected(): Problem {
  return new Problem('not-found', 'No Inoreader account is connected. Run: alt inoreader connect');
}
