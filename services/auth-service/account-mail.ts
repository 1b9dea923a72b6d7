import {
  completeRecovery,
  Problem,
  requestEmailChange,
  requestRecovery,
  requestVerification,
  sendMail,
  verifyEmail,
} from '@alt/contracts';
import { type Route, reply, route } from '@alt/service-kit';
import type { Dependencies } from './dependencies.ts';
import { countRequest } from './lockouts.ts';
import { wordings } from './mail/wording.ts';
import { refuseWeak } from './password-changes.ts';
import { mailNotConfigured } from './providers/embedded/addresses.ts';
import type { MailLanguage } from './providers/provider.ts';
import { revokeOtherSessions } from './session-store.ts';
import { writeAudit } from './store.ts';
import { visitorOf } from './visitor.ts';

/** Addresses and the way back in, by links in mails; and the mails of services that have no relay of their own. */
export function accountMailRoutes(dependencies: Dependencies): Route[] {
  const { database, provider, mails } = dependencies;
  const { addresses } = provider;
  return [
    route(requestVerification, async ({ reader, request, address }) => {
      const { emailVerifiedAt } = await provider.describe(reader);
      if (emailVerifiedAt) throw new Problem('conflict', 'The address is confirmed already.');
      await countRequest(database, 'account-mail', reader.userId);
      await addresses.requestVerification(reader, visitorOf(request, address).language);
      return reply(202, undefined);
    }),
    route(requestEmailChange, async ({ reader, body, request, address }) => {
      await countRequest(database, 'account-mail', reader.userId);
      await addresses.requestChange(reader, body.email, visitorOf(request, address).language);
      const { userId, tenantId } = reader;
      await writeAudit(database, { action: 'email-change-asked', userId, tenantId, address });
      return reply(202, undefined);
    }),
    route(verifyEmail, async ({ body, request, address }) => {
      await countRequest(database, 'login', address);
      return { email: await confirmAddress(dependencies, body.token, visitorOf(request, address)) };
    }),
    route(requestRecovery, async ({ body, request, address }) => {
      await countRequest(database, 'recovery', address);
      await countRequest(database, 'account-mail', body.email);
      await addresses.requestRecovery(body.email, visitorOf(request, address).language);
      await writeAudit(database, { action: 'recovery-asked', address });
      return reply(202, undefined);
    }),
    route(completeRecovery, async ({ body, request, address }) => {
      await countRequest(database, 'login', address);
      await recover(dependencies, body, visitorOf(request, address));
      return reply(204, undefined);
    }),
    route(
      sendMail,
      async ({ body }) => {
        if (!mails) throw mailNotConfigured();
        await mails.queue(database, { kind: 'text', ...body });
        mails.sendSoon();
        return reply(202, undefined);
      },
      { callers: ['tenant-service'] },
    ),
  ];
}

interface Follower {
  address: string;
  language: MailLanguage;
}

async function confirmAddress(
  { database, provider, mails }: Dependencies,
  token: string,
  { address, language }: Follower,
): Promise<string> {
  const link = await provider.addresses.find(token, 'address');
  if (!link) throw linkExpired();
  const { account_id: userId, tenant_id: tenantId, email: oldEmail } = link.account;
  await database.asReader({ userId, tenantId }, async (tx) => {
    if (!(await link.use(tx))) throw linkExpired();
    const isChange = link.email !== oldEmail;
    const action = isChange ? 'email-changed' : 'email-verified';
    await writeAudit(tx, { action, userId, tenantId, address });
    if (isChange)
      await mails?.queue(tx, { kind: 'text', to: oldEmail, ...wordings[language].emailChanged(link.email) });
  });
  mails?.sendSoon();
  return link.email;
}

/** A new password by a link. No session comes of it: whoever has a second factor still needs it to sign in. */
async function recover(
  { database, provider, mails }: Dependencies,
  { token, password }: { token: string; password: string },
  { address, language }: Follower,
): Promise<void> {
  const link = await provider.addresses.find(token, 'recovery');
  if (!link) throw linkExpired();
  const { account_id: userId, tenant_id: tenantId, email } = link.account;
  refuseWeak(password, email);
  const change = await provider.passwords.change(userId, password);
  await database.asReader({ userId, tenantId }, async (tx) => {
    if (!(await link.use(tx))) throw linkExpired();
    const endedSessions = await revokeOtherSessions(tx, userId, null);
    await writeAudit(tx, { action: 'password-recovered', userId, tenantId, address, detail: { endedSessions } });
    await mails?.queue(tx, { kind: 'text', to: email, ...wordings[language].passwordChanged() });
    await change(tx);
  });
  mails?.sendSoon();
}

function linkExpired(): Problem {
  return new Problem('link-expired', 'The link is over, was used, or a newer one was sent. Ask for another.');
}
