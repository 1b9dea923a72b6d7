import {
  isRoleAtLeast,
  listMembers,
  Problem,
  type Role,
  removeMember,
  transferTenant,
  updateMember,
} from '@alt/contracts';
import type { Database, Queryable } from '@alt/database';
import { type Reader, type Route, reply, route } from '@alt/service-kit';
import { decodeTime, encodeTime, toPage } from './cursor.ts';
import { type Actor, writeAudit } from './store/audit.ts';
import * as store from './store/members.ts';
import { lockTenant, readTenant } from './store/tenants.ts';
import { refusePersonal, requireOwner } from './tenants.ts';

/** Who belongs to the tenant, as what, and who stops. */
export function memberRoutes(database: Database): Route[] {
  return [
    route(listMembers, ({ reader, query }) =>
      database.asReader(reader, (tx) => listPage(tx, reader, query), { isReadOnly: true }),
    ),
    route(updateMember, ({ reader, params, body, address }) =>
      database.asReader(reader, (tx) => changeRole(tx, { ...reader, address }, params.id, body.role)),
    ),
    route(removeMember, async ({ reader, params, address }) => {
      await database.asReader(reader, (tx) => remove(tx, { ...reader, address }, params.id));
      return reply(204, undefined);
    }),
    route(transferTenant, async ({ reader, body, address }) => {
      await database.asReader(reader, (tx) => transfer(tx, { ...reader, address }, body.memberId));
      return reply(204, undefined);
    }),
  ];
}

type Acting = Reader & Actor & { userId: string };

async function listPage(tx: Queryable, reader: Reader, query: { cursor?: string | undefined; limit: number }) {
  const rows = await store.listMembers(tx, reader.tenantId, decodeTime(query.cursor), query.limit + 1);
  return toPage(
    rows,
    query.limit,
    (row) => present(row, reader),
    ({ joinedAt, id }) => encodeTime({ at: joinedAt, id }),
  );
}

async function changeRole(tx: Queryable, actor: Acting, memberId: string, role: Role) {
  const { me, member } = await beginChange(tx, actor, memberId);
  if (!isRoleAtLeast(me.role, 'admin')) throw new Problem('forbidden', 'Only an admin may change roles.');
  if (member.role === role) return present(member, actor);
  if (me.role !== 'owner' && (member.role === 'owner' || role === 'owner')) {
    throw new Problem('forbidden', 'Only an owner makes an owner, or anything else of one.');
  }
  if (role === 'owner') {
    refusePersonal(await readTenant(tx, actor.tenantId), 'Its owner is the account that it belongs to.');
  }
  if (member.role === 'owner') await keepAnOwner(tx, actor.tenantId);
  await store.setRole(tx, actor.tenantId, member.id, role);
  await writeAudit(tx, actor, 'member-role-changed', { member: member.id, from: member.role, to: role });
  return present({ ...member, role }, actor);
}

async function remove(tx: Queryable, actor: Acting, memberId: string): Promise<void> {
  const isLeaving = memberId === actor.userId;
  if (actor.isSuspended && !isLeaving) {
    throw new Problem('tenant-suspended', 'The tenant is suspended: one can leave it, and change nothing else.');
  }
  const { me, member } = await beginChange(tx, actor, memberId);
  if (!isLeaving) checkMayRemove(me.role, member.role);
  if (member.role === 'owner') await keepAnOwner(tx, actor.tenantId);
  await store.removeMember(tx, actor.tenantId, member.id);
  const action = isLeaving ? 'member-left' : 'member-removed';
  await writeAudit(tx, actor, action, { member: member.id, role: member.role });
}

async function transfer(tx: Queryable, actor: Acting, memberId: string): Promise<void> {
  const { member } = await beginChange(tx, actor, memberId);
  refusePersonal(await readTenant(tx, actor.tenantId), 'It cannot become somebody else’s.');
  await requireOwner(tx, actor);
  if (member.id === actor.userId) {
    throw new Problem('invalid-request', 'You are the owner already. Name another member.');
  }
  if (member.role === 'reader') {
    throw new Problem('invalid-request', 'A reader cannot become the owner at once. Make them a member first.');
  }
  await store.setRole(tx, actor.tenantId, member.id, 'owner');
  await store.setRole(tx, actor.tenantId, actor.userId, 'admin');
  await writeAudit(tx, actor, 'tenant-transferred', { to: member.id });
}

/**
 * The acting and the concerned member, as they are now: the tenant is locked first, so that two changes at once see each
 * other, and a role that was taken away a second ago counts no more. Throws `not-found`.
 */
async function beginChange(tx: Queryable, { tenantId, userId }: Reader, memberId: string) {
  await lockTenant(tx, tenantId);
  const me = await store.readMember(tx, tenantId, userId);
  const member = memberId === userId ? me : await store.readMember(tx, tenantId, memberId);
  if (!me || !member) throw new Problem('not-found', 'The tenant has no such member.');
  return { me, member };
}

function checkMayRemove(mine: Role, theirs: Role): void {
  if (!isRoleAtLeast(mine, 'admin')) throw new Problem('forbidden', 'Only an admin may remove members.');
  if (theirs === 'owner' && mine !== 'owner') throw new Problem('forbidden', 'Only an owner may remove an owner.');
}

async function keepAnOwner(tx: Queryable, tenantId: string): Promise<void> {
  if ((await store.countOwners(tx, tenantId)) > 1) return;
  throw new Problem(
    'last-owner',
    'The tenant would have no owner. Make another member the owner first, or delete the tenant.',
  );
}

function present(row: store.MemberRow, { role, userId }: Reader) {
  const isMe = row.id === userId;
  const email = isMe || isRoleAtLeast(role, 'admin') ? row.email : null;
  return { id: row.id, name: row.name, email, role: row.role, isMe, joinedAt: row.joinedAt.toISOString() };
}
