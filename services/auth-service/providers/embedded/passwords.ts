import { type Database, statement } from '@alt/database';
import { dropLinks } from '../../mail/links.ts';
import { hashPassword, isPasswordRight } from '../../passwords.ts';
import { findAccount, readPasswordHash } from '../../store.ts';
import type { PasswordKeeper } from '../provider.ts';

/** Passwords as argon2id hashes in `credentials`. `onCheck` is told of each hash that is tried. */
export function createPasswords(database: Database, onCheck: () => void): PasswordKeeper {
  const tryPassword = (hash: string | null, password: string) => {
    onCheck();
    return isPasswordRight(hash, password);
  };
  return {
    async register({ password }, makeAccount) {
      return makeAccount({ passwordHash: await hashPassword(password) });
    },
    async check(email, password) {
      const found = await findAccount(database, email);
      const isRight = await tryPassword(found?.password_hash ?? null, password);
      if (!found) return { isRight: false, accountId: null, reason: 'no such account' };
      const { account_id, tenant_id, role, name, created_at, has_totp } = found;
      if (!isRight) {
        const reason = found.password_hash === null ? 'no password' : 'wrong password';
        return { isRight: false, accountId: account_id, reason };
      }
      const proven = { identity: { account_id, tenant_id, role, email, name }, createdAt: created_at };
      return { isRight: true, proven, secondFactors: has_totp ? ['totp', 'recovery-code'] : [], state: null };
    },
    async isOwn(reader, password) {
      const hash = await database.asReader(reader, (tx) => readPasswordHash(tx, reader.userId), { isReadOnly: true });
      return tryPassword(hash, password);
    },
    async change(userId, password) {
      const hash = await hashPassword(password);
      return async (tx) => {
        await tx.run(writeStatement, [userId, hash]);
        // A link that was asked for before is no way around the new password.
        await dropLinks(tx, userId, ['recovery']);
      };
    },
  };
}

const writeStatement = statement(
  'auth_write_password',
  `insert into credentials (account_id, password_hash) values ($1, $2)
   on conflict (account_id) do update set password_hash = excluded.password_hash, changed_at = now()`,
);
