import { Problem } from '@alt/contracts';
import type { Database } from '@alt/database';
import type { Identity as KratosIdentity, Session } from '@ory/client-fetch';
import { nameFrom } from '../../setup.ts';
import { createAccount, type FoundAccount, findAccount, isEmailVerified, writeAudit } from '../../store.ts';
import type { Proven } from '../provider.ts';
import { findAccountByIdentity, followIdentity, linkIdentity } from './store.ts';

/** What Alt takes over from an identity. Kratos keeps more. */
export interface KnownIdentity {
  id: string;
  email: string;
  name: string;
  verifiedAt: Date | null;
}

export function knownIdentity(identity: KratosIdentity): KnownIdentity {
  const { email, name } = identity.traits as { email: string; name?: string };
  const address = email.trim().toLowerCase();
  const kept = identity.verifiable_addresses?.find(({ value }) => value.toLowerCase() === address);
  const verifiedAt = kept?.verified ? new Date(kept.verified_at ?? kept.updated_at ?? Date.now()) : null;
  return { id: identity.id, email: address, name: name?.trim().slice(0, 100) || nameFrom(address), verifiedAt };
}

/**
 * The account that an identity is, brought to its present address; at first sight it is made, with its personal tenant:
 * whoever has an identity was let in by the gate (webhooks.ts), or by the operator. An account with the same address that
 * was here before becomes it only where both sides confirmed the address. Null where it is disabled here.
 */
export async function accountOf(database: Database, identity: KnownIdentity): Promise<FoundAccount | null> {
  const { id, email, verifiedAt } = identity;
  if (!(await findAccountByIdentity(database, id))) await adopt(database, identity);
  if (!(await followIdentity(database, id, { email, verifiedAt }))) throw addressTaken();
  return findAccountByIdentity(database, id);
}

export async function provenBy(
  database: Database,
  session: Session,
  outside: Proven['outside'],
): Promise<Proven | null> {
  if (!session.identity) return null;
  const account = await accountOf(database, knownIdentity(session.identity));
  if (!account) return null;
  const { created_at: createdAt, ...identity } = account;
  return { identity, createdAt, outside };
}

async function adopt(database: Database, { id, email, name, verifiedAt }: KnownIdentity): Promise<void> {
  await database.transaction(async (tx) => {
    const made = await createAccount(tx, {
      email,
      name,
      passwordHash: null,
      registration: 'operator',
      isCodeRequired: false,
      code: '',
      tenantId: null,
      tenantRole: 'owner',
      address: '',
    });
    if (made.outcome === 'created') {
      await linkIdentity(tx, made.account_id, id);
      return;
    }
    const present = await findAccount(tx, email);
    const isProved = present && verifiedAt !== null && (await isEmailVerified(tx, present.account_id));
    if (!isProved || !(await linkIdentity(tx, present.account_id, id))) throw addressTaken();
    const { account_id: userId, tenant_id: tenantId } = present;
    await writeAudit(tx, { action: 'identity-linked', userId, tenantId, detail: { identityId: id } });
  });
}

function addressTaken(): Problem {
  return new Problem(
    'email-taken',
    'Another account has this address. Confirm the address in both, or ask whoever runs this Alt.',
  );
}
