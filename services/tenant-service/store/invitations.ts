import type { Role } from '@alt/contracts';
import { type Queryable, statement } from '@alt/database';
import type { TimeKey } from './members.ts';

export interface InvitationRow {
  id: string;
  email: string | null;
  role: Role;
  state: 'open' | 'expired' | 'accepted' | 'revoked';
  invitedBy: string | null;
  createdAt: Date;
  expiresAt: Date;
  acceptedAt: Date | null;
  wasMailed: boolean;
}

const columns = `i.id, i.email, i.role, invitation_state(i) as state, a.name as "invitedBy", i.created_at as "createdAt",
  i.expires_at as "expiresAt", i.accepted_at as "acceptedAt", i.mailed_at is not null as "wasMailed"`;

const listStatement = statement<InvitationRow>(
  'invitations_list',
  `select ${columns} from invitations i left join accounts a on a.id = i.invited_by
   where i.tenant_id = $1 and ($2::timestamptz is null or (i.created_at, i.id) < ($2, $3::uuid))
   order by i.created_at desc, i.id desc limit $4`,
);

/** The newest first. */
export function listInvitations(tx: Queryable, tenantId: string, after: TimeKey | null, limit: number) {
  return tx.all(listStatement, [tenantId, after?.at ?? null, after?.id ?? null, limit]);
}

const oneStatement = statement<InvitationRow>(
  'invitations_one',
  `select ${columns} from invitations i left join accounts a on a.id = i.invited_by where i.tenant_id = $1 and i.id = $2`,
);

export function readInvitation(tx: Queryable, tenantId: string, id: string): Promise<InvitationRow | null> {
  return tx.one(oneStatement, [tenantId, id]);
}

const openStatement = statement<{ open: number; recent: number; hasSame: boolean }>(
  'invitations_open',
  `select count(*) filter (where is_open)::integer as open, count(*) filter (where is_recent)::integer as recent,
     coalesce(bool_or(email = $2) filter (where is_open), false) as "hasSame"
   from (
     select email, invitation_state(i) = 'open' as is_open, created_at > now() - interval '1 day' as is_recent
     from invitations i where tenant_id = $1
   ) as invitation`,
);

/** How many invitations are open, how many were made within a day, and whether an open one is for this address. */
export async function readOpen(tx: Queryable, tenantId: string, email: string | null) {
  return (await tx.one(openStatement, [tenantId, email])) ?? { open: 0, recent: 0, hasSame: false };
}

const memberStatement = statement<{ id: string }>(
  'invitations_member',
  `select a.id from accounts a join memberships m on m.account_id = a.id where m.tenant_id = $1 and a.email = $2`,
);

export async function isMember(tx: Queryable, tenantId: string, email: string): Promise<boolean> {
  return (await tx.one(memberStatement, [tenantId, email])) !== null;
}

const insertStatement = statement<{ id: string }>(
  'invitations_insert',
  `insert into invitations (tenant_id, invited_by, email, role, secret_hash, expires_at)
   values ($1, $2, $3, $4, $5, now() + make_interval(days => $6)) returning id`,
);

export async function insertInvitation(
  tx: Queryable,
  tenantId: string,
  invitation: { invitedBy: string; email: string | null; role: Role; secretHash: Buffer; days: number },
): Promise<string> {
  const { invitedBy, email, role, secretHash, days } = invitation;
  const row = await tx.one(insertStatement, [tenantId, invitedBy, email, role, secretHash, days]);
  if (!row) throw new Error('The invitation was not stored');
  return row.id;
}

const renewStatement = statement(
  'invitations_renew',
  `update invitations i set secret_hash = $3, invited_by = $4, mailed_at = null,
     expires_at = now() + greatest(expires_at - created_at, interval '1 day'), created_at = now()
   where tenant_id = $1 and id = $2 and accepted_at is null and revoked_at is null`,
);

/** A new secret, good for as long as the first one was, in place of the old one. Also wakes an expired one. */
export async function renewInvitation(
  tx: Queryable,
  tenantId: string,
  renewal: { id: string; secretHash: Buffer; invitedBy: string },
): Promise<boolean> {
  return (await tx.run(renewStatement, [tenantId, renewal.id, renewal.secretHash, renewal.invitedBy])) > 0;
}

const mailedStatement = statement(
  'invitations_mailed',
  'update invitations set mailed_at = now() where tenant_id = $1 and id = $2 and secret_hash = $3',
);

export async function markMailed(tx: Queryable, tenantId: string, id: string, secretHash: Buffer): Promise<void> {
  await tx.run(mailedStatement, [tenantId, id, secretHash]);
}

const revokeStatement = statement(
  'invitations_revoke',
  `update invitations set revoked_at = now()
   where tenant_id = $1 and id = $2 and accepted_at is null and revoked_at is null`,
);

export async function revokeInvitation(tx: Queryable, tenantId: string, id: string): Promise<boolean> {
  return (await tx.run(revokeStatement, [tenantId, id])) > 0;
}

// By the secret of a link: functions of the database that look past the current tenant, one row each.

const findStatement = statement<{
  state: InvitationRow['state'];
  tenantName: string;
  invitedBy: string | null;
  role: Role;
  expiresAt: Date;
  isBound: boolean;
}>(
  'invitations_find',
  `select state, tenant_name as "tenantName", invited_by as "invitedBy", role, expires_at as "expiresAt",
     is_bound as "isBound" from find_invitation($1)`,
);

export function findInvitation(database: Queryable, secretHash: Buffer) {
  return database.one(findStatement, [secretHash]);
}

/** What became of a wish to join; see `take_seat` and `accept_invitation`. */
export type JoinOutcome =
  | 'joined'
  | 'is-member'
  | 'not-found'
  | 'no-tenant'
  | 'over'
  | 'wrong-account'
  | 'email-unverified'
  | 'tenant-suspended'
  | 'tenant-deleting'
  | 'limit-reached';

export interface JoinRow {
  outcome: JoinOutcome;
  tenantId: string;
  tenantName: string;
  role: Role;
}

const acceptStatement = statement<JoinRow>(
  'invitations_accept',
  `select outcome, tenant_id as "tenantId", tenant_name as "tenantName", role from accept_invitation($1, $2)`,
);

export async function acceptInvitation(tx: Queryable, secretHash: Buffer, address: string): Promise<JoinRow> {
  const row = await tx.one(acceptStatement, [secretHash, address]);
  if (!row) throw new Error('accept_invitation answered nothing');
  return row;
}
