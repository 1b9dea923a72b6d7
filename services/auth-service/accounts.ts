import { createHash } from 'node:crypto';
import { type BodyOf, Problem, type register, type User, type writeProfile } from '@alt/contracts';
import type { Reader } from '@alt/service-kit';
import type { Dependencies } from './dependencies.ts';
import { countRequest } from './lockouts.ts';
import { passwordChange, refuseWeak } from './password-changes.ts';
import { linkIdentity } from './providers/kratos/store.ts';
import type { MailLanguage, Proven } from './providers/provider.ts';
import type { Visitor } from './sessions.ts';
import { groupCode, nameFrom, readSetup } from './setup.ts';
import { createAccount, readAccount, renameAccount } from './store.ts';

/**
 * Makes an account with its personal tenant. The first one on an instance becomes its owner. Who brings an invitation may
 * where nobody else may; it is accepted afterwards, at tenant-service.
 */
export async function registerAccount(
  { database, config, provider, mails }: Dependencies,
  body: BodyOf<typeof register>,
  visitor: Visitor & { language: MailLanguage },
): Promise<Proven> {
  const { email, password, name = nameFrom(email), code = '', invitation } = body;
  await countRequest(database, 'register', visitor.address);
  const { canRegister } = await readSetup(database, config);
  if (!canRegister && invitation === undefined) throw registrationClosed();
  refuseWeak(password, email);
  const account = {
    email,
    name,
    registration: config.registration,
    isCodeRequired: config.isCodeRequired,
    code: groupCode(code),
    tenantId: null,
    tenantRole: 'owner' as const,
    address: visitor.address,
    invitationHash: invitation === undefined ? null : createHash('sha256').update(invitation).digest(),
  };
  const made = await provider.passwords.register({ email, name, password }, ({ passwordHash, identityId }) =>
    database.transaction(async (tx) => {
      const outcome = await createAccount(tx, { ...account, passwordHash });
      if (outcome.outcome === 'created' && identityId) await linkIdentity(tx, outcome.account_id, identityId);
      if (outcome.outcome === 'created' && mails) {
        const { language } = visitor;
        await mails.queue(tx, { kind: 'verification', to: email, accountId: outcome.account_id, language });
      }
      return outcome;
    }),
  );
  switch (made.outcome) {
    case 'created': {
      mails?.sendSoon();
      const { account_id, tenant_id, role, created_at } = made;
      const identity = { account_id, tenant_id, role, email, name };
      return { identity, createdAt: created_at, outside: made.outside ?? null };
    }
    case 'email-taken':
      throw new Problem('email-taken', 'There is an account with this e-mail. Sign in, or take another address.');
    case 'setup-code-required':
      throw new Problem('setup-code-required', 'Send the one-time "code" that Alt printed when it started.');
    default:
      throw registrationClosed(invitation !== undefined);
  }
}

export async function readUser({ database }: Pick<Dependencies, 'database'>, reader: Reader): Promise<User> {
  const account = await database.asReader(reader, (tx) => readAccount(tx, reader.userId), { isReadOnly: true });
  if (!account) throw new Problem('not-signed-in', 'The account is gone.');
  const { id, email, name, created_at } = account;
  return { id, email, name, role: reader.role, tenantId: reader.tenantId, createdAt: created_at.toISOString() };
}

/** Changes the name or the password. A new password ends every other session of the account. */
export async function changeProfile(
  dependencies: Dependencies,
  reader: Reader,
  body: BodyOf<typeof writeProfile>,
  visitor: Visitor & { language: MailLanguage },
): Promise<User> {
  const { name, password, currentPassword } = body;
  const change =
    password === undefined ? null : await passwordChange(dependencies, reader, { password, currentPassword }, visitor);
  await dependencies.database.asReader(reader, async (tx) => {
    if (name !== undefined) await renameAccount(tx, reader.userId, name);
    await change?.(tx);
  });
  if (change) dependencies.mails?.sendSoon();
  return readUser(dependencies, reader);
}

export function toUser({ identity, createdAt }: Proven): User {
  const { account_id: id, email, name, role, tenant_id: tenantId } = identity;
  return { id, email, name, role, tenantId, createdAt: createdAt.toISOString() };
}

function registrationClosed(isInvited = false): Problem {
  return new Problem(
    'registration-closed',
    isInvited
      ? 'Registration is closed here, and this invitation is over, was used, or is for another address. Ask for a new one.'
      : 'Registration is closed here. Ask whoever runs this Alt for an account.',
  );
}
