import { z } from 'zod';
import { session } from './auth.ts';
import { endpoint } from './endpoint.ts';

/** What Ory Kratos and auth-service say to each other, and what a browser that signed in at Kratos' pages asks for. */

export const enterByKratos = endpoint({
  name: 'enterByKratos',
  method: 'POST',
  path: '/v1/auth/kratos',
  summary: "A session for a browser that signed in at Kratos' own pages; asks for its cookie alone",
  access: 'public',
  response: session,
  statuses: [200],
  problems: [
    'not-signed-in',
    'second-factor-required',
    'csrf-failed',
    'email-taken',
    'not-kept-here',
    'too-many-requests',
  ],
});

const newcomer = z.object({
  email: z.string().max(254),
  name: z.string().max(1000),
  /** What the page, or auth-service itself, sent along with the registration. */
  transient: z.object({
    ticket: z.string().max(200).optional(),
    code: z.string().max(100).optional(),
    invitation: z.string().max(200).optional(),
  }),
});

/** The gate: asked before an identity is stored. Refusals are in Kratos' own form, so that its page shows them. */
export const kratosRegistering = endpoint({
  name: 'kratosRegistering',
  method: 'POST',
  path: '/internal/kratos/registering',
  summary: 'Whether somebody may register; asked by Kratos, with its token',
  access: 'public',
  body: newcomer,
  response: z.object({}),
  statuses: [200],
  problems: ['not-found'],
});

export const kratosRegistered = endpoint({
  name: 'kratosRegistered',
  method: 'POST',
  path: '/internal/kratos/registered',
  summary: 'Somebody has registered; told by Kratos, with its token',
  access: 'public',
  body: newcomer.extend({ identityId: z.uuid() }),
  statuses: [204],
  problems: ['not-found', 'email-taken'],
});

export const kratosMail = endpoint({
  name: 'kratosMail',
  method: 'POST',
  path: '/internal/kratos/mails',
  summary: 'A mail that Kratos wants sent, in words of ours; handed over with its token',
  access: 'public',
  body: z.object({
    to: z.email().max(254),
    template: z.string().max(100),
    data: z.looseObject({
      recovery_code: z.string().max(20).optional(),
      verification_code: z.string().max(20).optional(),
      login_code: z.string().max(20).optional(),
      registration_code: z.string().max(20).optional(),
      transient_payload: z.looseObject({}).nullish(),
    }),
  }),
  statuses: [204],
  problems: ['not-found', 'mail-not-configured', 'invalid-request'],
});

/** Counts what is tried at Kratos' own pages as well, so that lockouts protect an account whichever door is tried. */
export const countKratosAttempt = endpoint({
  name: 'countKratosAttempt',
  method: 'POST',
  path: '/internal/kratos/attempts',
  summary: 'Counts an attempt at a page of Kratos before it is passed on, or takes a right one back',
  access: 'service',
  body: z.strictObject({
    kind: z.enum(['login', 'registration', 'recovery']),
    /** The address of the account, where the page named one. */
    identifier: z.string().max(1000).nullable(),
    /** Kratos' session cookie, `name=value`: the one shown with a second factor, or the one that a right attempt set. */
    cookie: z.string().max(8000).nullable(),
    address: z.string().max(100),
    wasRight: z.boolean(),
  }),
  statuses: [204],
  problems: ['locked-out', 'too-many-requests'],
});
