import { z } from 'zod';
import { accountEmail, typedPassword } from './auth.ts';
import { endpoint } from './endpoint.ts';

/** What goes by mail: confirming an address, changing it, and the way back in. Links carry `token` after the `#`. */

const token = z.string().min(1).max(200);

export const requestVerification = endpoint({
  name: 'requestVerification',
  method: 'POST',
  path: '/v1/user/email/verification',
  summary: 'Mail a link that confirms the address of the account',
  access: 'reader',
  needsSession: true,
  worksSuspended: true,
  statuses: [202],
  problems: ['csrf-failed', 'mail-not-configured', 'conflict', 'too-many-requests', 'not-kept-here'],
});

export const requestEmailChange = endpoint({
  name: 'requestEmailChange',
  method: 'POST',
  path: '/v1/user/email',
  summary: 'Mail a link to another address; once it is followed, that is the address of the account',
  access: 'reader',
  needsProof: true,
  worksSuspended: true,
  body: z.strictObject({ email: accountEmail }),
  statuses: [202],
  problems: ['csrf-failed', 'proof-required', 'mail-not-configured', 'too-many-requests', 'not-kept-here'],
});

export const verifyEmail = endpoint({
  name: 'verifyEmail',
  method: 'POST',
  path: '/v1/auth/verification',
  summary: 'Follow a link that confirms an address, the present or the new one',
  access: 'public',
  body: z.strictObject({ token }),
  response: z.object({ email: z.string() }),
  statuses: [200],
  problems: ['link-expired', 'email-taken', 'too-many-requests', 'not-kept-here'],
});

export const requestRecovery = endpoint({
  name: 'requestRecovery',
  method: 'POST',
  path: '/v1/auth/recovery',
  summary: 'Mail a link that sets a new password, if there is such an account; the answer does not tell',
  access: 'public',
  body: z.strictObject({ email: accountEmail }),
  statuses: [202],
  problems: ['mail-not-configured', 'too-many-requests', 'not-kept-here'],
});

export const completeRecovery = endpoint({
  name: 'completeRecovery',
  method: 'POST',
  path: '/v1/auth/recovery/complete',
  summary: 'Set a new password by a link; ends all sessions, and signs nobody in',
  access: 'public',
  body: z.strictObject({ token, password: typedPassword }),
  statuses: [204],
  problems: ['link-expired', 'weak-password', 'too-many-requests', 'not-kept-here'],
});
