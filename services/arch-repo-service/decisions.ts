import * as contract from '@alt/contracts';
import { Problem, type ProjectDecision } from '@alt/contracts';
import type { Queryable } from '@alt/database';
import { type Route, reply, route } from '@alt/service-kit';
import { numberCursor, pageOf } from './cursors.ts';
import { type AsPerson, changing, looking, partNotFound } from './people.ts';
import { note } from './store/activity.ts';
import * as store from './store/decisions.ts';
import { presentPerson } from './store/people.ts';
import { checkVersion, withVersion } from './versions.ts';

/** The decision log. A superseded decision names the one that took its place, and only such a one does. */
export function decisionRoutes(asPerson: AsPerson): Route[] {
  return [
    route(contract.listProjectDecisions, ({ params, query, reader }) =>
      looking(asPerson, reader, params.id, async ({ tx }) => {
        const { limit, cursor, status } = query;
        const rows = await store.listDecisions(tx, params.id, numberCursor(cursor), status ?? null, limit + 1);
        return pageOf(rows, limit, present, ({ number }) => String(number));
      }),
    ),

    route(contract.createProjectDecision, ({ params, body, reader }) =>
      changing(asPerson, reader, params.id, async ({ tx }) => {
        const id = await store.addDecision(tx, params.id, body);
        const made = await readOne(tx, params.id, id);
        await note(tx, params.id, 'decision-created', { decisionId: id, number: made.number, title: made.title });
        return withVersion(present(made), 201);
      }),
    ),

    route(contract.readProjectDecision, ({ params, reader }) =>
      looking(asPerson, reader, params.id, async ({ tx }) =>
        withVersion(present(await readOne(tx, params.id, params.partId))),
      ),
    ),

    route(contract.updateProjectDecision, ({ params, body, reader, request }) =>
      changing(asPerson, reader, params.id, async ({ tx }) => {
        const before = await readOne(tx, params.id, params.partId);
        checkVersion(request, before.version);
        await store.changeDecision(tx, params.id, before.id, await changed(tx, params.id, before, body));
        const after = await readOne(tx, params.id, before.id);
        await note(tx, params.id, 'decision-updated', {
          decisionId: after.id,
          number: after.number,
          title: after.title,
          status: after.status,
        });
        return withVersion(present(after));
      }),
    ),

    route(contract.deleteProjectDecision, async ({ params, reader, request }) => {
      await changing(
        asPerson,
        reader,
        params.id,
        async ({ tx }) => {
          const before = await readOne(tx, params.id, params.partId);
          checkVersion(request, before.version);
          await store.removeDecision(tx, params.id, before.id);
          await note(tx, params.id, 'decision-deleted', { number: before.number, title: before.title });
        },
        { least: 'lead' },
      );
      return reply(204, undefined);
    }),
  ];
}

type Change = contract.BodyOf<typeof contract.updateProjectDecision>;

/** The fields after a change: naming a successor supersedes, and another status takes the successor away. */
async function changed(tx: Queryable, projectId: string, before: store.DecisionRow, change: Change) {
  const { supersededBy: named, ...fields } = JSON.parse(JSON.stringify(change)) as Change;
  const status = fields.status ?? (named ? 'superseded' : before.status);
  const supersededBy = status === 'superseded' ? (named === undefined ? before.supersededBy : named) : null;
  if (named && status !== 'superseded') {
    throw new Problem('invalid-request', 'Only a superseded decision names another. Leave "status" out, or the other.');
  }
  if (status === 'superseded' && (supersededBy === null || supersededBy === before.id)) {
    throw new Problem('invalid-request', 'Say in "supersededBy" which other decision took its place.');
  }
  if (supersededBy !== null && !(await store.findDecision(tx, projectId, supersededBy))) {
    throw partNotFound('decision to take its place');
  }
  return { ...before, ...(fields as Partial<store.DecisionFields>), status, supersededBy };
}

async function readOne(tx: Queryable, projectId: string, id: string): Promise<store.DecisionRow> {
  const row = await store.findDecision(tx, projectId, id);
  if (!row) throw partNotFound('decision');
  return row;
}

function present(row: store.DecisionRow): ProjectDecision {
  const { personId: _personId, personName: _personName, createdAt, updatedAt, ...rest } = row;
  return {
    ...rest,
    createdBy: presentPerson(row),
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}
