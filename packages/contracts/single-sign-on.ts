import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { timeOrNull } from './primitives.ts';

/** Signing in by an OpenID provider (OpenID Connect Core 1.0, authorization code flow with PKCE). */

/** Where to go on afterwards: a path of our own, nothing else. */
export const returnPath = z.string().max(1000).refine(isOwnPath, 'must be a path of this Alt, such as /starred');

/** Whether browsers read a text as a path at the same origin: they take `\` for `/`, and `//host` for another host. */
export function isOwnPath(text: string): boolean {
  if (!/^\/(?![/\\])[^\\\p{Cc}\s]*$/u.test(text)) return false;
  const origin = 'https://own.invalid';
  return URL.canParse(text, origin) && new URL(text, origin).origin === origin;
}

export const readSingleSignOn = endpoint({
  name: 'readSingleSignOn',
  method: 'GET',
  path: '/v1/auth/oidc',
  summary: 'The name of the single sign-on; null where there is none',
  access: 'public',
  response: z.object({ name: z.string().nullable() }),
  statuses: [200],
  problems: [],
});

export const startSingleSignOn = endpoint({
  name: 'startSingleSignOn',
  method: 'GET',
  path: '/v1/auth/oidc/start',
  summary: 'Sends the browser to the OpenID provider to sign in',
  access: 'public',
  query: z.object({
    return: returnPath.optional(),
    /** For a new account where it is needed, as in POST /v1/auth/register. */
    invitation: z.string().max(200).optional(),
    code: z.string().max(100).optional(),
  }),
  responseType: 'text/html',
  statuses: [303],
  problems: ['invalid-query', 'not-found', 'bad-gateway', 'too-many-requests'],
});

export const finishSingleSignOn = endpoint({
  name: 'finishSingleSignOn',
  method: 'GET',
  path: '/v1/auth/oidc/callback',
  summary:
    'Takes the answer of the OpenID provider; back to the page, or to /sign-in?problem=… with the code of a problem',
  access: 'optional',
  query: z.looseObject({ state: z.string().max(200).optional() }),
  responseType: 'text/html',
  statuses: [303],
  problems: ['not-found'],
});

const away = z.object({ url: z.string() });
const backTo = z.strictObject({ return: returnPath.optional() });

export const linkSingleSignOn = endpoint({
  name: 'linkSingleSignOn',
  method: 'POST',
  path: '/v1/user/sso',
  summary: 'The address at the OpenID provider to open, so that it signs this account in from then on',
  access: 'reader',
  needsProof: true,
  worksSuspended: true,
  body: backTo,
  response: away,
  statuses: [200],
  problems: ['csrf-failed', 'proof-required', 'not-found', 'conflict', 'bad-gateway'],
});

export const confirmBySingleSignOn = endpoint({
  name: 'confirmBySingleSignOn',
  method: 'POST',
  path: '/v1/auth/confirm/sso',
  summary: 'The address at the OpenID provider to open, where signing in anew confirms that it is you',
  access: 'reader',
  needsSession: true,
  worksSuspended: true,
  body: backTo,
  response: away,
  statuses: [200],
  problems: ['csrf-failed', 'not-found', 'conflict', 'bad-gateway', 'invalid-request'],
});

export const readOwnSingleSignOn = endpoint({
  name: 'readOwnSingleSignOn',
  method: 'GET',
  path: '/v1/user/sso',
  summary: 'Whether single sign-on opens this account, and as whom there',
  access: 'reader',
  needsSession: true,
  worksSuspended: true,
  response: z.object({
    isLinked: z.boolean(),
    email: z.string().nullable(),
    linkedAt: timeOrNull,
    lastUsedAt: timeOrNull,
  }),
  statuses: [200],
  problems: [],
});

export const unlinkSingleSignOn = endpoint({
  name: 'unlinkSingleSignOn',
  method: 'DELETE',
  path: '/v1/user/sso',
  summary: 'Single sign-on opens this account no more; refused where it is the only way in',
  access: 'reader',
  needsProof: true,
  worksSuspended: true,
  statuses: [204],
  problems: ['csrf-failed', 'proof-required', 'not-found', 'conflict'],
});
