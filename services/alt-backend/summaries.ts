import {
  type EntrySummary,
  Problem,
  readTenantSettings,
  requestSummary,
  summaryNote,
  summaryNotes,
  type TenantSettings,
  writeTenantSettings,
} from '@alt/contracts';
import type { Queryable } from '@alt/database';
import { type Route, route } from '@alt/service-kit';
import { articleIdOf } from './peers.ts';
import { statisticsSwitches, switchStatistics } from './statistics/store.ts';
import type { AsReader } from './store/readers.ts';
import * as store from './store/summaries.ts';

/** Asking for a summary, and the tenant's switch. Summaries themselves come with their entries. */
export function summaryRoutes(asReader: AsReader): Route[] {
  return [
    route(requestSummary, async ({ params, reader }) => {
      const id = articleIdOf(params.id);
      // The stages take the same rows in their own order: of two that wait for each other one begins again.
      await asReader(reader, (tx) => request(tx, id), { retry: true });
      return undefined;
    }),

    route(readTenantSettings, async ({ reader }) => asReader(reader, (tx, readerId) => tenantSettings(tx, readerId))),

    route(writeTenantSettings, async ({ body, reader }) => {
      return asReader(reader, async (tx, readerId) => {
        if (body.summaries !== undefined) await store.setTenantSummaries(tx, body.summaries);
        if (body.statistics !== undefined || body.statisticsDays !== undefined) {
          const present = await tenantSettings(tx, readerId);
          const { statistics = present.statistics, statisticsDays = present.statisticsDays } = body;
          await switchStatistics(tx, statistics, statisticsDays);
        }
        return tenantSettings(tx, readerId);
      });
    }),
  ];
}

async function tenantSettings(tx: Queryable, readerId: number): Promise<TenantSettings> {
  const { isTenantOff, tenantDays } = await statisticsSwitches(tx, readerId);
  return { summaries: await store.hasTenantSummaries(tx), statistics: !isTenantOff, statisticsDays: tenantDays };
}

async function request(tx: Queryable, id: number | null): Promise<void> {
  if (!(await store.hasTenantSummaries(tx))) {
    throw new Problem('invalid-request', 'Summaries are switched off for this tenant; its owner can switch them on.');
  }
  if (id === null || !(await store.requestSummary(tx, id))) throw new Problem('not-found', 'You have no such entry.');
}

/** A summary whose note, where it has one that is known, is said by a code too. */
export function withNoteCode(summary: EntrySummary): EntrySummary {
  return { ...summary, noteCode: summaryNote.options.find((code) => summaryNotes[code] === summary.note) ?? null };
}
