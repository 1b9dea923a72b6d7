import { z } from 'zod';
import { session, typedPassword } from './auth.ts';
import { endpoint } from './endpoint.ts';
import { nameText, time, timeOrNull, uuid } from './primitives.ts';
import { base64url, passkeyOptions, typedCode } from './sign-in.ts';

/** What proves who somebody is, set up and taken away by themselves. */

export const accountSecurity = z
  .object({
    /** Who keeps these: `embedded` is Alt itself. */
    provider: z.enum(['embedded', 'kratos']),
    /** The page that has what this API refuses as `not-kept-here`, such as passkeys; null where it refuses nothing. */
    settingsPage: z.string().nullable(),
    hasPassword: z.boolean(),
    passkeys: z.int(),
    hasTotp: z.boolean(),
    recoveryCodesLeft: z.int(),
    /** Whether single sign-on opens the account. */
    hasSingleSignOn: z.boolean(),
    isEmailVerified: z.boolean(),
    /** Whether Alt can send mails: verification, recovery and a change of address need them. */
    canSendMail: z.boolean(),
    /** Until when what needs proof may be done in this session; null for a key. */
    provedUntil: timeOrNull,
  })
  .meta({ id: 'AccountSecurity' });

export const readSecurity = endpoint({
  name: 'readSecurity',
  method: 'GET',
  path: '/v1/user/security',
  summary: 'What is set up to prove who you are',
  access: 'reader',
  needsSession: true,
  worksSuspended: true,
  response: accountSecurity,
  statuses: [200],
  problems: [],
});

export const changePassword = endpoint({
  name: 'changePassword',
  method: 'POST',
  path: '/v1/user/password',
  summary: 'Set a new password; ends the other sessions. Without a present one it is the first, and needs proof',
  access: 'reader',
  needsSession: true,
  worksSuspended: true,
  body: z.strictObject({ password: typedPassword, currentPassword: typedPassword.optional() }),
  response: session,
  statuses: [200],
  problems: [
    'csrf-failed',
    'wrong-credentials',
    'weak-password',
    'locked-out',
    'invalid-request',
    'proof-required',
    'conflict',
  ],
});

export const createTotp = endpoint({
  name: 'createTotp',
  method: 'POST',
  path: '/v1/user/totp',
  summary: 'A new secret for an authenticator; it counts once a code of it was confirmed',
  access: 'reader',
  needsProof: true,
  worksSuspended: true,
  response: z.object({ secret: z.string(), uri: z.string() }),
  statuses: [201],
  problems: ['csrf-failed', 'proof-required', 'conflict', 'not-kept-here'],
});

const recoveryCodes = z.object({ recoveryCodes: z.array(z.string()) });

export const confirmTotp = endpoint({
  name: 'confirmTotp',
  method: 'POST',
  path: '/v1/user/totp/confirm',
  summary: 'Confirm the authenticator by a code; answers with new recovery codes, shown once',
  access: 'reader',
  needsProof: true,
  worksSuspended: true,
  body: z.strictObject({ code: typedCode }),
  response: recoveryCodes,
  statuses: [200],
  problems: ['csrf-failed', 'proof-required', 'wrong-code', 'locked-out', 'conflict', 'not-kept-here'],
});

export const removeTotp = endpoint({
  name: 'removeTotp',
  method: 'DELETE',
  path: '/v1/user/totp',
  summary: 'Remove the authenticator, and the recovery codes with it',
  access: 'reader',
  needsProof: true,
  worksSuspended: true,
  statuses: [204],
  problems: ['csrf-failed', 'proof-required', 'not-found', 'not-kept-here'],
});

export const renewRecoveryCodes = endpoint({
  name: 'renewRecoveryCodes',
  method: 'POST',
  path: '/v1/user/recovery-codes',
  summary: 'Ten new recovery codes in place of the old ones, shown once',
  access: 'reader',
  needsProof: true,
  worksSuspended: true,
  response: recoveryCodes,
  statuses: [201],
  problems: ['csrf-failed', 'proof-required', 'conflict', 'not-kept-here'],
});

export const passkey = z
  .object({ id: uuid, name: z.string(), createdAt: time, lastUsedAt: timeOrNull })
  .meta({ id: 'Passkey' });

/** What `navigator.credentials.create()` answers, as JSON (WebAuthn Level 3, RegistrationResponseJSON). */
export const passkeyRegistration = z
  .object({
    id: base64url(1400),
    rawId: base64url(1400),
    type: z.literal('public-key'),
    response: z.object({
      clientDataJSON: base64url(8000),
      attestationObject: base64url(40_000),
      transports: z.array(z.string().max(20)).max(10).optional(),
    }),
  })
  .meta({ id: 'PasskeyRegistration' });

const passkeyParams = z.object({ id: z.string() });

export const listPasskeys = endpoint({
  name: 'listPasskeys',
  method: 'GET',
  path: '/v1/user/passkeys',
  summary: 'The passkeys of the account',
  access: 'reader',
  needsSession: true,
  worksSuspended: true,
  response: z.object({ items: z.array(passkey), nextCursor: z.null() }),
  statuses: [200],
  problems: ['not-kept-here'],
});

export const beginPasskey = endpoint({
  name: 'beginPasskey',
  method: 'POST',
  path: '/v1/user/passkeys/options',
  summary: 'Options for making a passkey in the browser',
  access: 'reader',
  needsProof: true,
  worksSuspended: true,
  response: passkeyOptions,
  statuses: [200],
  problems: ['csrf-failed', 'proof-required', 'limit-reached', 'not-kept-here'],
});

export const createPasskey = endpoint({
  name: 'createPasskey',
  method: 'POST',
  path: '/v1/user/passkeys',
  summary: 'Keep the passkey that the browser made',
  access: 'reader',
  needsProof: true,
  worksSuspended: true,
  body: z.strictObject({ name: nameText(100), passkey: passkeyRegistration }),
  response: passkey,
  statuses: [201],
  problems: ['csrf-failed', 'proof-required', 'passkey-refused', 'conflict', 'limit-reached', 'not-kept-here'],
});

export const renamePasskey = endpoint({
  name: 'renamePasskey',
  method: 'PATCH',
  path: '/v1/user/passkeys/:id',
  summary: 'Rename a passkey',
  access: 'reader',
  needsSession: true,
  worksSuspended: true,
  params: passkeyParams,
  body: z.strictObject({ name: nameText(100) }),
  response: passkey,
  statuses: [200],
  problems: ['csrf-failed', 'not-found', 'not-kept-here'],
});

export const deletePasskey = endpoint({
  name: 'deletePasskey',
  method: 'DELETE',
  path: '/v1/user/passkeys/:id',
  summary: 'Remove a passkey',
  access: 'reader',
  needsProof: true,
  worksSuspended: true,
  params: passkeyParams,
  statuses: [204],
  problems: ['csrf-failed', 'proof-required', 'not-found', 'conflict', 'not-kept-here'],
});
