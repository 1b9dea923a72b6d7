import {
  listProjectMembers,
  Problem,
  type ProjectMember,
  removeProjectMember,
  writeProjectMember,
} from '@alt/contracts';
import type { Queryable } from '@alt/database';
import { type Route, reply, route } from '@alt/service-kit';
import type { MeetColleagues } from './colleagues.ts';
import { numberCursor, pageOf } from './cursors.ts';
import { type AsPerson, changing, looking, notAllowed, partNotFound, RANKS } from './people.ts';
import { unknownPerson } from './projects.ts';
import { note } from './store/activity.ts';
import * as store from './store/members.ts';
import { findPerson, presentPerson } from './store/people.ts';
import { lockProject } from './store/standing.ts';

/** Who is in a project. A project always has a lead, as long as one of them is in the tenant. */
export function memberRoutes(asPerson: AsPerson, meetColleagues: MeetColleagues): Route[] {
  return [
    route(listProjectMembers, ({ params, query, reader }) =>
      looking(asPerson, reader, params.id, async ({ tx }) => {
        const rows = await store.listMembers(tx, params.id, numberCursor(query.cursor) ?? 0, query.limit + 1);
        return pageOf(rows, query.limit, present, ({ readerId }) => String(readerId));
      }),
    ),

    route(writeProjectMember, async ({ params, body, reader }) => {
      await meetColleagues(reader);
      return changing(
        asPerson,
        reader,
        params.id,
        async ({ tx }) => {
          const person = await findPerson(tx, params.userId);
          if (!person) throw unknownPerson();
          const before = await store.findMember(tx, params.id, person.readerId);
          if (before?.role === 'lead' && body.role !== 'lead') await keepLead(tx, params.id, person.readerId);
          await store.writeMember(tx, params.id, person.readerId, body.role);
          if (before?.role !== body.role) {
            const subject = { userId: person.id, name: person.name, role: body.role };
            await note(tx, params.id, before ? 'member-changed' : 'member-added', subject);
          }
          const after = await store.findMember(tx, params.id, person.readerId);
          if (!after) throw new Error('a member was not written');
          return reply(before ? 200 : 201, present(after));
        },
        { least: 'lead' },
      );
    }),

    route(removeProjectMember, async ({ params, reader }) => {
      const isLeaving = params.userId === reader.userId;
      await looking(asPerson, reader, params.id, async ({ project }) => {
        if (!isLeaving && project.rank < RANKS.lead) throw notAllowed('lead');
      });
      await asPerson(reader, async (tx) => {
        await lockProject(tx, params.id);
        const person = await findPerson(tx, params.userId);
        const member = person && (await store.findMember(tx, params.id, person.readerId));
        if (!person || !member) throw partNotFound('member');
        if (member.role === 'lead') await keepLead(tx, params.id, person.readerId);
        const subject = { userId: person.id, name: person.name };
        await note(tx, params.id, isLeaving ? 'member-left' : 'member-removed', subject);
        await store.removeMember(tx, params.id, person.readerId);
      });
      return reply(204, undefined);
    }),
  ];
}

/** Called with the project locked, so that of two leads who leave at once one stays. */
async function keepLead(tx: Queryable, projectId: string, readerId: number): Promise<void> {
  if ((await store.otherLeads(tx, projectId, readerId)) > 0) return;
  throw new Problem('conflict', 'This is the last lead of the project. Make somebody else a lead first.');
}

function present(row: store.MemberRow): ProjectMember {
  const user = presentPerson(row) ?? { id: '', name: '' };
  return { user, role: row.role, addedAt: row.addedAt.toISOString() };
}
