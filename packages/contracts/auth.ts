import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { nameText, time, timeOrNull, uuid } from './primitives.ts';

export const role = z.enum(['owner', 'admin', 'member', 'reader']);
export type Role = z.infer<typeof role>;

/** Whether a role may do what asks for at least `least`: owner > admin > member > reader. */
export function isRoleAtLeast(present: Role, least: Role): boolean {
  return role.options.indexOf(present) <= role.options.indexOf(least);
}

export const accountEmail = z.string().trim().toLowerCase().max(254).pipe(z.email('must be an e-mail address'));
export const typedPassword = z.string().min(1).max(1024);

export const user = z
  .object({ id: uuid, email: z.string(), name: z.string(), role, tenantId: uuid, createdAt: time })
  .meta({ id: 'User' });
export type User = z.infer<typeof user>;

/** What a sign-in answers, beside the cookie. */
export const session = z.object({ user, csrfToken: z.string() }).meta({ id: 'Session' });

export const setup = endpoint({
  name: 'setup',
  method: 'GET',
  path: '/v1/auth/setup',
  summary: 'What a visitor can do: make the first account, register, or only sign in',
  access: 'public',
  response: z.object({
    needsFirstAccount: z.boolean(),
    needsCode: z.boolean(),
    canRegister: z.boolean(),
    /** Who keeps what proves who somebody is: `embedded` is Alt itself; `kratos` has pages of its own. */
    provider: z.enum(['embedded', 'kratos']),
  }),
  statuses: [200],
  problems: [],
});

export const register = endpoint({
  name: 'register',
  method: 'POST',
  path: '/v1/auth/register',
  summary: 'Make an account and sign in',
  access: 'public',
  body: z.object({
    email: accountEmail,
    password: typedPassword,
    name: nameText(100).optional(),
    code: z.string().max(100).optional(),
    /** The secret of an invitation, which opens registration where it is closed. */
    invitation: z.string().max(200).optional(),
  }),
  response: session,
  statuses: [201],
  problems: [
    'email-taken',
    'registration-closed',
    'setup-code-required',
    'weak-password',
    'too-many-requests',
    'challenge-required',
  ],
});

export const login = endpoint({
  name: 'login',
  method: 'POST',
  path: '/v1/auth/login',
  summary: 'Sign in with e-mail and password',
  access: 'public',
  body: z.object({ email: accountEmail, password: typedPassword }),
  response: session,
  statuses: [200],
  /** `second-factor-required` carries `challenge` and `methods`: POST /v1/auth/login/second-factor takes it from there. */
  problems: ['wrong-credentials', 'second-factor-required', 'locked-out', 'too-many-requests', 'challenge-required'],
});

export const logout = endpoint({
  name: 'logout',
  method: 'POST',
  path: '/v1/auth/logout',
  summary: 'End this session',
  access: 'reader',
  worksSuspended: true,
  statuses: [204],
  problems: ['csrf-failed', 'invalid-request'],
});

export const refresh = endpoint({
  name: 'refresh',
  method: 'POST',
  path: '/v1/auth/refresh',
  summary: 'Extend this session and replace its secret',
  access: 'reader',
  worksSuspended: true,
  response: session,
  statuses: [200],
  problems: ['csrf-failed', 'invalid-request'],
});

export const csrf = endpoint({
  name: 'csrf',
  method: 'POST',
  path: '/v1/auth/csrf',
  summary: 'The CSRF token of this session',
  access: 'reader',
  worksSuspended: true,
  response: z.object({ csrfToken: z.string() }),
  statuses: [200],
  problems: ['invalid-request'],
});

export const validate = endpoint({
  name: 'validate',
  method: 'GET',
  path: '/v1/auth/validate',
  summary: 'Who is signed in',
  access: 'reader',
  worksSuspended: true,
  response: z.object({
    valid: z.literal(true),
    userId: uuid,
    tenantId: uuid,
    email: z.string(),
    name: z.string(),
    role,
    /** Whether this account owns the instance, and may see how it does. */
    ownsInstance: z.boolean(),
    expiresAt: timeOrNull,
  }),
  statuses: [200],
  problems: [],
});

export const readProfile = endpoint({
  name: 'readProfile',
  method: 'GET',
  path: '/v1/user/profile',
  summary: 'The signed-in account',
  access: 'reader',
  worksSuspended: true,
  response: user,
  statuses: [200],
  problems: [],
});

export const writeProfile = endpoint({
  name: 'writeProfile',
  method: 'PUT',
  path: '/v1/user/profile',
  summary: 'Change the name or the password of the account',
  access: 'reader',
  needsSession: true,
  worksSuspended: true,
  body: z.strictObject({
    name: nameText(100).optional(),
    password: typedPassword.optional(),
    currentPassword: typedPassword.optional(),
  }),
  response: user,
  statuses: [200],
  problems: ['csrf-failed', 'wrong-credentials', 'weak-password', 'locked-out', 'invalid-request', 'proof-required'],
});

export const apiKey = z
  .object({ id: uuid, name: z.string(), createdAt: time, lastUsedAt: timeOrNull })
  .meta({ id: 'ApiKey' });

const newKey = z.object({ id: uuid, name: z.string(), key: z.string(), createdAt: time }).meta({ id: 'NewKey' });
const keyBody = z.object({ name: nameText(100) });
const keyParams = z.object({ id: z.string() });

function keyEndpoints(noun: 'api-keys' | 'app-passwords', title: string, suffix: string) {
  const path = `/v1/user/${noun}` as const;
  return {
    list: endpoint({
      name: `list${suffix}s`,
      method: 'GET',
      path,
      summary: `The ${title}s of the account`,
      access: 'reader',
      needsSession: true,
      worksSuspended: true,
      response: z.object({ items: z.array(apiKey), nextCursor: z.null() }),
      statuses: [200],
      problems: [],
    }),
    create: endpoint({
      name: `create${suffix}`,
      method: 'POST',
      path,
      summary: `Make an ${title}; its secret is shown once`,
      access: 'reader',
      needsSession: true,
      body: keyBody,
      response: newKey,
      statuses: [201],
      problems: ['csrf-failed', 'limit-reached'],
    }),
    revoke: endpoint({
      name: `revoke${suffix}`,
      method: 'DELETE',
      path: `${path}/:id`,
      summary: `Revoke an ${title}`,
      access: 'reader',
      needsSession: true,
      worksSuspended: true,
      params: keyParams,
      statuses: [204],
      problems: ['csrf-failed', 'not-found'],
    }),
  };
}

export const apiKeys = keyEndpoints('api-keys', 'API key', 'ApiKey');
export const appPasswords = keyEndpoints('app-passwords', 'app password', 'AppPassword');

/** What a service learns when it exchanges a cookie, a key or an app password for a user token. */
export const exchange = endpoint({
  name: 'exchange',
  method: 'POST',
  path: '/internal/exchange',
  summary: 'A short-lived user token for a session cookie, an API key or an app password',
  access: 'service',
  body: z.object({
    sessionCookie: z.string().max(500).optional(),
    bearer: z.string().max(500).optional(),
    address: z.string().max(100),
    /** The User-Agent of who showed it. */
    agent: z.string().max(300).optional(),
  }),
  response: z.object({
    token: z.string(),
    csrfToken: z.string().nullable(),
    expiresAt: time,
  }),
  statuses: [200],
  problems: ['not-signed-in', 'locked-out'],
});

/** The public halves of the keys that sign user tokens. */
export const keySet = endpoint({
  name: 'keySet',
  method: 'GET',
  path: '/internal/keys',
  summary: 'The key set that verifies user tokens (RFC 7517)',
  access: 'service',
  response: z.object({ keys: z.array(z.looseObject({ kid: z.string() })) }),
  statuses: [200],
  problems: [],
});
