import { z } from 'zod';
import { session } from './auth.ts';
import { endpoint } from './endpoint.ts';

/** How somebody signs in beside e-mail and password, and how a session proves again who it is. */

export const secondFactorMethod = z.enum(['totp', 'recovery-code']);
export type SecondFactorMethod = z.infer<typeof secondFactorMethod>;

/** Six digits of an authenticator, or one of the recovery codes; spaces, dashes and case do not matter. */
export const typedCode = z.string().trim().min(1).max(40);

export const base64url = (maximum: number) =>
  z
    .string()
    .min(1)
    .max(maximum)
    .regex(/^[\w-]+$/, 'must be base64url');

/** What `navigator.credentials.get()` answers, as JSON (WebAuthn Level 3, AuthenticationResponseJSON). */
export const passkeyAssertion = z
  .object({
    id: base64url(1400),
    rawId: base64url(1400),
    type: z.literal('public-key'),
    response: z.object({
      clientDataJSON: base64url(8000),
      authenticatorData: base64url(8000),
      signature: base64url(8000),
      userHandle: base64url(200).nullish(),
    }),
  })
  .meta({ id: 'PasskeyAssertion' });

/** Options for `navigator.credentials`, as JSON; passed on to the browser as they are. */
export const passkeyOptions = z.looseObject({ challenge: z.string() }).meta({ id: 'PasskeyOptions' });

export const finishLogin = endpoint({
  name: 'finishLogin',
  method: 'POST',
  path: '/v1/auth/login/second-factor',
  summary: 'Finish a sign-in that asked for a second factor',
  access: 'public',
  body: z.strictObject({ challenge: z.string().min(1).max(200), code: typedCode }),
  response: session,
  statuses: [200],
  problems: ['wrong-code', 'challenge-expired', 'locked-out', 'too-many-requests'],
});

export const beginPasskeyLogin = endpoint({
  name: 'beginPasskeyLogin',
  method: 'POST',
  path: '/v1/auth/passkey/options',
  summary: 'Options for signing in, or confirming, with a passkey; the same for everybody',
  access: 'public',
  response: passkeyOptions,
  statuses: [200],
  problems: ['too-many-requests', 'not-kept-here'],
});

export const passkeyLogin = endpoint({
  name: 'passkeyLogin',
  method: 'POST',
  path: '/v1/auth/passkey',
  summary: 'Sign in with a passkey, which stands for both factors',
  access: 'public',
  body: z.strictObject({ passkey: passkeyAssertion }),
  response: session,
  statuses: [200],
  problems: ['passkey-refused', 'too-many-requests', 'not-kept-here'],
});

export const confirm = endpoint({
  name: 'confirm',
  method: 'POST',
  path: '/v1/auth/confirm',
  summary: 'Confirm that it is you: by the password, a code of the authenticator, or a passkey',
  access: 'reader',
  worksSuspended: true,
  body: z.union([
    z.strictObject({ password: z.string().min(1).max(1024) }),
    z.strictObject({ code: typedCode }),
    z.strictObject({ passkey: passkeyAssertion }),
  ]),
  response: session,
  statuses: [200],
  problems: ['csrf-failed', 'wrong-credentials', 'wrong-code', 'passkey-refused', 'locked-out', 'conflict'],
});
