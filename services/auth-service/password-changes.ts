import { Problem } from '@alt/contracts';
import type { Reader } from '@alt/service-kit';
import type { Dependencies } from './dependencies.ts';
import { beginAttempt, forgiveAttempt } from './lockouts.ts';
import { wordings } from './mail/wording.ts';
import { passwordWeakness } from './passwords.ts';
import type { Change, MailLanguage } from './providers/provider.ts';
import { requireProof } from './proving.ts';
import { revokeOtherSessions } from './session-store.ts';
import type { Visitor } from './sessions.ts';
import { writeAudit } from './store.ts';

/**
 * A reader's new password, judged; the change also ends their other sessions. Asks for the present one, or for proof
 * where there is none yet. `mails.sendSoon` follows the commit.
 */
export async function passwordChange(
  dependencies: Dependencies,
  reader: Reader,
  wish: { password: string; currentPassword?: string | undefined },
  { address, language }: Visitor & { language: MailLanguage },
): Promise<Change> {
  const { provider, mails } = dependencies;
  const { hasPassword } = await provider.describe(reader);
  if (hasPassword) await checkPresent(dependencies, reader, wish.currentPassword, address);
  else requireProof(reader);
  refuseWeak(wish.password, reader.email);
  const { userId, tenantId, sessionId, email } = reader;
  const change = await provider.passwords.change(userId, wish.password, sessionId);
  return async (tx) => {
    const endedSessions = await revokeOtherSessions(tx, userId, sessionId);
    await writeAudit(tx, { action: 'password-changed', userId, tenantId, address, detail: { endedSessions } });
    await mails?.queue(tx, { kind: 'text', to: email, ...wordings[language].passwordChanged() });
    await change(tx);
  };
}

export function refuseWeak(password: string, email: string): void {
  const weakness = passwordWeakness(password, email);
  if (weakness) throw new Problem('weak-password', weakness);
}

async function checkPresent(
  { database, provider }: Dependencies,
  reader: Reader,
  currentPassword: string | undefined,
  address: string,
): Promise<void> {
  if (currentPassword === undefined) {
    throw new Problem('invalid-request', 'Send "currentPassword" with a new password.');
  }
  await beginAttempt(database, reader.email, address);
  if (!(await provider.passwords.isOwn(reader, currentPassword))) {
    const { userId, tenantId } = reader;
    await writeAudit(database, { action: 'password-change-failed', userId, tenantId, address });
    throw new Problem('wrong-credentials', 'The present password is wrong.');
  }
  await forgiveAttempt(database, reader.email, address);
}
