import { type BodyOf, type login, Problem, type register, type User, type writeProfile } from '@alt/contracts';
import type { Database } from '@alt/database';
import type { Reader } from '@alt/service-kit';
import type { Config } from './config.ts';
import { beginAttempt, countRequest, forgiveAttempt } from './lockouts.ts';
import { hashPassword, isPasswordRight, passwordWeakness } from './passwords.ts';
import type { Visitor } from './sessions.ts';
import { groupCode, nameFrom, readSetup } from './setup.ts';
import {
  createAccount,
  findLogin,
  type Identity,
  readAccount,
  readPasswordHash,
  renameAccount,
  revokeOtherSessions,
  writeAudit,
  writePasswordHash,
} from './store.ts';

/** An account that has just proved itself: whose session to open, and what to show. */
export interface SignedIn {
  identity: Identity;
  user: User;
}

/** Makes an account with its personal tenant. The first one on an instance becomes its owner. */
export async function registerAccount(
  database: Database,
  config: Config,
  body: BodyOf<typeof register>,
  visitor: Visitor,
): Promise<SignedIn> {
  const { email, password, name = nameFrom(email), code = '' } = body;
  await countRequest(database, 'register', visitor.address);
  const { canRegister } = await readSetup(database, config);
  if (!canRegister) throw registrationClosed();
  refuseWeak(password, email);
  const made = await createAccount(database, {
    email,
    name,
    passwordHash: await hashPassword(password),
    registration: config.registration,
    isCodeRequired: config.isCodeRequired,
    code: groupCode(code),
    tenantId: null,
    tenantRole: 'owner',
    address: visitor.address,
  });
  switch (made.outcome) {
    case 'created': {
      const { account_id, tenant_id, role, created_at } = made;
      return signedIn({ account_id, tenant_id, role, email, name }, created_at);
    }
    case 'email-taken':
      throw new Problem('email-taken', 'There is an account with this e-mail. Sign in, or take another address.');
    case 'setup-code-required':
      throw new Problem('setup-code-required', 'Send the one-time "code" that Alt printed when it started.');
    default:
      throw registrationClosed();
  }
}

/**
 * Checks an e-mail and a password. Whether the account exists shows neither in the answer nor in the work done: a
 * missing one is checked against a hash of nobody's, and locked out all the same.
 */
export async function signIn(database: Database, body: BodyOf<typeof login>, visitor: Visitor): Promise<SignedIn> {
  const { email, password } = body;
  await countRequest(database, 'login', visitor.address);
  await beginAttempt(database, email, visitor.address);
  const found = await findLogin(database, email);
  const isRight = await isPasswordRight(found?.password_hash ?? null, password);
  if (!found || !isRight) {
    await writeAudit(database, {
      action: 'sign-in-failed',
      userId: found?.account_id ?? null,
      address: visitor.address,
      detail: { reason: found ? 'wrong password' : 'no such account' },
    });
    throw new Problem('wrong-credentials', 'The e-mail or the password is wrong.');
  }
  await forgiveAttempt(database, email, visitor.address);
  const { account_id, tenant_id, role, name, created_at } = found;
  return signedIn({ account_id, tenant_id, role, email, name }, created_at);
}

export async function readUser(database: Database, reader: Reader): Promise<User> {
  const account = await database.asReader(reader, (tx) => readAccount(tx, reader.userId), { isReadOnly: true });
  if (!account) throw new Problem('not-signed-in', 'The account is gone.');
  return toUser(account, reader);
}

/** Changes the name or the password. A new password ends every other session of the account. */
export async function changeProfile(
  database: Database,
  reader: Reader,
  body: BodyOf<typeof writeProfile>,
  visitor: Visitor,
): Promise<User> {
  const { name, password, currentPassword } = body;
  if (password !== undefined) {
    await checkPresentPassword(database, reader, currentPassword, visitor);
    refuseWeak(password, reader.email);
  }
  const passwordHash = password === undefined ? null : await hashPassword(password);
  const account = await database.asReader(reader, async (tx) => {
    const { userId, tenantId } = reader;
    const line = { userId, tenantId, address: visitor.address };
    if (name !== undefined) await renameAccount(tx, userId, name);
    if (passwordHash !== null) {
      await writePasswordHash(tx, userId, passwordHash);
      const endedSessions = await revokeOtherSessions(tx, userId, reader.sessionId);
      await writeAudit(tx, { ...line, action: 'password-changed', detail: { endedSessions } });
    }
    return readAccount(tx, userId);
  });
  if (!account) throw new Problem('not-signed-in', 'The account is gone.');
  return toUser(account, reader);
}

async function checkPresentPassword(
  database: Database,
  reader: Reader,
  currentPassword: string | undefined,
  visitor: Visitor,
): Promise<void> {
  if (currentPassword === undefined) {
    throw new Problem('invalid-request', 'Send "currentPassword" with a new password.');
  }
  await beginAttempt(database, reader.email, visitor.address);
  const hash = await database.asReader(reader, (tx) => readPasswordHash(tx, reader.userId), { isReadOnly: true });
  if (!(await isPasswordRight(hash, currentPassword))) {
    const { userId, tenantId } = reader;
    await writeAudit(database, { action: 'password-change-failed', userId, tenantId, address: visitor.address });
    throw new Problem('wrong-credentials', 'The present password is wrong.');
  }
  await forgiveAttempt(database, reader.email, visitor.address);
}

function refuseWeak(password: string, email: string): void {
  const weakness = passwordWeakness(password, email);
  if (weakness) throw new Problem('weak-password', weakness);
}

function registrationClosed(): Problem {
  return new Problem('registration-closed', 'Registration is closed here. Ask whoever runs this Alt for an account.');
}

function signedIn(identity: Identity, createdAt: Date): SignedIn {
  const { account_id: id, email, name, role, tenant_id: tenantId } = identity;
  return { identity, user: { id, email, name, role, tenantId, createdAt: createdAt.toISOString() } };
}

function toUser(account: { id: string; email: string; name: string; created_at: Date }, reader: Reader): User {
  const { id, email, name, created_at } = account;
  return { id, email, name, role: reader.role, tenantId: reader.tenantId, createdAt: created_at.toISOString() };
}
