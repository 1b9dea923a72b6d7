import { randomUUID } from 'node:crypto';
import * as contracts from '@alt/contracts';
import { type FakeCall, type FakeHandler, FakeReply } from './fake-api.ts';
import type { FakeState } from './fake-state.ts';

export const fakeCode = 'ABCD-1234';
/** What the sign-in is called that waits for a second factor. */
export const fakeChallenge = 'fake-challenge';

export const accountHandlers: FakeHandler[] = [
  [
    contracts.setup,
    ({ state }) => ({
      needsFirstAccount: !state.hasAccount,
      needsCode: !state.hasAccount && state.needsCode,
      canRegister: false,
      provider: 'embedded',
    }),
  ],
  [
    contracts.register,
    ({ state, body }) => {
      if (state.hasAccount && body.invitation !== state.team.secret)
        throw new contracts.Problem('registration-closed', 'Registration is closed.');
      if (state.needsCode && body.code !== fakeCode)
        throw new contracts.Problem('setup-code-required', 'Give the code.');
      if (body.password.length < 10) throw new contracts.Problem('weak-password', 'Take a longer password.');
      state.hasAccount = true;
      state.user = { ...state.user, email: body.email, name: body.name ?? '' };
      return signIn(state, 201);
    },
  ],
  [
    contracts.login,
    ({ state, body, request }) => {
      checkWork(state, request);
      if (body.password !== state.password) throw new contracts.Problem('wrong-credentials', 'Wrong.');
      if (state.security.lockedOutSeconds > 0) throw lockedOut(state.security.lockedOutSeconds);
      if (state.security.totp !== 'on') return signIn(state, 200);
      const extra = { challenge: fakeChallenge, methods: ['totp', 'recovery-code'] };
      throw new contracts.Problem('second-factor-required', 'Send a code.', { extra });
    },
  ],
  [
    contracts.logout,
    ({ state }) => {
      state.sessionId = null;
      return new FakeReply(undefined, { status: 204 });
    },
  ],
  [contracts.csrf, ({ state }) => ({ csrfToken: state.csrfToken })],
  [
    contracts.validate,
    ({ state: { user } }) => ({
      valid: true,
      userId: user.id,
      tenantId: user.tenantId,
      email: user.email,
      name: user.name,
      role: user.role,
      ownsInstance: true,
      expiresAt: null,
    }),
  ],
  [
    contracts.writeProfile,
    ({ state, body }) => {
      if (body.password !== undefined) {
        if (body.currentPassword !== state.password) throw new contracts.Problem('wrong-credentials', 'Wrong.');
        if (body.password.length < 10) throw new contracts.Problem('weak-password', 'Take a longer password.');
        state.password = body.password;
      }
      state.user.name = body.name ?? state.user.name;
      return state.user;
    },
  ],
  [contracts.readSettings, ({ state }) => state.settings],
  [
    contracts.writeSettings,
    ({ state, body }) => {
      state.settings = { ...state.settings, ...body, version: state.settings.version + 1 };
      return state.settings;
    },
  ],
  ...keyHandlers('api-keys', contracts.apiKeys),
  ...keyHandlers('app-passwords', contracts.appPasswords),
];

/** A refusal that says how long it holds. */
function lockedOut(retryAfterSeconds: number): contracts.Problem {
  return new contracts.Problem('locked-out', `Try again in ${retryAfterSeconds} s.`, { extra: { retryAfterSeconds } });
}

function checkWork({ security }: FakeState, request: Request): void {
  if (security.challengeBits === null) return;
  const given = request.headers.get(contracts.CHALLENGE_HEADER);
  if (given === null) {
    const challenge = { token: 'fake-challenge-token', bits: security.challengeBits };
    throw new contracts.Problem('challenge-required', 'Do some work first.', { extra: { challenge } });
  }
  security.solutions.push(given);
}

/** Answers what the cookie of the session holds. */
export function startSession(state: FakeState): string {
  state.sessionId = randomUUID();
  state.security.isProved = true;
  return state.sessionId;
}

export function signIn(state: FakeState, status: number): FakeReply {
  const cookie = `alt_session=${startSession(state)}; Path=/; HttpOnly; SameSite=Lax`;
  return new FakeReply({ user: state.user, csrfToken: state.csrfToken }, { status, headers: { 'set-cookie': cookie } });
}

function keyHandlers(kind: 'api-keys' | 'app-passwords', endpoints: typeof contracts.apiKeys): FakeHandler[] {
  return [
    [endpoints.list, ({ state }: FakeCall) => ({ items: state.keys[kind], nextCursor: null })],
    [
      endpoints.create,
      ({ state, body }: FakeCall) => {
        const key = { id: randomUUID(), name: body.name, createdAt: new Date().toISOString(), lastUsedAt: null };
        state.keys[kind].push(key);
        return { ...key, key: `alt_${randomUUID().replaceAll('-', '')}` };
      },
    ],
    [
      endpoints.revoke,
      ({ state, params }: FakeCall) => {
        state.keys[kind] = state.keys[kind].filter(({ id }) => id !== params.id);
        return undefined;
      },
    ],
  ];
}
