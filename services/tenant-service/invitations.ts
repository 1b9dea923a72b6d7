import { createHash, randomBytes } from 'node:crypto';
import {
  acceptInvitation,
  type BodyOf,
  createInvitation,
  isRoleAtLeast,
  listInvitations,
  lookAtInvitation,
  Problem,
  type Role,
  resendInvitation,
  revokeInvitation,
  type TeamSettings,
} from '@alt/contracts';
import type { Database, Queryable } from '@alt/database';
import { type Reader, type Route, reply, route } from '@alt/service-kit';
import { decodeTime, encodeTime, toPage } from './cursor.ts';
import { afterJoining } from './joining.ts';
import type { Mailer } from './mailing.ts';
import { settingsOf } from './settings.ts';
import { type Actor, writeAudit } from './store/audit.ts';
import * as store from './store/invitations.ts';
import { lockTenant, readTenant } from './store/tenants.ts';
import { refusePersonal } from './tenants.ts';

/** 160 bits: nobody guesses one, so a plain hash keeps it. */
const SECRET_BYTES = 20;
const OPEN_MAXIMUM = 200;
/** Nobody makes Alt write mails all day. */
const DAILY_MAXIMUM = 500;
const RESEND_AFTER_MS = 60_000;

export interface InvitationDependencies {
  database: Database;
  mailer: Mailer;
  publicUrl: URL;
}

/** Making, looking at and accepting invitations. */
export function invitationRoutes(dependencies: InvitationDependencies): Route[] {
  const { database } = dependencies;
  return [
    route(listInvitations, ({ reader, query }) =>
      database.asReader(
        reader,
        async (tx) => {
          const rows = await store.listInvitations(tx, reader.tenantId, decodeTime(query.cursor), query.limit + 1);
          return toPage(rows, query.limit, present, ({ createdAt, id }) => encodeTime({ at: createdAt, id }));
        },
        { isReadOnly: true },
      ),
    ),

    route(createInvitation, async ({ reader, body, request, address }) => {
      const { secret, secretHash } = newSecret();
      const made = await database.asReader(reader, (tx) => make(tx, { ...reader, address }, body, secretHash));
      return reply(201, await handOut(dependencies, { reader, request, made, secret, secretHash }));
    }),

    route(resendInvitation, async ({ reader, params, request, address }) => {
      const { secret, secretHash } = newSecret();
      const made = await database.asReader(reader, (tx) => renew(tx, { ...reader, address }, params.id, secretHash));
      return handOut(dependencies, { reader, request, made, secret, secretHash });
    }),

    route(revokeInvitation, async ({ reader, params, address }) => {
      await database.asReader(reader, async (tx) => {
        if (!(await store.revokeInvitation(tx, reader.tenantId, params.id))) throw unknown();
        await writeAudit(tx, { ...reader, address }, 'invitation-revoked', { invitation: params.id });
      });
      return reply(204, undefined);
    }),

    route(lookAtInvitation, async ({ body }) => {
      const found = await store.findInvitation(database, hashOf(body.secret));
      if (!found) throw unknown();
      if (found.state !== 'open') throw over();
      const { tenantName, invitedBy, role, expiresAt, isBound } = found;
      return { tenantName, invitedBy, role, expiresAt: expiresAt.toISOString(), isBound };
    }),

    route(acceptInvitation, async ({ reader, body, address }) => {
      const secretHash = hashOf(body.secret);
      const joined = await database.asReader(reader, (tx) => store.acceptInvitation(tx, secretHash, address));
      return afterJoining(joined, { unknown, over });
    }),
  ];
}

type Acting = Reader & Actor & { userId: string };

async function make(tx: Queryable, actor: Acting, body: BodyOf<typeof createInvitation>, secretHash: Buffer) {
  const { tenantId } = actor;
  await lockTenant(tx, tenantId);
  const tenant = await readTenant(tx, tenantId);
  refusePersonal(tenant, 'Make a team, and invite others to that.');
  refuseEnding(tenant);
  const { invitations: rules } = settingsOf(tenant.settings);
  const role = body.role ?? rules.defaultRole;
  checkMayInvite(actor, role, rules);
  const email = body.email ?? null;
  await checkAddress(tx, tenantId, email, rules);
  const wish = { invitedBy: actor.userId, email, role, secretHash, days: body.expiresInDays };
  const id = await store.insertInvitation(tx, tenantId, wish);
  await writeAudit(tx, actor, 'invitation-made', { invitation: id, role, email });
  return { ...(await mustRead(tx, tenantId, id)), tenantName: tenant.name };
}

async function renew(tx: Queryable, actor: Acting, id: string, secretHash: Buffer) {
  const { tenantId } = actor;
  await lockTenant(tx, tenantId);
  const tenant = await readTenant(tx, tenantId);
  refuseEnding(tenant);
  await checkMayResend(tx, actor, id);
  // An accept does not wait for a lock of ours on the invitation; the statement looks once more.
  if (!(await store.renewInvitation(tx, tenantId, { id, secretHash, invitedBy: actor.userId }))) throw over();
  await writeAudit(tx, actor, 'invitation-resent', { invitation: id });
  return { ...(await mustRead(tx, tenantId, id)), tenantName: tenant.name };
}

function refuseEnding({ deletionAt }: { deletionAt: Date | null }): void {
  if (deletionAt) throw new Problem('conflict', 'The tenant is being deleted. Restore it first.');
}

function newSecret() {
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  return { secret, secretHash: hashOf(secret) };
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

function checkMayInvite({ role: mine }: Reader, role: Role, rules: TeamSettings['invitations']): void {
  if (isRoleAtLeast(mine, 'admin')) return;
  if (rules.allowedFor === 'admin') throw new Problem('forbidden', 'Only an admin of the tenant may invite.');
  if (role === 'admin')
    throw new Problem('forbidden', 'A member may invite members and readers; ask an admin for more.');
}

async function checkAddress(
  tx: Queryable,
  tenantId: string,
  email: string | null,
  { emailDomains }: TeamSettings['invitations'],
): Promise<void> {
  const { open, recent, hasSame } = await store.readOpen(tx, tenantId, email);
  if (open >= OPEN_MAXIMUM || recent >= DAILY_MAXIMUM) {
    throw new Problem('limit-reached', 'There are too many open invitations. Revoke some, or go on tomorrow.');
  }
  if (email === null) return;
  if (emailDomains.length > 0 && !emailDomains.includes(email.slice(email.lastIndexOf('@') + 1))) {
    throw new Problem('invalid-request', `Here only addresses of ${emailDomains.join(', ')} can be invited.`);
  }
  if (await store.isMember(tx, tenantId, email)) {
    throw new Problem('conflict', 'The account with this address is a member already.');
  }
  if (hasSame) {
    throw new Problem('conflict', 'This address has an open invitation. Send that one again, or revoke it first.');
  }
}

async function checkMayResend(tx: Queryable, { tenantId }: Reader, id: string): Promise<void> {
  const present = await store.readInvitation(tx, tenantId, id);
  if (!present) throw unknown();
  if (present.state === 'accepted' || present.state === 'revoked') throw over();
  const waitMs = present.createdAt.getTime() + RESEND_AFTER_MS - Date.now();
  if (!present.wasMailed || waitMs <= 0) return;
  const seconds = Math.ceil(waitMs / 1000);
  throw new Problem('too-many-requests', `A mail went out just now. Send it again in ${seconds} s.`, {
    headers: { 'Retry-After': String(seconds) },
  });
}

async function mustRead(tx: Queryable, tenantId: string, id: string) {
  const row = await store.readInvitation(tx, tenantId, id);
  if (!row) throw new Error('The invitation was not stored');
  return row;
}

interface HandedOut {
  reader: Reader;
  request: Request;
  made: store.InvitationRow & { tenantName: string };
  secret: string;
  secretHash: Buffer;
}

/** The link, shown this once and mailed where it can be. The secret is a fragment: no log and no Referer ever has it. */
async function handOut({ database, mailer, publicUrl }: InvitationDependencies, given: HandedOut) {
  const { reader, request, made, secret, secretHash } = given;
  const link = new URL(`/join#${secret}`, publicUrl).href;
  const { email, tenantName } = made;
  const mailed = email !== null && (await mailer.invite({ email, tenantName, inviter: reader.name, link, request }));
  if (mailed) await database.asReader(reader, (tx) => store.markMailed(tx, reader.tenantId, made.id, secretHash));
  return { ...present(made), link, mailed };
}

function present({ id, email, role, state, invitedBy, createdAt, expiresAt, acceptedAt }: store.InvitationRow) {
  return {
    id,
    email,
    role,
    state,
    invitedBy,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    acceptedAt: acceptedAt?.toISOString() ?? null,
  };
}

function unknown(): Problem {
  return new Problem('not-found', 'There is no such invitation. Check that the link is whole.');
}

function over(): Problem {
  return new Problem('invitation-over', 'This invitation was used, revoked or is too old. Ask for a new one.');
}
