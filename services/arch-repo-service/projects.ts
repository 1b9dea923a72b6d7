import { randomUUIDv7 } from 'node:crypto';
import * as contract from '@alt/contracts';
import { Problem } from '@alt/contracts';
import { type Queryable, sqlState } from '@alt/database';
import { type Reader, type Route, reply, route } from '@alt/service-kit';
import { proposeCodes } from './codes.ts';
import type { MeetColleagues } from './colleagues.ts';
import { numberCursor, pageOf, uuidCursor } from './cursors.ts';
import { type AsPerson, changing, looking, notAllowed, projectNotFound, RANKS, roleOf } from './people.ts';
import { listActivity, note } from './store/activity.ts';
import { findMember, writeMember } from './store/members.ts';
import { findPerson, listPeople, presentPerson } from './store/people.ts';
import * as store from './store/projects.ts';
import { findStanding, lockProject } from './store/standing.ts';
import { checkVersion, withVersion } from './versions.ts';

/** A person makes no more than this; a program that runs wild must not fill the tenant. */
const OWN_MAXIMUM = 1_000;
const UNIQUE_VIOLATION = '23505';

/** Projects themselves: made, changed, put away, deleted and taken back. */
export function projectRoutes(asPerson: AsPerson, meetColleagues: MeetColleagues): Route[] {
  return [
    ...readingRoutes(asPerson, meetColleagues),
    ...writingRoutes(asPerson, meetColleagues),
    ...standingRoutes(asPerson),
  ];
}

function readingRoutes(asPerson: AsPerson, meetColleagues: MeetColleagues): Route[] {
  return [
    route(contract.listProjects, ({ query, reader }) =>
      asPerson(
        reader,
        async (tx) => {
          const filter = { status: query.status, codes: query.code };
          const rows = await store.listProjects(tx, uuidCursor(query.cursor), filter, query.limit + 1);
          return pageOf(rows, query.limit, present, ({ id }) => id);
        },
        { isReadOnly: true },
      ),
    ),

    route(contract.listPeople, async ({ query, reader }) => {
      if (query.cursor === undefined) await meetColleagues(reader);
      return asPerson(
        reader,
        async (tx) => {
          const rows = await listPeople(tx, numberCursor(query.cursor) ?? 0, query.limit + 1);
          const shown = ({ id, name, email }: (typeof rows)[number]) => ({ id, name, email });
          return pageOf(rows, query.limit, shown, ({ readerId }) => String(readerId));
        },
        { isReadOnly: true },
      );
    }),

    route(contract.readProject, ({ params, reader }) =>
      asPerson(reader, async (tx) => withVersion(await readOne(tx, params.id)), { isReadOnly: true }),
    ),

    route(contract.listProjectActivity, ({ params, query, reader }) =>
      looking(asPerson, reader, params.id, async ({ tx }) => {
        const rows = await listActivity(tx, params.id, numberCursor(query.cursor), query.limit + 1);
        return pageOf(
          rows,
          query.limit,
          (row) => ({
            id: String(row.id),
            kind: row.kind,
            actor: presentPerson(row),
            subject: row.subject,
            at: row.at.toISOString(),
          }),
          ({ id }) => String(id),
        );
      }),
    ),
  ];
}

function writingRoutes(asPerson: AsPerson, meetColleagues: MeetColleagues): Route[] {
  return [
    route(contract.createProject, ({ body, reader }) =>
      asPerson(reader, async (tx) => {
        const id = await create(tx, body);
        return withVersion(await readOne(tx, id), 201);
      }),
    ),

    route(contract.updateProject, async ({ params, body, reader, request }) => {
      try {
        return await changing(
          asPerson,
          reader,
          params.id,
          async ({ tx, project }) => {
            checkVersion(request, project.version);
            await store.changeProject(tx, params.id, body);
            await note(tx, params.id, 'project-updated', { fields: Object.keys(body).join(', ') });
            return withVersion(await readOne(tx, params.id));
          },
          { least: 'lead' },
        );
      } catch (error) {
        throw sqlState(error) === UNIQUE_VIOLATION ? codeTaken(body.code ?? '') : error;
      }
    }),

    route(contract.deleteProject, async ({ params, reader, request }) => {
      await changing(
        asPerson,
        reader,
        params.id,
        async ({ tx, project }) => {
          checkVersion(request, project.version);
          await store.setDeleted(tx, params.id, true);
          await note(tx, params.id, 'project-deleted');
        },
        { least: 'lead', isArchivedFine: true },
      );
      return reply(204, undefined);
    }),

    route(contract.changeProjects, async ({ body, reader }) => {
      if (body.action === 'add-member') await meetColleagues(reader);
      return changeMany(asPerson, reader, body);
    }),
  ];
}

function standingRoutes(asPerson: AsPerson): Route[] {
  const become = (id: string, reader: Reader, action: StandingAction) =>
    asPerson(reader, async (tx) => {
      const seen = await findStanding(tx, id);
      if (!seen) throw projectNotFound();
      if (seen.rank < RANKS.lead) throw notAllowed('lead');
      await lockProject(tx, id);
      await act(tx, id, action);
      return withVersion(await readOne(tx, id));
    });
  return [
    route(contract.undeleteProject, ({ params, reader }) => become(params.id, reader, 'undelete')),
    route(contract.archiveProject, ({ params, reader }) => become(params.id, reader, 'archive')),
    route(contract.restoreProject, ({ params, reader }) => become(params.id, reader, 'restore')),
  ];
}

type StandingAction = 'archive' | 'restore' | 'delete' | 'undelete';

/** Does it where it is not done yet; false where nothing changed. */
async function act(tx: Queryable, id: string, action: StandingAction): Promise<boolean> {
  if (action === 'archive' || action === 'restore') {
    const isChanged = await store.setStatus(tx, id, action === 'archive' ? 'archived' : 'active');
    if (isChanged) await note(tx, id, action === 'archive' ? 'project-archived' : 'project-restored');
    return isChanged;
  }
  const isChanged = await store.setDeleted(tx, id, action === 'delete');
  if (isChanged) await note(tx, id, action === 'delete' ? 'project-deleted' : 'project-undeleted');
  return isChanged;
}

type ManyChange = contract.BodyOf<typeof contract.changeProjects>;

/** The same change of many projects; those that one does not lead, or where it is so already, are not counted. */
function changeMany(asPerson: AsPerson, reader: Reader, change: ManyChange): Promise<{ updated: number }> {
  return asPerson(reader, async (tx) => {
    const added = change.action === 'add-member' ? await findPerson(tx, change.userId) : null;
    if (change.action === 'add-member' && !added) throw unknownPerson();
    let updated = 0;
    // In ascending order, so that two such changes wait for each other and do not lock up.
    for (const id of [...new Set(change.ids)].toSorted()) {
      const seen = await findStanding(tx, id);
      if (!seen || seen.rank < RANKS.lead || (seen.deletedAt && change.action !== 'undelete')) continue;
      await lockProject(tx, id);
      if (change.action !== 'add-member') updated += (await act(tx, id, change.action)) ? 1 : 0;
      else if (added && !(await findMember(tx, id, added.readerId))) {
        await writeMember(tx, id, added.readerId, change.role);
        await note(tx, id, 'member-added', { userId: added.id, name: added.name, role: change.role });
        updated += 1;
      }
    }
    return { updated };
  });
}

/**
 * Makes a project led by the present person; answers its id. Under `code` alone, or else under `preferred` or the nicest
 * code that is free.
 */
export async function create(
  tx: Queryable,
  wanted: Omit<store.NewProject, 'id' | 'code'> & { code?: string | undefined; preferred?: string },
): Promise<string> {
  if ((await store.countOwnProjects(tx, OWN_MAXIMUM)) >= OWN_MAXIMUM) {
    throw new Problem('limit-reached', `You made ${OWN_MAXIMUM} projects already. Delete some that nobody needs.`);
  }
  const { title, description, visibility } = wanted;
  const id = randomUUIDv7();
  const codes = wanted.code === undefined ? proposeCodes(title, wanted.preferred) : [wanted.code];
  for (const code of codes) {
    if (!(await store.addProject(tx, { id, code, title, description, visibility }))) continue;
    await note(tx, id, 'project-created', { title, code });
    return id;
  }
  throw codeTaken(wanted.code ?? '');
}

export function unknownPerson(): Problem {
  return new Problem('not-found', 'There is nobody with this id in the tenant. Invite them first.');
}

function codeTaken(code: string): Problem {
  return new Problem('name-taken', `The tenant has a project "${code}" already. Take another code.`);
}

export async function readOne(tx: Queryable, id: string): Promise<contract.Project> {
  const row = await store.findProject(tx, id);
  if (!row) throw projectNotFound();
  return present(row);
}

function present({ rank, createdAt, updatedAt, deletedAt, ...row }: store.ProjectRow): contract.Project {
  return {
    ...row,
    role: roleOf(rank),
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
    deletedAt: deletedAt?.toISOString() ?? null,
  };
}
