import { createHash } from 'node:crypto';
import {
  type BodyOf,
  countKratosAttempt,
  kratosMail,
  kratosRegistered,
  kratosRegistering,
  Problem,
} from '@alt/contracts';
import { statement } from '@alt/database';
import { type Route, reply, route } from '@alt/service-kit';
import type { Dependencies } from '../../dependencies.ts';
import { emailAddress } from '../../email.ts';
import { beginAttempt, countRequest, forgiveAttempt } from '../../lockouts.ts';
import { codeMail, languageOf } from '../../mail/wording.ts';
import { groupCode, nameFrom, readSetup } from '../../setup.ts';
import { findAccount } from '../../store.ts';
import { mailNotConfigured } from '../embedded/addresses.ts';
import { accountOf } from './identities.ts';
import { isOwnTicket, isSame } from './tickets.ts';

const TOKEN_HEADER = 'x-kratos-token';

/** What Kratos asks and tells; whoever has not its token finds nothing here. */
export function kratosWebhooks(dependencies: Dependencies): Route[] {
  const { database, mails } = dependencies;
  const { kratos } = dependencies.config;
  const check = (request: Request) => {
    if (kratos && isSame(request.headers.get(TOKEN_HEADER) ?? '', kratos.token)) return kratos.token;
    throw new Problem('not-found', 'There is nothing at this address.');
  };
  return [
    route(kratosRegistering, async ({ request, body }) => {
      const refusal = await refusalFor(dependencies, body, check(request));
      return refusal === null ? {} : refusedForm(refusal);
    }),
    route(kratosRegistered, async ({ request, body }) => {
      const { identityId: id, name, transient } = body;
      const token = check(request);
      const email = emailAddress.parse(body.email);
      if (!isOwnTicket(token, email, transient.ticket)) {
        await accountOf(database, { id, email, name: name.trim().slice(0, 100) || nameFrom(email), verifiedAt: null });
      }
      return reply(204, undefined);
    }),
    route(kratosMail, async ({ request, body }) => {
      const token = check(request);
      const { to, template, data } = body;
      const { ticket, language } = (data.transient_payload ?? {}) as { ticket?: unknown; language?: unknown };
      // Who registers through Alt itself gets a link of ours, by the same transaction that made the account.
      if (template.startsWith('verification_') && isOwnTicket(token, to.toLowerCase(), ticket))
        return reply(204, undefined);
      if (!mails) throw mailNotConfigured();
      const wanted = languageOf(typeof language === 'string' ? language : null);
      await mails.queue(database, { kind: 'text', to, ...wordsOf(template, data, wanted) });
      mails.sendSoon();
      return reply(204, undefined);
    }),
    route(
      countKratosAttempt,
      async ({ body }) => {
        await countAttempt(dependencies, body);
        return reply(204, undefined);
      },
      { callers: ['alt-frontend'] },
    ),
  ];
}

/**
 * As at our own doors (signing-in.ts, accounts.ts, account-mail.ts). A second factor is counted by the session that it is
 * for, and a password before one stays counted until that was right.
 */
async function countAttempt(
  { database, provider }: Dependencies,
  { kind, identifier, cookie, address, wasRight }: BodyOf<typeof countKratosAttempt>,
): Promise<void> {
  if (wasRight) {
    const proven = cookie === null ? 'none' : await provider.sessions?.enter(cookie);
    if (typeof proven === 'object') await forgiveAttempt(database, proven.identity.email, address);
    return;
  }
  await countRequest(database, kind === 'registration' ? 'register' : kind, address);
  if (kind !== 'login') return;
  const email = identifier?.trim().toLowerCase() ?? null;
  const subject = email ?? (cookie === null ? null : `second factor ${digest(cookie)}`);
  if (subject !== null) await beginAttempt(database, subject, address);
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

function wordsOf(template: string, data: BodyOf<typeof kratosMail>['data'], language: ReturnType<typeof languageOf>) {
  const words = codeMail[language];
  const { recovery_code, verification_code, login_code, registration_code } = data;
  if (template === 'recovery_code_valid' && recovery_code) return words.recovery(recovery_code);
  if (template === 'verification_code_valid' && verification_code) return words.verification(verification_code);
  const code = login_code ?? registration_code;
  if (code && /^(login|registration)_code_valid$/.test(template)) return words.signIn(code);
  throw new Problem('invalid-request', `Alt has no words for the mail "${template.slice(0, 50)}" of Kratos.`);
}

/** What Kratos' page shows; it knows the ids in the reader's language (services/alt-frontend/app/kratos/messages.ts). */
const refusals = {
  4990001: 'This is no e-mail address.',
  4990002: 'There is an account with this e-mail. Sign in, or take another address.',
  4990003: 'Enter the one-time code that Alt printed when it started.',
  4990004: 'Registration is closed here. Ask whoever runs this Alt for an account.',
} as const;
type RefusalId = keyof typeof refusals;

/** Why somebody may not register; null if they may. */
async function refusalFor(
  { database, config }: Dependencies,
  { email: typed, transient }: BodyOf<typeof kratosRegistering>,
  token: string,
): Promise<RefusalId | null> {
  const address = emailAddress.safeParse(typed);
  if (!address.success) return 4_990_001;
  const email = address.data;
  if (isOwnTicket(token, email, transient.ticket)) return null;
  if (await findAccount(database, email)) return 4_990_002;
  const { canRegister, needsCode } = await readSetup(database, config);
  if (canRegister && !needsCode) return null;
  if (canRegister) {
    const isRight = await database.one(isSetupCodeStatement, [groupCode(transient.code ?? '')]);
    return isRight?.is_right ? null : 4_990_003;
  }
  if (transient.invitation !== undefined) {
    const hash = createHash('sha256').update(transient.invitation).digest();
    if ((await database.one(isInvitedStatement, [hash, email]))?.is_invited) return null;
  }
  return 4_990_004;
}

/** https://www.ory.sh/docs/guides/integrate-with-ory-cloud-through-webhooks#flow-interrupting-webhooks */
function refusedForm(id: RefusalId): Response {
  const messages = [{ id, text: refusals[id], type: 'error' }];
  return Response.json({ messages: [{ instance_ptr: '#/traits/email', messages }] }, { status: 422 });
}

const isSetupCodeStatement = statement<{ is_right: boolean }>(
  'auth_is_setup_code',
  `select exists (
     select from setup_codes where sha256(convert_to(code, 'UTF8')) = sha256(convert_to($1, 'UTF8'))
   ) as is_right`,
);

const isInvitedStatement = statement<{ is_invited: boolean }>(
  'auth_is_invited',
  'select is_invited($1, $2) as is_invited',
);
