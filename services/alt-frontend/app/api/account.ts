import type {
  AuditLineDocument,
  BodyOf,
  confirm,
  createPasskey,
  createTotp,
  listPasskeys,
  listSessions,
  ResponseOf,
  readOwnSingleSignOn,
  readSecurity,
} from '@alt/contracts';
import type { Page, Session } from './api.ts';
import type { Client } from './client.ts';

export type AccountSecurity = ResponseOf<typeof readSecurity>;
export type ListedSession = ResponseOf<typeof listSessions>['items'][number];
export type Passkey = ResponseOf<typeof listPasskeys>['items'][number];
export type NewTotp = ResponseOf<typeof createTotp>;
export type OwnSingleSignOn = ResponseOf<typeof readOwnSingleSignOn>;
export type Proof = BodyOf<typeof confirm>;
export type PasskeyRegistration = BodyOf<typeof createPasskey>['passkey'];
export type PasskeyAssertion = Extract<Proof, { passkey: unknown }>['passkey'];
/** What `navigator.credentials` is given; passed on as it comes. */
export type PasskeyOptions = { challenge: string } & Record<string, unknown>;
export type LogLine = AuditLineDocument;
export type LogFilter = { action?: string; outcome?: string; from?: string; to?: string };
type RecoveryCodes = { recoveryCodes: string[] };

const logPaths = { me: '/v1/user/audit', tenant: '/v1/auth/audit' } as const;

export type AccountApi = ReturnType<typeof createAccountApi>;

/** The calls about the account itself: the ways in, and what proves who somebody is. Loaded with the screens of it. */
export function createAccountApi({ call }: Pick<Client, 'call'>) {
  return {
    finishLogin: (challenge: string, code: string) =>
      call<Session>('POST', '/v1/auth/login/second-factor', { body: { challenge, code } }),
    passkeyOptions: () => call<PasskeyOptions>('POST', '/v1/auth/passkey/options'),
    passkeyLogin: (passkey: PasskeyAssertion) => call<Session>('POST', '/v1/auth/passkey', { body: { passkey } }),
    confirm: (body: Proof) => call<Session>('POST', '/v1/auth/confirm', { body }),

    /** The name of the single sign-on; null where the server has none. */
    singleSignOn: () => call<{ name: string | null }>('GET', '/v1/auth/oidc'),
    ownSingleSignOn: () => call<OwnSingleSignOn>('GET', '/v1/user/sso'),
    /** These two answer the address at the provider to open; it leads back to the path. */
    linkSingleSignOn: (path: string) => call<{ url: string }>('POST', '/v1/user/sso', { body: { return: path } }),
    confirmBySingleSignOn: (path: string) =>
      call<{ url: string }>('POST', '/v1/auth/confirm/sso', { body: { return: path } }),
    unlinkSingleSignOn: () => call<void>('DELETE', '/v1/user/sso'),
    /** A session for the cookie of a sign-in at the pages of Kratos. */
    enterByKratos: () => call<Session>('POST', '/v1/auth/kratos'),

    requestRecovery: (email: string) => call<void>('POST', '/v1/auth/recovery', { body: { email } }),
    completeRecovery: (token: string, password: string) =>
      call<void>('POST', '/v1/auth/recovery/complete', { body: { token, password } }),
    verifyEmail: (token: string) => call<{ email: string }>('POST', '/v1/auth/verification', { body: { token } }),

    security: () => call<AccountSecurity>('GET', '/v1/user/security'),
    changePassword: (body: { password: string; currentPassword?: string }) =>
      call<Session>('POST', '/v1/user/password', { body }),
    requestVerification: () => call<void>('POST', '/v1/user/email/verification'),
    requestEmailChange: (email: string) => call<void>('POST', '/v1/user/email', { body: { email } }),

    passkeys: () => call<{ items: Passkey[] }>('GET', '/v1/user/passkeys'),
    beginPasskey: () => call<PasskeyOptions>('POST', '/v1/user/passkeys/options'),
    createPasskey: (name: string, passkey: PasskeyRegistration) =>
      call<Passkey>('POST', '/v1/user/passkeys', { body: { name, passkey } }),
    renamePasskey: (id: string, name: string) => call<Passkey>('PATCH', `/v1/user/passkeys/${id}`, { body: { name } }),
    deletePasskey: (id: string) => call<void>('DELETE', `/v1/user/passkeys/${id}`),

    createTotp: () => call<NewTotp>('POST', '/v1/user/totp'),
    confirmTotp: (code: string) => call<RecoveryCodes>('POST', '/v1/user/totp/confirm', { body: { code } }),
    removeTotp: () => call<void>('DELETE', '/v1/user/totp'),
    renewRecoveryCodes: () => call<RecoveryCodes>('POST', '/v1/user/recovery-codes'),

    sessions: (cursor: string | undefined) =>
      call<Page<ListedSession>>('GET', '/v1/user/sessions', { query: { limit: 50, cursor } }),
    endSession: (id: string) => call<void>('DELETE', `/v1/user/sessions/${id}`),
    endOtherSessions: () => call<{ ended: number }>('DELETE', '/v1/user/sessions'),

    log: (of: 'me' | 'tenant', filter: LogFilter, cursor: string | undefined) =>
      call<Page<LogLine>>('GET', logPaths[of], { query: { ...filter, cursor } }),
    /** Where the browser fetches all of it. */
    logFile: (of: 'me' | 'tenant', filter: LogFilter, format: 'csv' | 'ndjson') => {
      const given = Object.entries(filter).filter(([, value]) => value !== '');
      return `${logPaths[of]}/export?${new URLSearchParams([...given, ['format', format]])}`;
    },

    deleteAccount: () => call<void>('DELETE', '/v1/user'),
  };
}
