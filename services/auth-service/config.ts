import { isIP } from 'node:net';
import { z } from 'zod';
import { emailAddress } from './email.ts';
import { passwordWeakness } from './passwords.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' });

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
    /** Who keeps what proves who somebody is: Alt itself, or Ory Kratos. */
    ALT_IDENTITY_PROVIDER: z.enum(['embedded', 'kratos'], 'must be embedded or kratos').default('embedded'),
    /** Where Kratos is asked as everybody may ask it (port 4433), and as its operator (4434). */
    KRATOS_PUBLIC_URL: httpUrl.optional(),
    KRATOS_ADMIN_URL: httpUrl.optional(),
    /** What Kratos shows when it calls auth-service. */
    KRATOS_TOKEN: z.string().min(32, 'must have at least 32 characters').optional(),
    /** An OpenID provider for single sign-on, what it knows Alt as, and what its button says. */
    ALT_OIDC_ISSUER: httpUrl.optional(),
    ALT_OIDC_CLIENT_ID: z.string().trim().min(1).optional(),
    ALT_OIDC_CLIENT_SECRET: z.string().min(1).optional(),
    ALT_OIDC_NAME: z.string().trim().min(1).max(60).optional(),
    /** Encrypts the secrets of authenticators and the mails that wait; it is not in the database. */
    ALT_SECRET_KEY: z
      .string(
        'is missing: set a random string of at least 32 characters, and keep it; it encrypts secrets in the database',
      )
      .min(32, 'must have at least 32 characters'),
    SMTP_URL: z.url({ protocol: /^smtps?$/, error: 'must be an smtp:// or smtps:// address' }).optional(),
    /** Who mail comes from; without it `alt@` and the host of ALT_PUBLIC_URL. */
    ALT_MAIL_FROM: z.email('must be an e-mail address').optional(),
    EGRESS_PROXY_URL: z.url('must be the URL of a proxy').optional(),
    /** Hours for which a key signs user tokens before the next one takes its place. */
    ALT_TOKEN_KEY_HOURS: z.coerce.number().min(1).max(8760).default(24),
    /** What the request analyser does: `on`, `watch` (lines in the audit log alone), `off`. */
    ALT_GUARD: z.enum(['on', 'watch', 'off'], 'must be on, watch or off').default('on'),
    /** Points from which an address that looks like an attack waits, solves challenges, is shut out; see docs/guard.md. */
    ALT_GUARD_SLOW: z.coerce.number().int().min(1).max(100_000).default(30),
    ALT_GUARD_CHALLENGE: z.coerce.number().int().min(1).max(100_000).default(60),
    ALT_GUARD_BLOCK: z.coerce.number().int().min(1).max(100_000).default(100),
    /** Whole months for which lines of the audit log are kept. */
    ALT_AUDIT_MONTHS: z.coerce.number().int().min(3).max(1200).default(13),
  })
  .superRefine((values, context) => {
    for (const [name, message] of contradictionsIn(values)) {
      context.addIssue({ code: 'custom', path: [name], message });
    }
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
  secretKey: values.ALT_SECRET_KEY,
  mail: values.SMTP_URL
    ? { smtpUrl: values.SMTP_URL, from: values.ALT_MAIL_FROM, proxyUrl: values.EGRESS_PROXY_URL }
    : null,
  keyRotationMs: values.ALT_TOKEN_KEY_HOURS * HOUR_MS,
  guard: {
    mode: values.ALT_GUARD,
    thresholds: {
      slow: values.ALT_GUARD_SLOW,
      challenge: values.ALT_GUARD_CHALLENGE,
      block: values.ALT_GUARD_BLOCK,
    },
  },
  auditMonths: values.ALT_AUDIT_MONTHS,
  kratos: kratosOf(values),
  singleSignOn: singleSignOnOf(values),
}));
export type Config = z.infer<typeof config>;

function isLoopback(host: string): boolean {
  const address = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  return address === 'localhost' || address === '::1' || (isIP(address) === 4 && address.startsWith('127.'));
}

type Values = z.infer<typeof environment>;

const KRATOS = ['KRATOS_PUBLIC_URL', 'KRATOS_ADMIN_URL', 'KRATOS_TOKEN'] as const;
const OIDC = ['ALT_OIDC_ISSUER', 'ALT_OIDC_CLIENT_ID', 'ALT_OIDC_CLIENT_SECRET'] as const;

/** Settings that go together and came alone, each with what to do about it. */
function contradictionsIn(values: Values): [name: string, message: string][] {
  const found: [string, string][] = [];
  if (values.ALT_IDENTITY_PROVIDER === 'kratos') {
    for (const name of KRATOS) if (values[name] === undefined) found.push([name, 'is missing: Kratos needs it']);
    if (values.ALT_ADMIN_EMAIL !== undefined) {
      found.push(['ALT_ADMIN_EMAIL', 'makes an account that Alt keeps; with Kratos register in the browser instead']);
    }
  } else {
    for (const name of KRATOS) {
      if (values[name] !== undefined)
        found.push([name, 'is for Kratos: set ALT_IDENTITY_PROVIDER=kratos, or leave it out']);
    }
  }
  const given = OIDC.filter((name) => values[name] !== undefined);
  if (given.length > 0) {
    for (const name of OIDC) if (values[name] === undefined) found.push([name, `is missing: single sign-on needs it`]);
  } else if (values.ALT_OIDC_NAME !== undefined) {
    found.push([
      'ALT_OIDC_NAME',
      'names a single sign-on that is not set up: set ALT_OIDC_ISSUER too, or leave it out',
    ]);
  }
  return found;
}

function kratosOf(values: Values) {
  const { KRATOS_PUBLIC_URL: publicUrl, KRATOS_ADMIN_URL: adminUrl, KRATOS_TOKEN: token } = values;
  if (values.ALT_IDENTITY_PROVIDER !== 'kratos' || !publicUrl || !adminUrl || !token) return null;
  return { publicUrl, adminUrl, token };
}

function singleSignOnOf(values: Values) {
  const { ALT_OIDC_ISSUER: issuer, ALT_OIDC_CLIENT_ID: clientId, ALT_OIDC_CLIENT_SECRET: clientSecret } = values;
  if (!issuer || !clientId || !clientSecret) return null;
  return { issuer, clientId, clientSecret, name: values.ALT_OIDC_NAME ?? new URL(issuer).hostname };
}
