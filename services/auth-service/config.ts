import { isIP } from 'node:net';
import { z } from 'zod';
import { emailAddress } from './email.ts';
import { passwordWeakness } from './passwords.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

const environment = z
  .object({
    /** Who may register: `first` only the first visitor, `open` anyone, `closed` nobody. */
    ALT_REGISTRATION: z.enum(['first', 'open', 'closed'], 'must be first, open or closed').default('first'),
    /** The e-mail of the first account, made at start where there is none. */
    ALT_ADMIN_EMAIL: emailAddress.optional(),
    /** The password of that account. */
    ALT_ADMIN_PASSWORD: z.string().max(1024).optional(),
    /** The address that Alt listens on; on any but loopback the first account needs the one-time code. */
    HOST: z.string().trim().default('127.0.0.1'),
    /** Days without a visit after which a session ends. */
    ALT_SESSION_DAYS: z.coerce.number().min(0.01).max(400).default(30),
    /** Days after which a session ends however often it is used. */
    ALT_SESSION_MAX_DAYS: z.coerce.number().min(0.01).max(400).default(365),
    /** Hours for which a key signs user tokens before the next one takes its place. */
    ALT_TOKEN_KEY_HOURS: z.coerce.number().min(1).max(8760).default(24),
  })
  .superRefine(({ ALT_ADMIN_EMAIL: email, ALT_ADMIN_PASSWORD: password }, context) => {
    if ((email === undefined) !== (password === undefined)) {
      const missing = email === undefined ? 'ALT_ADMIN_EMAIL' : 'ALT_ADMIN_PASSWORD';
      context.addIssue({ code: 'custom', path: [missing], message: 'set both ALT_ADMIN_EMAIL and ALT_ADMIN_PASSWORD' });
    } else if (email !== undefined && password !== undefined) {
      const weakness = passwordWeakness(password, email);
      if (weakness) context.addIssue({ code: 'custom', path: ['ALT_ADMIN_PASSWORD'], message: weakness });
    }
  });

/** The settings of auth-service, from the environment. */
export const config = environment.transform((values) => ({
  registration: values.ALT_REGISTRATION,
  administrator:
    values.ALT_ADMIN_EMAIL === undefined || values.ALT_ADMIN_PASSWORD === undefined
      ? null
      : { email: values.ALT_ADMIN_EMAIL, password: values.ALT_ADMIN_PASSWORD },
  isCodeRequired: !isLoopback(values.HOST),
  life: {
    idleMs: values.ALT_SESSION_DAYS * DAY_MS,
    longestMs: Math.max(values.ALT_SESSION_DAYS, values.ALT_SESSION_MAX_DAYS) * DAY_MS,
  },
  keyRotationMs: values.ALT_TOKEN_KEY_HOURS * HOUR_MS,
}));
export type Config = z.infer<typeof config>;

function isLoopback(host: string): boolean {
  const address = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  return address === 'localhost' || address === '::1' || (isIP(address) === 4 && address.startsWith('127.'));
}
