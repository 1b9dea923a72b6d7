import { Problem } from '@alt/contracts';
import { type Database, type Queryable, statement } from '@alt/database';
import type { Reader } from '@alt/service-kit';
import { isPasswordRight } from '../../passwords.ts';
import type { Vault } from '../../vault.ts';
import type { SecondFactorKeeper } from '../provider.ts';
import { makeRecoveryCodes, readRecoveryCode } from './recovery-codes.ts';
import { makeTotpSecret, totpStepOf, totpUri } from './totp.ts';

export interface SecondFactorOptions {
  database: Database;
  vault: Vault;
  /** What an authenticator shows beside the account. */
  issuer: string;
  /** Told of each slow hash that is tried. */
  onCheck: () => void;
}

interface Account {
  userId: string;
  tenantId: string;
}

/** Authenticators with their secrets sealed, and recovery codes as hashes. */
export function createSecondFactors(options: SecondFactorOptions): SecondFactorKeeper {
  const { database, vault } = options;
  return {
    beginTotp: (reader) => beginTotp(options, reader),
    async confirmTotp(reader, code) {
      const { userId } = reader;
      const judged = await database.asReader(reader, (tx) =>
        judgeTotp(tx, vault, userId, { code, isConfirmed: false }),
      );
      if (!judged) return null;
      return async (tx) => {
        const confirmed = await tx.run(confirmStatement, [userId, judged.sealedSecret, judged.step]);
        if (confirmed === 0) throw new Problem('conflict', 'The authenticator was set up anew meanwhile. Begin again.');
      };
    },
    async removeTotp({ userId }) {
      return async (tx) => {
        await tx.run(removeCodesStatement, [userId]);
        return (await tx.run(removeStatement, [userId])) > 0;
      };
    },
    async renewRecoveryCodes({ userId }) {
      const made = await makeRecoveryCodes();
      const values = [userId, made.map(({ position }) => position), made.map(({ codeHash }) => codeHash)];
      const change = async (tx: Queryable) => {
        await tx.run(removeCodesStatement, [userId]);
        await tx.run(insertCodesStatement, values);
      };
      return { codes: made.map(({ code }) => code), change };
    },
    async check(account, code, methods) {
      if (methods.includes('totp') && (await useTotp(options, account, code))) return 'totp';
      if (!methods.includes('recovery-code')) return null;
      return (await useRecoveryCode(options, account, code)) ? 'recovery-code' : null;
    },
  };
}

async function beginTotp({ database, vault, issuer }: SecondFactorOptions, reader: Reader) {
  const { userId, email } = reader;
  const secret = makeTotpSecret();
  const sealed = vault.seal(secret, contextOf(userId));
  const made = await database.asReader(reader, async (tx) => {
    await tx.run(dropPendingStatement, [userId]);
    return tx.run(insertStatement, [userId, sealed]);
  });
  if (made === 0) throw new Problem('conflict', 'There is an authenticator already. Remove it first.');
  return { secret, uri: totpUri(secret, issuer, email) };
}

/** The step of a code, and the secret that it is of; null if it is none of the authenticator's. */
async function judgeTotp(
  tx: Queryable,
  vault: Vault,
  userId: string,
  { code, isConfirmed }: { code: string; isConfirmed: boolean },
) {
  const row = await tx.one(secretStatement, [userId, isConfirmed]);
  if (!row) return null;
  const step = totpStepOf(vault.open(row.sealed_secret, contextOf(userId)), code, row.now);
  return step === null ? null : { step, sealedSecret: row.sealed_secret };
}

function useTotp({ database, vault }: SecondFactorOptions, account: Account, code: string): Promise<boolean> {
  const { userId } = account;
  return database.asReader(account, async (tx) => {
    const judged = await judgeTotp(tx, vault, userId, { code, isConfirmed: true });
    return judged !== null && (await tx.run(useStepStatement, [userId, judged.step])) === 1;
  });
}

/** No transaction is held while the hash is tried; what uses the code up looks whether it is still the one. */
async function useRecoveryCode(
  { database, onCheck }: SecondFactorOptions,
  account: Account,
  code: string,
): Promise<boolean> {
  const typed = readRecoveryCode(code);
  if (!typed) return false;
  const values = [account.userId, typed.position];
  const row = await database.asReader(account, (tx) => tx.one(codeStatement, values), { isReadOnly: true });
  onCheck();
  if (!(await isPasswordRight(row?.code_hash ?? null, typed.letters))) return false;
  const used = await database.asReader(account, (tx) => tx.run(useCodeStatement, [...values, row?.code_hash]));
  return used === 1;
}

function contextOf(userId: string): string {
  return `totp ${userId}`;
}

const secretStatement = statement<{ sealed_secret: Buffer; now: Date }>(
  'auth_read_totp',
  'select sealed_secret, clock_timestamp() as now from totp_secrets where account_id = $1 and (confirmed_at is not null) = $2',
);

const dropPendingStatement = statement(
  'auth_drop_pending_totp',
  'delete from totp_secrets where account_id = $1 and confirmed_at is null',
);

const insertStatement = statement(
  'auth_insert_totp',
  'insert into totp_secrets (account_id, sealed_secret) values ($1, $2) on conflict (account_id) do nothing',
);

const confirmStatement = statement(
  'auth_confirm_totp',
  `update totp_secrets set confirmed_at = now(), last_step = $3
   where account_id = $1 and sealed_secret = $2 and confirmed_at is null`,
);

const useStepStatement = statement(
  'auth_use_totp_step',
  'update totp_secrets set last_step = $2 where account_id = $1 and last_step < $2',
);

const removeStatement = statement(
  'auth_remove_totp',
  'delete from totp_secrets where account_id = $1 and confirmed_at is not null',
);

const removeCodesStatement = statement('auth_remove_codes', 'delete from recovery_codes where account_id = $1');

const insertCodesStatement = statement(
  'auth_insert_codes',
  `insert into recovery_codes (account_id, position, code_hash)
   select $1, made.position, made.code_hash from unnest($2::smallint[], $3::text[]) as made (position, code_hash)`,
);

const codeStatement = statement<{ code_hash: string }>(
  'auth_read_code',
  'select code_hash from recovery_codes where account_id = $1 and position = $2 and used_at is null',
);

const useCodeStatement = statement(
  'auth_use_code',
  `update recovery_codes set used_at = now()
   where account_id = $1 and position = $2 and code_hash = $3 and used_at is null`,
);
