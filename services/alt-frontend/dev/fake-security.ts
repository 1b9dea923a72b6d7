import { randomBytes, randomUUID } from 'node:crypto';
import * as contracts from '@alt/contracts';
import { fakeChallenge, signIn } from './fake-accounts.ts';
import { type FakeHandler, FakeReply } from './fake-api.ts';
import type { FakeState } from './fake-state.ts';

/** The code that an authenticator would show, the secret of every link, and the address that one confirms. */
export const fakeTotpCode = '123456';
export const fakeLinkToken = 'fake-link-token';

const { Problem } = contracts;

export const securityHandlers: FakeHandler[] = [
  [
    contracts.finishLogin,
    ({ state, body }) => {
      if (body.challenge !== fakeChallenge) throw new Problem('challenge-expired', 'Begin again.');
      checkCode(state, body.code);
      return signIn(state, 200);
    },
  ],
  [contracts.beginPasskeyLogin, ({ request }) => ({ ...ceremony(request), userVerification: 'required' })],
  [
    contracts.passkeyLogin,
    ({ state, body }) => {
      checkPasskey(state, body.passkey);
      return signIn(state, 200);
    },
  ],
  [
    contracts.confirm,
    ({ state, body }) => {
      if ('passkey' in body) checkPasskey(state, body.passkey);
      else if ('code' in body) checkCode(state, body.code);
      else if (body.password !== state.password) throw new Problem('wrong-credentials', 'Wrong.');
      state.security.isProved = true;
      return sessionOf(state);
    },
  ],
  [
    contracts.readSecurity,
    ({ state: { security } }) => ({
      provider: 'embedded',
      settingsPage: null,
      hasSingleSignOn: security.signOnEmail !== null,
      hasPassword: true,
      passkeys: security.passkeys.length,
      hasTotp: security.totp === 'on',
      recoveryCodesLeft: security.recoveryCodes.length,
      isEmailVerified: security.isEmailVerified,
      canSendMail: security.canSendMail,
      provedUntil: security.isProved ? new Date(Date.now() + 900_000).toISOString() : null,
    }),
  ],
  [
    contracts.changePassword,
    ({ state, body }) => {
      if (body.currentPassword !== state.password) throw new Problem('wrong-credentials', 'Wrong.');
      if (body.password.length < 10) throw new Problem('weak-password', 'Take a longer password.');
      state.password = body.password;
      return sessionOf(state);
    },
  ],
  [contracts.listOwnAudit, ({ query }) => auditPage(query)],
  [contracts.listAudit, ({ query }) => auditPage(query)],
  ...[contracts.exportOwnAudit, contracts.exportAudit].map(
    (endpoint): FakeHandler => [
      endpoint,
      () => new Response('{}', { headers: { 'content-type': 'application/x-ndjson' } }),
    ],
  ),
  ...signOnHandlers(),
  ...totpHandlers(),
  ...passkeyHandlers(),
  ...sessionHandlers(),
  ...mailHandlers(),
  [contracts.exportAccount, () => new Response('{}', { headers: { 'content-type': 'application/json' } })],
  [
    contracts.deleteAccount,
    ({ state }) => {
      const tenants = state.security.blockingTenants;
      if (tenants.length > 0) throw new Problem('conflict', 'Hand them over.', { extra: { tenants } });
      state.sessionId = null;
    },
  ],
];

/** Three lines, of which the filter takes what fits. */
function auditPage(query: { action?: string; outcome?: string }) {
  const lines = (
    [
      ['signed-in', 'allowed'],
      ['sign-in-failed', 'refused'],
      ['password-changed', 'allowed'],
    ] as const
  ).map(([action, outcome], index) => ({
    id: String(index),
    at: new Date(Date.now() - index * 3_600_000).toISOString(),
    action,
    outcome,
    accountId: null,
    sessionId: null,
    requestId: '',
    address: '192.0.2.17',
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
    detail: {},
  }));
  const fits = (line: (typeof lines)[number]) =>
    (!query.action || line.action === query.action) && (!query.outcome || line.outcome === query.outcome);
  return { items: lines.filter(fits), nextCursor: null };
}

/** The provider of the fake answers at once: its page is the address that it leads back to. */
function signOnHandlers(): FakeHandler[] {
  const goTo = (location: string) => new FakeReply(undefined, { status: 303, headers: { location } });
  const away = (errand: string, path = '/') => ({
    url: `/v1/auth/oidc/callback?${new URLSearchParams({ state: errand, path })}`,
  });
  return [
    [contracts.readSingleSignOn, ({ state }) => ({ name: state.security.signOnName })],
    [contracts.startSingleSignOn, ({ query }) => goTo(away('sign-in', query.return).url)],
    [
      contracts.finishSingleSignOn,
      ({ state, query }) => {
        const { security } = state;
        if (security.signOnProblem !== null) return goTo(`/sign-in?problem=${security.signOnProblem}`);
        if (query.state === 'link') security.signOnEmail = 'ada@work.example';
        if (query.state === 'confirm') security.isProved = true;
        const { headers = {} } = query.state === 'sign-in' ? signIn(state, 303).init : {};
        return new FakeReply(undefined, { status: 303, headers: { ...headers, location: query.path } });
      },
    ],
    [contracts.linkSingleSignOn, ({ body }) => away('link', body.return)],
    [contracts.confirmBySingleSignOn, ({ body }) => away('confirm', body.return)],
    [
      contracts.readOwnSingleSignOn,
      ({ state: { security } }) => {
        const at = security.signOnEmail === null ? null : new Date().toISOString();
        return { isLinked: at !== null, email: security.signOnEmail, linkedAt: at, lastUsedAt: at };
      },
    ],
    [
      contracts.unlinkSingleSignOn,
      ({ state: { security } }) => {
        if (security.passkeys.length === 0) throw new Problem('conflict', 'It is the only way in.');
        security.signOnEmail = null;
      },
    ],
  ];
}

function totpHandlers(): FakeHandler[] {
  const renew = (state: FakeState) => {
    state.security.recoveryCodes = Array.from({ length: 10 }, () =>
      randomBytes(8)
        .toString('hex')
        .replace(/(.{4})(?=.)/g, '$1-'),
    );
    return { recoveryCodes: state.security.recoveryCodes };
  };
  return [
    [
      contracts.createTotp,
      ({ state }) => {
        if (state.security.totp === 'on') throw new Problem('conflict', 'There is one.');
        state.security.totp = 'begun';
        const secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
        return { secret, uri: `otpauth://totp/Alt:ada%40example.org?secret=${secret}&issuer=Alt` };
      },
    ],
    [
      contracts.confirmTotp,
      ({ state, body }) => {
        if (body.code !== fakeTotpCode) throw new Problem('wrong-code', 'Wrong.');
        state.security.totp = 'on';
        return renew(state);
      },
    ],
    [
      contracts.removeTotp,
      ({ state }) => {
        Object.assign(state.security, { totp: 'off', recoveryCodes: [] });
      },
    ],
    [contracts.renewRecoveryCodes, ({ state }) => renew(state)],
  ];
}

function passkeyHandlers(): FakeHandler[] {
  return [
    [contracts.listPasskeys, ({ state }) => ({ items: state.security.passkeys, nextCursor: null })],
    [
      contracts.beginPasskey,
      ({ state, request }) => ({
        ...ceremony(request),
        rp: { id: new URL(request.url).hostname, name: 'Alt' },
        user: {
          id: Buffer.from(state.user.id).toString('base64url'),
          name: state.user.email,
          displayName: state.user.name,
        },
        pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      }),
    ],
    [
      contracts.createPasskey,
      ({ state, body }) => {
        const made = { id: randomUUID(), name: body.name, createdAt: new Date().toISOString(), lastUsedAt: null };
        state.security.passkeys.push(made);
        return made;
      },
    ],
    [
      contracts.renamePasskey,
      ({ state, params, body }) => {
        const found = state.security.passkeys.find(({ id }) => id === params.id);
        if (!found) throw new Problem('not-found', 'There is no such passkey.');
        return Object.assign(found, body);
      },
    ],
    [
      contracts.deletePasskey,
      ({ state, params }) => {
        state.security.passkeys = state.security.passkeys.filter(({ id }) => id !== params.id);
      },
    ],
  ];
}

function sessionHandlers(): FakeHandler[] {
  return [
    [contracts.listSessions, ({ state }) => ({ items: state.security.sessions, nextCursor: null })],
    [
      contracts.revokeOneSession,
      ({ state, params }) => {
        state.security.sessions = state.security.sessions.filter(({ id }) => id !== params.id);
      },
    ],
    [
      contracts.revokeOtherSessions,
      ({ state }) => {
        const before = state.security.sessions.length;
        state.security.sessions = state.security.sessions.filter(({ isCurrent }) => isCurrent);
        return { ended: before - state.security.sessions.length };
      },
    ],
  ];
}

function mailHandlers(): FakeHandler[] {
  const checkMail = ({ security }: FakeState) => {
    if (!security.canSendMail) throw new Problem('mail-not-configured', 'No mail can be sent here.');
  };
  const checkLink = (token: string) => {
    if (token !== fakeLinkToken) throw new Problem('link-expired', 'Ask for a new one.');
  };
  return [
    [contracts.requestVerification, ({ state }) => checkMail(state)],
    [contracts.requestEmailChange, ({ state }) => checkMail(state)],
    [contracts.requestRecovery, ({ state }) => checkMail(state)],
    [
      contracts.verifyEmail,
      ({ state, body }) => {
        checkLink(body.token);
        state.security.isEmailVerified = true;
        return { email: state.user.email };
      },
    ],
    [
      contracts.completeRecovery,
      ({ state, body }) => {
        checkLink(body.token);
        if (body.password.length < 10) throw new Problem('weak-password', 'Take a longer password.');
        state.password = body.password;
        state.sessionId = null;
        return new FakeReply(undefined, { status: 204 });
      },
    ],
  ];
}

function ceremony(request: Request) {
  const challenge = randomBytes(32).toString('base64url');
  return { challenge, rpId: new URL(request.url).hostname, timeout: 60_000 };
}

function sessionOf({ user, csrfToken }: FakeState) {
  return { user, csrfToken };
}

/** A code of the authenticator, or a recovery code, which is used up. */
function checkCode({ security }: FakeState, code: string): void {
  if (code === fakeTotpCode) return;
  if (!security.recoveryCodes.includes(code)) throw new Problem('wrong-code', 'Wrong.');
  security.recoveryCodes = security.recoveryCodes.filter((other) => other !== code);
}

/** The fake takes any assertion where there is a passkey; what a signature proves is tested at auth-service. */
function checkPasskey({ security }: FakeState, _assertion: unknown): void {
  const [first] = security.passkeys;
  if (!first) throw new Problem('passkey-refused', 'Unknown.');
  first.lastUsedAt = new Date().toISOString();
}
