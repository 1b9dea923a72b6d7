import type { Role } from '@alt/contracts';
import { type BodyOf, type confirm, PROOF_MINUTES, Problem, type switchTenant } from '@alt/contracts';
import { type Queryable, statement } from '@alt/database';
import type { Reader } from '@alt/service-kit';
import type { Dependencies } from './dependencies.ts';
import { beginAttempt, forgiveAttempt } from './lockouts.ts';
import { rotateSession, type ShownSession } from './sessions.ts';
import { passkeyRefused, wrongCode } from './signing-in.ts';
import { writeAudit } from './store.ts';

/**
 * Proves again that a session's owner is there. The session gets another secret, so that one that somebody knew before
 * opens nothing that needs proof. Returns the new secret.
 */
export async function confirmIdentity(
  dependencies: Dependencies,
  reader: Reader,
  proof: BodyOf<typeof confirm>,
  from: { shown: ShownSession; address: string },
): Promise<string> {
  const { userId, tenantId } = reader;
  const method = 'password' in proof ? 'password' : 'code' in proof ? 'totp' : 'passkey';
  const { address } = from;
  try {
    await judgeProof(dependencies, reader, proof, address);
  } catch (error) {
    if (error instanceof Problem && error.status === 401) {
      const line = { action: 'confirmation-failed' as const, userId, tenantId, address, detail: { method } };
      await writeAudit(dependencies.database, line);
    }
    throw error;
  }
  return dependencies.database.asReader(reader, async (tx) => {
    await writeAudit(tx, { action: 'identity-confirmed', userId, tenantId, address, detail: { method } });
    return rotateSession(tx, userId, from.shown, { tenantId, isProved: true });
  });
}

/** For what needs proof in some cases only; endpoints that always need it say so (`needsProof`). */
export function requireProof({ sessionId, provedAt }: Reader): void {
  const until = proofEnd(provedAt);
  if (sessionId !== null && until && until.getTime() > Date.now()) return;
  throw new Problem('proof-required', 'Confirm that it is you (POST /v1/auth/confirm), then send this again.');
}

/** When a session that was proved at a time must prove itself again. */
export function proofEnd(provedAt: Date | null): Date | null {
  return provedAt && new Date(provedAt.getTime() + PROOF_MINUTES * 60_000);
}

/**
 * Moves a session to another tenant of its account, which sessions from now on begin in as well. The session gets another
 * secret: what services keep for a few seconds of the old one still names the old tenant, and nobody shows it any more.
 */
export async function moveSession(
  { database }: Dependencies,
  reader: Reader,
  { tenantId }: BodyOf<typeof switchTenant>,
  from: { shown: ShownSession; address: string },
): Promise<{ secret: string; tenantId: string; role: Role }> {
  const { userId } = reader;
  return database.asReader({ userId, tenantId }, async (tx) => {
    const role = await roleIn(tx, userId, tenantId);
    if (!role) throw new Problem('not-found', 'There is no such tenant, or you are not in it.');
    const secret = await rotateSession(tx, userId, from.shown, { tenantId, isProved: false });
    await tx.run(defaultTenantStatement, [userId, tenantId]);
    const detail = { from: reader.tenantId };
    await writeAudit(tx, { action: 'tenant-switched', userId, tenantId, address: from.address, detail });
    return { secret, tenantId, role };
  });
}

async function judgeProof(
  { database, provider }: Dependencies,
  reader: Reader,
  proof: BodyOf<typeof confirm>,
  address: string,
): Promise<void> {
  if ('passkey' in proof) {
    const proven = await provider.passkeys.check(proof.passkey);
    if (proven?.identity.account_id !== reader.userId) throw passkeyRefused();
    return;
  }
  await beginAttempt(database, reader.email, address);
  if ('password' in proof) {
    const isOwn = await provider.passwords.isOwn(reader, proof.password);
    if (!isOwn) throw new Problem('wrong-credentials', 'The password is wrong.');
  } else {
    // No recovery codes: they are for getting in without the authenticator, and few.
    const factor = await provider.secondFactors.check(reader, proof.code, ['totp'], null);
    if (!factor) throw wrongCode();
  }
  await forgiveAttempt(database, reader.email, address);
}

async function roleIn(tx: Queryable, userId: string, tenantId: string): Promise<Role | null> {
  return (await tx.one(roleStatement, [userId, tenantId]))?.role ?? null;
}

const roleStatement = statement<{ role: Role }>(
  'auth_role_in_tenant',
  'select role from memberships where account_id = $1 and tenant_id = $2',
);

const defaultTenantStatement = statement(
  'auth_set_default_tenant',
  'update accounts set default_tenant_id = $2, updated_at = now() where id = $1',
);
