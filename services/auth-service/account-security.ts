import {
  changePassword,
  confirmTotp,
  createTotp,
  Problem,
  readSecurity,
  removeTotp,
  renewRecoveryCodes,
} from '@alt/contracts';
import { type Reader, type Route, reply, route } from '@alt/service-kit';
import { readUser } from './accounts.ts';
import { type Dependencies, setCookie } from './dependencies.ts';
import { beginAttempt, forgiveAttempt } from './lockouts.ts';
import { passwordChange } from './password-changes.ts';
import { proofEnd } from './proving.ts';
import { rotateSession, shownSession } from './sessions.ts';
import { wrongCode } from './signing-in.ts';
import { readSignOn } from './single-sign-on/store.ts';
import { writeAudit } from './store.ts';
import { visitorOf } from './visitor.ts';

/** What proves who somebody is, in their own hands: password, authenticator, recovery codes. */
export function securityRoutes(dependencies: Dependencies): Route[] {
  const { database, provider, mails } = dependencies;
  return [
    route(readSecurity, async ({ reader }) => {
      const { emailVerifiedAt, ...state } = await provider.describe(reader);
      const signOn = await database.asReader(reader, (tx) => readSignOn(tx, reader.userId), { isReadOnly: true });
      return {
        provider: provider.name,
        settingsPage: provider.settingsPage,
        ...state,
        hasSingleSignOn: signOn !== null,
        isEmailVerified: emailVerifiedAt !== null,
        canSendMail: mails !== null,
        provedUntil: proofEnd(reader.provedAt)?.toISOString() ?? null,
      };
    }),
    route(changePassword, async ({ reader, body, request, address }) => {
      const shown = shownSession(reader, request);
      const change = await passwordChange(dependencies, reader, body, visitorOf(request, address));
      const secret = await database.asReader(reader, async (tx) => {
        await change(tx);
        return rotateSession(tx, reader.userId, shown, { tenantId: reader.tenantId, isProved: true });
      });
      mails?.sendSoon();
      const session = { user: await readUser(dependencies, reader), csrfToken: reader.csrfToken ?? '' };
      return reply(200, session, setCookie(dependencies, secret));
    }),
    route(createTotp, async ({ reader }) => reply(201, await provider.secondFactors.beginTotp(reader))),
    route(confirmTotp, async ({ reader, body, address }) => ({
      recoveryCodes: await setUpTotp(dependencies, reader, body.code, address),
    })),
    route(removeTotp, async ({ reader, address }) => {
      const { userId, tenantId } = reader;
      const change = await provider.secondFactors.removeTotp(reader);
      await database.asReader(reader, async (tx) => {
        await writeAudit(tx, { action: 'totp-removed', userId, tenantId, address });
        if (!(await change(tx))) throw new Problem('not-found', 'There is no authenticator to remove.');
      });
      return reply(204, undefined);
    }),
    route(renewRecoveryCodes, async ({ reader, address }) => {
      const { hasTotp } = await provider.describe(reader);
      if (!hasTotp) throw new Problem('conflict', 'Recovery codes stand in for an authenticator. Set one up first.');
      return reply(201, { recoveryCodes: await makeCodes(dependencies, reader, address) });
    }),
  ];
}

/** A right code makes the authenticator count; new recovery codes come in the same transaction. */
async function setUpTotp(dependencies: Dependencies, reader: Reader, code: string, address: string): Promise<string[]> {
  const { database, provider } = dependencies;
  const { userId, tenantId, email } = reader;
  await beginAttempt(database, email, address);
  const confirmation = await provider.secondFactors.confirmTotp(reader, code);
  if (!confirmation) throw wrongCode();
  await forgiveAttempt(database, email, address);
  const { codes, change } = await provider.secondFactors.renewRecoveryCodes(reader);
  await database.asReader(reader, async (tx) => {
    await writeAudit(tx, { action: 'totp-set-up', userId, tenantId, address });
    await confirmation(tx);
    await change(tx);
  });
  return codes;
}

async function makeCodes({ database, provider }: Dependencies, reader: Reader, address: string): Promise<string[]> {
  const { userId, tenantId } = reader;
  const { codes, change } = await provider.secondFactors.renewRecoveryCodes(reader);
  await database.asReader(reader, async (tx) => {
    await writeAudit(tx, { action: 'recovery-codes-renewed', userId, tenantId, address });
    await change(tx);
  });
  return codes;
}
