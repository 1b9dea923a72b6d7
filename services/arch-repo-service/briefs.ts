import type { Brief, BriefVersion, ProjectJob } from '@alt/contracts';
import * as contract from '@alt/contracts';
import type { Queryable } from '@alt/database';
import { type Route, reply, route } from '@alt/service-kit';
import { compareParts } from './brief-diff.ts';
import { numberCursor, pageOf } from './cursors.ts';
import { presentJob } from './jobs.ts';
import { type AsPerson, changing, looking, partNotFound } from './people.ts';
import { note } from './store/activity.ts';
import * as store from './store/briefs.ts';
import { addJob, findJob, openJobs } from './store/jobs.ts';
import { presentPerson } from './store/people.ts';
import { findSection } from './store/sections.ts';

/** The brief of a project: asked for, read, and compared between versions. */
export function briefRoutes(asPerson: AsPerson): Route[] {
  return [...readingRoutes(asPerson), ...writingRoutes(asPerson)];
}

function readingRoutes(asPerson: AsPerson): Route[] {
  return [
    route(contract.readProjectBrief, ({ params, reader }) =>
      looking(asPerson, reader, params.id, async ({ tx }) => {
        const newest = await store.newestVersion(tx, params.id);
        const [job] = await openJobs(tx, params.id, 'brief');
        return { brief: newest && presentBrief(newest), job: job ? presentJob(job) : null };
      }),
    ),

    route(contract.listProjectBriefs, ({ params, query, reader }) =>
      looking(asPerson, reader, params.id, async ({ tx }) => {
        const rows = await store.listVersions(tx, params.id, numberCursor(query.cursor), query.limit + 1);
        return pageOf(rows, query.limit, presentVersion, ({ number }) => String(number));
      }),
    ),

    route(contract.readProjectBriefVersion, ({ params, reader }) =>
      looking(asPerson, reader, params.id, async ({ tx }) =>
        presentBrief(await readVersion(tx, params.id, params.number)),
      ),
    ),

    route(contract.compareProjectBriefs, ({ params, query, reader }) =>
      looking(asPerson, reader, params.id, async ({ tx }) => {
        const from = await readVersion(tx, params.id, query.from);
        const to = await readVersion(tx, params.id, query.to);
        return { from: presentVersion(from), to: presentVersion(to), parts: compareParts(from.parts, to.parts) };
      }),
    ),
  ];
}

function writingRoutes(asPerson: AsPerson): Route[] {
  return [
    route(contract.writeProjectBrief, ({ params, body, reader }) =>
      changing(asPerson, reader, params.id, async ({ tx }) => reply(202, await ask(tx, params.id, null, body.force))),
    ),

    route(contract.writeProjectBriefSection, ({ params, body, reader }) =>
      changing(asPerson, reader, params.id, async ({ tx }) => {
        if (!(await findSection(tx, params.id, params.partId))) throw partNotFound('section');
        return reply(202, await ask(tx, params.id, params.partId, body.force));
      }),
    ),
  ];
}

/** The job that does this: one that waits for it already, or a new one. */
async function ask(tx: Queryable, projectId: string, sectionId: string | null, force: boolean): Promise<ProjectJob> {
  const open = await openJobs(tx, projectId, 'brief');
  const same = open.find(
    ({ state, input }) => state === 'waiting' && input.sectionId === sectionId && input.force === force,
  );
  if (same) return presentJob(same);
  const id = await addJob(tx, projectId, 'brief', { sectionId, force });
  await note(tx, projectId, 'brief-requested', { sectionId });
  const row = await findJob(tx, id);
  if (!row) throw new Error('a job was not made');
  return presentJob(row);
}

async function readVersion(tx: Queryable, projectId: string, number: number): Promise<store.BriefRow> {
  const row = await store.findVersion(tx, projectId, number);
  if (!row) throw partNotFound('version of the brief');
  return row;
}

function presentVersion(row: store.VersionRow): BriefVersion {
  const { number, engine, articleCount, sentenceCount, createdAt } = row;
  return {
    number,
    engine,
    articleCount,
    sentenceCount,
    createdBy: presentPerson(row),
    createdAt: createdAt.toISOString(),
  };
}

function presentBrief(row: store.BriefRow): Brief {
  return { ...presentVersion(row), parts: row.parts };
}
