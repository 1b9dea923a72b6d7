import { randomUUID } from 'node:crypto';
import * as contracts from '@alt/contracts';
import { type FakeCall, type FakeHandler, FakeReply } from './fake-api.ts';
import type { FakeState } from './fake-state.ts';

export const fakeCode = 'ABCD-1234';

export const accountHandlers: FakeHandler[] = [
  [
    contracts.setup,
    ({ state }) => ({
      needsFirstAccount: !state.hasAccount,
      needsCode: !state.hasAccount && state.needsCode,
      canRegister: false,
    }),
  ],
  [
    contracts.register,
    ({ state, body }) => {
      if (state.hasAccount) throw new contracts.Problem('registration-closed', 'Registration is closed.');
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
    ({ state, body }) => {
      if (body.password !== state.password) throw new contracts.Problem('wrong-credentials', 'Wrong.');
      return signIn(state, 200);
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

function signIn(state: FakeState, status: number): FakeReply {
  state.sessionId = randomUUID();
  const cookie = `alt_session=${state.sessionId}; Path=/; HttpOnly; SameSite=Lax`;
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
