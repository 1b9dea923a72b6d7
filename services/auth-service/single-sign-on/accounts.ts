import { createHash } from 'node:crypto';
import { Problem } from '@alt/contracts';
import type { Dependencies } from '../dependencies.ts';
import { emailAddress } from '../email.ts';
import { countRequest } from '../lockouts.ts';
import type { Proven } from '../providers/provider.ts';
import { groupCode, nameFrom } from '../setup.ts';
import { createAccount, findAccount, isEmailVerified, type NewAccountOutcome, writeAudit } from '../store.ts';
import type { Claimed } from './issuer.ts';
import type { Errand } from './sign-on.ts';
import { confirmNewEmail, findAccountBySignOn, linkSignOn, useSignOn } from './store.ts';

/**
 * Whose account single sign-on opens. Known by issuer and subject; at first sight by the address, where the provider has
 * confirmed it and the account has too: an unconfirmed account may be anybody's who wrote the address down first. An account
 * with an authenticator is linked by its owner alone. Who is nobody yet registers, as the rules of registration allow.
 */
export async function accountBySignOn(
  dependencies: Dependencies,
  claimed: Claimed,
  errand: Errand & { purpose: 'sign-in' },
  address: string,
): Promise<Proven> {
  const { database, provider } = dependencies;
  const known = await findAccountBySignOn(database, claimed.issuer, claimed.subject);
  if (known) {
    const { created_at: createdAt, ...identity } = known;
    const reader = { userId: known.account_id, tenantId: known.tenant_id };
    await database.asReader(reader, (tx) => useSignOn(tx, reader.userId, claimed.issuer, claimed.email));
    return { identity, createdAt };
  }
  const parsed = emailAddress.safeParse(claimed.email);
  if (!parsed.success || !claimed.isEmailVerified) {
    throw unlinked(
      'The single sign-on has not confirmed your address. Sign in another way, and link it in the settings.',
    );
  }
  const email = parsed.data;
  const present = await findAccount(database, email);
  if (!present) return registerBySignOn(dependencies, { ...claimed, email }, errand, address);
  if (!(await isEmailVerified(database, present.account_id))) {
    throw unlinked(
      'An account has this address, but has not confirmed it. Sign in there, and link it in the settings.',
    );
  }
  const reader = { userId: present.account_id, tenantId: present.tenant_id };
  // Who reads the mail of an address gets past a password, but not past an authenticator.
  if ((await provider.describe(reader)).hasTotp) {
    throw unlinked('The account asks for a code of its authenticator. Sign in there, and link it in the settings.');
  }
  await linkTo(dependencies, reader, { ...claimed, email }, address);
  const { account_id, tenant_id, role, name } = present;
  return { identity: { account_id, tenant_id, role, email, name }, createdAt: present.created_at };
}

/** Lets single sign-on open an account from now on. Throws `conflict`. */
export async function linkTo(
  { database }: Pick<Dependencies, 'database'>,
  reader: { userId: string; tenantId: string },
  { issuer, subject, email }: Claimed,
  address: string,
): Promise<void> {
  const { userId, tenantId } = reader;
  await database.asReader(reader, async (tx) => {
    await writeAudit(tx, { action: 'single-sign-on-linked', userId, tenantId, address, detail: { issuer } });
    if (await linkSignOn(tx, userId, { issuer, subject, email })) return;
    throw new Problem('conflict', 'This account has a single sign-on already, or another account has this one.');
  });
}

async function registerBySignOn(
  { database, config, provider }: Dependencies,
  claimed: Claimed,
  { invitation, code }: Errand & { purpose: 'sign-in' },
  address: string,
): Promise<Proven> {
  await countRequest(database, 'register', address);
  const { email } = claimed;
  const name = claimed.name.replace(/\s+/gu, ' ').trim().slice(0, 100) || nameFrom(email);
  const { registration, isCodeRequired } = config;
  const made = await provider.admit({ email, name }, ({ link }) =>
    database.transaction(async (tx) => {
      const outcome = await createAccount(tx, {
        email,
        name,
        passwordHash: null,
        registration,
        isCodeRequired,
        code: groupCode(code),
        tenantId: null,
        tenantRole: 'owner',
        address,
        invitationHash: invitation === null ? null : createHash('sha256').update(invitation).digest(),
      });
      if (outcome.outcome === 'created') {
        await link(tx, outcome.account_id);
        await confirmNewEmail(tx, outcome.account_id);
      }
      return outcome;
    }),
  );
  if (made.outcome !== 'created') throw notRegistered(made);
  const { account_id, tenant_id, role, created_at: createdAt } = made;
  // Should this be missed, the next sign-in links the two, which have one confirmed address.
  await linkTo({ database }, { userId: account_id, tenantId: tenant_id }, claimed, address);
  return { identity: { account_id, tenant_id, role, email, name }, createdAt };
}

function notRegistered({ outcome }: NewAccountOutcome): Problem {
  if (outcome === 'setup-code-required') {
    return new Problem('setup-code-required', 'The first account needs the one-time "code" that Alt printed.');
  }
  if (outcome === 'email-taken')
    return unlinked('An account has this address. Sign in there, and link it in the settings.');
  return new Problem('registration-closed', 'Registration is closed here. Ask whoever runs this Alt for an account.');
}

function unlinked(sentence: string): Problem {
  return new Problem('sign-on-unlinked', sentence);
}
